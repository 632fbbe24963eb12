//! Answers, each with the headers that keep a page to itself.

use bytes::Bytes;
use serde::Serialize;

use crate::json;

/// Nothing but this server: no script, style, picture or request from elsewhere, nothing written into the page itself, no
/// forms, no frames around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What every answer has.
const HEADERS: [(&str, &str); 9] = [
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
];

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Ok,
    Accepted,
    SeeOther,
    BadRequest,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Timeout,
    Conflict,
    Gone,
    LengthRequired,
    TooLarge,
    Busy,
    HeadTooLarge,
    Failed,
}

impl Status {
    fn line(self) -> &'static str {
        match self {
            Self::Ok => "200 OK",
            Self::Accepted => "202 Accepted",
            Self::SeeOther => "303 See Other",
            Self::BadRequest => "400 Bad Request",
            Self::Forbidden => "403 Forbidden",
            Self::NotFound => "404 Not Found",
            Self::MethodNotAllowed => "405 Method Not Allowed",
            Self::Timeout => "408 Request Timeout",
            Self::Conflict => "409 Conflict",
            Self::Gone => "410 Gone",
            Self::LengthRequired => "411 Length Required",
            Self::TooLarge => "413 Content Too Large",
            Self::Busy => "503 Service Unavailable",
            Self::HeadTooLarge => "431 Request Header Fields Too Large",
            Self::Failed => "502 Bad Gateway",
        }
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    status: Status,
    content_type: &'static str,
    location: Option<String>,
    body: Bytes,
}

impl Answer {
    /// Something of a known type.
    pub(super) fn of(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status: Status::Ok, content_type, location: None, body: body.into() }
    }

    /// A document.
    pub(super) fn json(status: Status, content: &impl Serialize) -> Self {
        match json::line(content) {
            Ok(text) => Self { status, ..Self::of("application/json", text) },
            Err(error) => Self::words(Status::Failed, &error.to_string()),
        }
    }

    /// Something for a person.
    pub(super) fn words(status: Status, words: &str) -> Self {
        Self { status, ..Self::of("text/plain; charset=utf-8", format!("{words}\n")) }
    }

    /// The page is elsewhere.
    pub(super) fn see(location: String) -> Self {
        Self { location: Some(location), ..Self::words(Status::SeeOther, "the page is there") }
    }

    /// All of it, ready to be sent.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut head = head(self.status, self.content_type);
        if let Some(location) = &self.location {
            head.push_str(&format!("Location: {location}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        [head.as_bytes(), &self.body].concat()
    }
}

/// The head of an answer that has no end: events.
pub(super) fn stream_head() -> String {
    head(Status::Ok, "text/event-stream") + "\r\n"
}

/// Lines of a head, without the empty one that ends it.
fn head(status: Status, content_type: &str) -> String {
    let mut head =
        format!("HTTP/1.1 {}\r\nConnection: close\r\nContent-Type: {content_type}\r\n", status.line());
    for (name, value) in HEADERS {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_keeps_the_page_to_itself() {
        let see = String::from_utf8(Answer::see("/t/".to_owned()).bytes()).unwrap();
        assert!(
            see.starts_with("HTTP/1.1 303 See Other\r\n") && see.contains("\r\nLocation: /t/\r\n"),
            "{see}"
        );
        let words = String::from_utf8(Answer::words(Status::NotFound, "nothing").bytes()).unwrap();
        assert!(words.ends_with("\r\nContent-Length: 8\r\n\r\nnothing\n"), "{words}");
        for answer in [see, words, stream_head()] {
            for part in ["default-src 'none'; script-src 'self'", "nosniff", "no-referrer", "no-store"] {
                assert!(answer.contains(part), "{answer}");
            }
            assert!(!answer.contains("unsafe"), "{answer}");
        }
    }
}
