//! Requests and answers of HTTP/1.1, as far as the program speaks it.

use std::{
    io::{BufRead, BufReader, Read, Result, Write},
    net::TcpStream,
};

/// A request. The body was read.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
    /// Whether nothing may be there (`If-None-Match: *`).
    pub(crate) if_none: bool,
}

/// A connection, on which requests come one after the other.
pub(crate) struct Connection {
    reader: BufReader<TcpStream>,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { reader: BufReader::new(stream) }
    }

    /// The next request; `None` when there are no more.
    pub(crate) fn read(&mut self) -> Option<Request> {
        let line = self.line()?;
        let mut words = line.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let path = target.split('?').next()?.to_owned();
        let (mut length, mut is_chunked, mut if_none) = (0, false, false);
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            match (name.to_ascii_lowercase().as_str(), value.trim()) {
                ("content-length", value) => length = value.parse().ok()?,
                ("transfer-encoding", "chunked") => is_chunked = true,
                ("if-none-match", "*") => if_none = true,
                ("expect", "100-continue") => {
                    self.stream().write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
                }
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body).ok()?;
        while is_chunked {
            let size = usize::from_str_radix(self.line()?.split(';').next()?, 16).ok()?;
            let mut chunk = vec![0; size + 2];
            self.reader.read_exact(&mut chunk).ok()?;
            body.extend_from_slice(&chunk[..size]);
            is_chunked = size > 0;
        }
        Some(Request { method, path, body, if_none })
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.reader.read_line(&mut line) {
            Ok(1..) => Some(line.trim_end().to_owned()),
            _ => None,
        }
    }

    pub(crate) fn stream(&mut self) -> &mut TcpStream {
        self.reader.get_mut()
    }

    /// Answers with these headers, each with its line end, and as long a body as they say.
    pub(crate) fn answer(&mut self, status: &str, headers: &str, body: &[u8]) -> Result<()> {
        write!(self.stream(), "HTTP/1.1 {status}\r\n{headers}\r\n")?;
        self.stream().write_all(body)
    }
}
