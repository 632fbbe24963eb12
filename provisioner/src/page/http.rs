//! HTTP/1.1 as far as a browser on the same machine needs it (RFC 9112): one request a connection, a body of a known length.
//!
//! Whatever is not needed is refused instead of understood: chunked bodies, a length that is told twice, other methods.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::answer::Status;

/// The longest head; a browser sends less than 2 KiB.
const LONGEST_HEAD: usize = 16 * 1024;
/// The most headers.
const MOST_HEADERS: usize = 64;
/// How long a head may take, and each piece of a body.
const PATIENCE: Duration = Duration::from_secs(20);
/// Pieces of a body.
const PIECE: usize = 64 * 1024;
/// Of a body that nobody wants, as much is read: closing at once would take the answer from the browser, too
/// (RFC 9112, 9.6).
const DRAINED: usize = 8 * 1024 * 1024;
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
}

/// A request without its body.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) method: Method,
    /// The path, as it was sent.
    pub(super) path: String,
    /// What stands behind `?`.
    pub(super) query: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
}

impl Head {
    /// # Errors
    /// What is wrong with it, as the status to answer with.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Status> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        let is_whole = request.parse(bytes).is_ok_and(|status| status.is_complete());
        let (true, Some(method), Some(target)) = (is_whole, request.method, request.path) else {
            return Err(Status::BadRequest);
        };
        let method = match method {
            "GET" => Method::Get,
            "POST" => Method::Post,
            _ => return Err(Status::MethodNotAllowed),
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut read = Vec::with_capacity(request.headers.len());
        for header in request.headers.iter() {
            let value = std::str::from_utf8(header.value).map_err(|_| Status::BadRequest)?;
            read.push((header.name.to_ascii_lowercase(), value.to_owned()));
        }
        Ok(Self { method, path: path.to_owned(), query: query.to_owned(), headers: read })
    }

    /// A header that is there once.
    pub(super) fn only(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str());
        all.next().filter(|_| all.next().is_none())
    }

    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(own, _)| own == name)
    }

    /// The length of the body.
    ///
    /// # Errors
    /// When it is not told in the one way that is understood.
    pub(super) fn length(&self) -> Result<usize, Status> {
        if self.has("transfer-encoding") {
            return Err(Status::LengthRequired);
        }
        match self.only("content-length") {
            Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map_err(|_| Status::TooLarge)
            }
            Some(_) => Err(Status::BadRequest),
            None if self.has("content-length") => Err(Status::BadRequest),
            None if self.method == Method::Post => Err(Status::LengthRequired),
            None => Ok(0),
        }
    }

    /// Whether the other side waits to be told to go on (RFC 9110, 10.1.1).
    pub(super) fn waits(&self) -> bool {
        self.only("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue"))
    }
}

/// Reads a head, and what has come of the body with it. `None`: the other side went away.
///
/// # Errors
/// The status to answer with.
pub(super) async fn read_head(
    stream: &mut (impl AsyncRead + Unpin),
) -> Result<Option<(Head, Vec<u8>)>, Status> {
    let mut bytes = Vec::with_capacity(2048);
    let reading = async {
        loop {
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                return Ok(Some(at + 4));
            }
            if bytes.len() >= LONGEST_HEAD {
                return Err(Status::HeadTooLarge);
            }
            match stream.read_buf(&mut bytes).await {
                Ok(0) | Err(_) => return Ok(None),
                Ok(_) => {}
            }
        }
    };
    match timeout(PATIENCE, reading).await {
        Err(_) => Err(Status::Timeout),
        Ok(Err(status)) => Err(status),
        Ok(Ok(None)) => Ok(None),
        Ok(Ok(Some(end))) => {
            let rest = bytes.split_off(end);
            Head::read(&bytes).map(|head| Some((head, rest)))
        }
    }
}

/// Reads the rest of a body of `length` bytes.
///
/// # Errors
/// When it stops coming.
pub(super) async fn read_body(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    head: &Head,
    mut body: Vec<u8>,
    length: usize,
) -> io::Result<Vec<u8>> {
    if head.waits() {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    // What is told is not yet sent: memory is taken as it comes.
    while body.len() < length {
        body.reserve(PIECE.min(length - body.len()));
        let missing = (length - body.len()) as u64;
        let read = timeout(PATIENCE, (&mut *stream).take(missing).read_buf(&mut body)).await;
        if read.map_err(|_| io::ErrorKind::TimedOut)?? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    body.truncate(length);
    Ok(body)
}

/// Ends a connection so that the other side gets all that was written, whatever it still sends.
pub(super) async fn close(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    let closing = async {
        let _ = stream.shutdown().await;
        let (mut piece, mut read) = (vec![0; PIECE], 0);
        while read < DRAINED {
            match stream.read(&mut piece).await {
                Ok(0) | Err(_) => return,
                Ok(count) => read += count,
            }
        }
    };
    let _ = timeout(DRAIN_TIME, closing).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Result<Head, Status> {
        Head::read(text.replace('\n', "\r\n").as_bytes())
    }

    #[test]
    fn a_head_is_read() {
        let head = head("GET /a/b?name=x%20y HTTP/1.1\nHost: h\nX: 1\nx: 2\n\n").unwrap();
        assert_eq!((head.path.as_str(), head.query.as_str()), ("/a/b", "name=x%20y"));
        assert_eq!((head.only("host"), head.only("x"), head.only("y")), (Some("h"), None, None));
        assert_eq!(head.length(), Ok(0));
    }

    #[test]
    fn what_is_not_needed_is_refused() {
        assert_eq!(head("PUT / HTTP/1.1\n\n").unwrap_err(), Status::MethodNotAllowed);
        assert_eq!(head("no request\n\n").unwrap_err(), Status::BadRequest);
        assert_eq!(head("GET / HTTP/1.1\nA: b").unwrap_err(), Status::BadRequest);
        let length = |lines: &str| head(&format!("POST / HTTP/1.1\n{lines}\n\n")).unwrap().length();
        assert_eq!(length("Content-Length: 12"), Ok(12));
        assert_eq!(length("A: b"), Err(Status::LengthRequired));
        assert_eq!(length("Content-Length: 1\nTransfer-Encoding: chunked"), Err(Status::LengthRequired));
        assert_eq!(length("Content-Length: 99999999999999999999999"), Err(Status::TooLarge));
        for odd in ["Content-Length: +1", "Content-Length:", "Content-Length: 1\nContent-Length: 1"] {
            assert_eq!(length(odd), Err(Status::BadRequest), "{odd}");
        }
    }

    #[tokio::test]
    async fn a_head_that_has_no_end_is_not_waited_for() {
        let endless = [b'a'; LONGEST_HEAD + 10];
        assert_eq!(read_head(&mut &endless[..]).await.unwrap_err(), Status::HeadTooLarge);
        assert!(read_head(&mut &b"GET /"[..]).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_body_has_the_length_that_was_told() {
        let head = head("POST / HTTP/1.1\nContent-Length: 6\n\n").unwrap();
        let body = async |stream: &[u8], length| {
            read_body(&mut tokio::io::join(stream, tokio::io::sink()), &head, b"ab".to_vec(), length).await
        };
        assert_eq!(body(b"cdefgh", 6).await.unwrap(), b"abcdef");
        assert_eq!(body(b"", 1).await.unwrap(), b"a");
        assert_eq!(body(b"cd", 6).await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
