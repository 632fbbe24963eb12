//! HTTP/1.1 messages, read whole (RFC 9112).

use std::io::{self, Read, Write};

/// One request or one answer.
#[derive(Debug, Clone)]
pub struct Message {
    /// The first line and the headers, with the empty line that ends them, as they came.
    pub head: Vec<u8>,
    /// The body without any framing.
    pub body: Vec<u8>,
    headers: Vec<(String, String)>,
    first_line: String,
}

impl Message {
    /// Reads a message. `None`: the other side closed before its first byte.
    pub fn read(stream: &mut impl Read, is_bodiless: impl Fn(u16) -> bool) -> io::Result<Option<Self>> {
        let mut buffer = Vec::new();
        let end = loop {
            if let Some(at) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            if !more(stream, &mut buffer)? {
                return if buffer.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        };
        let rest = buffer.split_off(end);
        let mut message = Self::of_head(buffer)?;
        message.body = if message.is_answer() && is_bodiless(message.status()) {
            Vec::new()
        } else if message.header("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
            dechunk(stream, rest)?
        } else {
            let length = message.header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
            exactly(stream, rest, length)?
        };
        Ok(Some(message))
    }

    fn of_head(head: Vec<u8>) -> io::Result<Self> {
        let bad = |_| io::Error::from(io::ErrorKind::InvalidData);
        let first_line = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let start = head.windows(2).position(|two| two == b"\r\n").unwrap_or(0) + 2;
        httparse::parse_headers(&head[start..], &mut headers).map_err(bad)?;
        let headers = headers
            .iter()
            .take_while(|header| !header.name.is_empty())
            .map(|header| {
                (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned())
            })
            .collect();
        Ok(Self { head, body: Vec::new(), headers, first_line })
    }

    fn is_answer(&self) -> bool {
        self.first_line.starts_with("HTTP/")
    }

    /// A header's value; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All headers, by their names in lower case.
    pub fn headers(&self) -> std::collections::BTreeMap<&str, &str> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// Of a request: its method.
    pub fn method(&self) -> &str {
        self.first_line.split(' ').next().unwrap_or_default()
    }

    /// Of a request: path and query.
    pub fn target(&self) -> &str {
        self.first_line.split(' ').nth(1).unwrap_or_default()
    }

    /// Of an answer: its status.
    pub fn status(&self) -> u16 {
        self.first_line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    /// A request in absolute form as it goes to the server itself.
    pub fn in_origin_form(&self) -> Self {
        let target = self.target();
        let path =
            target.split_once("://").map_or(target, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
        let first_line = self.first_line.replacen(target, path, 1);
        let head = [first_line.as_bytes(), &self.head[self.first_line.len()..]].concat();
        Self { head, first_line, ..self.clone() }
    }

    /// Writes a request as it came.
    pub fn forward(&self, stream: &mut impl Write) -> io::Result<()> {
        stream.write_all(&[self.head.as_slice(), self.body.as_slice()].concat())?;
        stream.flush()
    }

    /// An answer's bytes. The body may have been exchanged, and is not chunked any more. The answer to
    /// `HEAD` tells the length of what it does not bring.
    pub fn answer_bytes(&self, to_head: bool) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.first_line).into_bytes();
        for (name, value) in &self.headers {
            let framing = matches!(name.as_str(), "content-length" | "transfer-encoding" | "connection");
            if !framing || (to_head && name == "content-length") {
                bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
            }
        }
        if !to_head && self.status() != 204 {
            bytes.extend_from_slice(format!("content-length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

fn more(stream: &mut impl Read, buffer: &mut Vec<u8>) -> io::Result<bool> {
    let mut piece = [0; 16 * 1024];
    let count = stream.read(&mut piece)?;
    buffer.extend_from_slice(&piece[..count]);
    Ok(count > 0)
}

fn exactly(stream: &mut impl Read, mut body: Vec<u8>, length: usize) -> io::Result<Vec<u8>> {
    while body.len() < length {
        if !more(stream, &mut body)? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    body.truncate(length);
    Ok(body)
}

fn dechunk(stream: &mut impl Read, mut raw: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        match httparse::parse_chunk_size(&raw) {
            Ok(httparse::Status::Complete((start, size))) => {
                let end = start + usize::try_from(size).map_err(io::Error::other)?;
                while raw.len() < end + 2 {
                    if !more(stream, &mut raw)? {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                body.extend_from_slice(&raw[start..end]);
                raw.drain(..end + 2);
                if size == 0 {
                    return Ok(body);
                }
            }
            Ok(httparse::Status::Partial) => {
                if !more(stream, &mut raw)? {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            Err(_) => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
}
