//! Which requests are answered at all; pure.
//!
//! The token in the address keeps out whoever does not know it. This keeps out, besides, what a browser sends in the name of
//! another page: a name of a stranger's that was made to point to this machine (DNS rebinding) comes with the stranger's
//! `Host`, and requests across sites come with an `Origin` or a `Sec-Fetch-Site` that says so
//! (<https://www.w3.org/TR/fetch-metadata/>).

use super::http::{Head, Method};

/// By which names this server may be called.
pub(super) struct Origins {
    hosts: [String; 2],
}

impl Origins {
    pub(super) fn of(port: u16) -> Self {
        Self { hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")] }
    }

    /// The one that is printed: a name could be led elsewhere by the system.
    pub(super) fn address(&self) -> String {
        format!("http://{}", self.hosts[0])
    }

    /// Why a request is not even looked at.
    pub(super) fn refuse(&self, head: &Head) -> Option<&'static str> {
        let Some(host) = head.only("host").filter(|host| self.hosts.iter().any(|own| own == host)) else {
            return Some("this server answers to its own address only");
        };
        let is_post = head.method == Method::Post;
        match head.only("origin") {
            Some(origin) if origin.strip_prefix("http://") != Some(host) => {
                return Some("this came from another page");
            }
            // Browsers send it with every POST.
            None if is_post => return Some("a POST without an Origin"),
            _ => {}
        }
        match head.only("sec-fetch-site") {
            None | Some("same-origin") => None,
            // Typed, or opened by another program.
            Some("none") if !is_post => None,
            Some(_) => Some("this came from another page"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(request: &str) -> bool {
        let head = Head::read(request.replace('\n', "\r\n").as_bytes()).unwrap();
        Origins::of(4321).refuse(&head).is_some()
    }

    #[test]
    fn only_its_own_page_is_answered() {
        for own in ["127.0.0.1:4321", "localhost:4321"] {
            assert!(!refused(&format!("GET / HTTP/1.1\nHost: {own}\n\n")), "{own}");
            let post = format!("POST / HTTP/1.1\nHost: {own}\nOrigin: http://{own}\nContent-Length: 0\n");
            assert!(!refused(&format!("{post}\n")), "{own}");
            assert!(!refused(&format!("{post}Sec-Fetch-Site: same-origin\n\n")), "{own}");
        }
        for host in
            ["evil.example:4321", "127.0.0.1", "127.0.0.1:4322", "127.0.0.1.evil.example:4321", "[::1]:4321"]
        {
            assert!(refused(&format!("GET / HTTP/1.1\nHost: {host}\n\n")), "{host}");
        }
        assert!(refused("GET / HTTP/1.1\n\n"), "no host");
        assert!(refused("GET / HTTP/1.1\nHost: 127.0.0.1:4321\nHost: 127.0.0.1:4321\n\n"), "two hosts");
    }

    #[test]
    fn what_another_page_causes_is_refused() {
        let post = |more: &str| {
            refused(&format!("POST / HTTP/1.1\nHost: 127.0.0.1:4321\nContent-Length: 0\n{more}\n"))
        };
        assert!(post(""), "no origin");
        for origin in [
            "null",
            "http://evil.example",
            "https://127.0.0.1:4321",
            "http://127.0.0.1:1",
            "http://localhost:4321",
        ] {
            assert!(post(&format!("Origin: {origin}\n")), "{origin}");
        }
        for site in ["cross-site", "same-site", "none"] {
            assert!(post(&format!("Origin: http://127.0.0.1:4321\nSec-Fetch-Site: {site}\n")), "{site}");
        }
        let get = |site: &str| {
            refused(&format!("GET / HTTP/1.1\nHost: localhost:4321\nSec-Fetch-Site: {site}\n\n"))
        };
        assert!(!get("none") && !get("same-origin"));
        assert!(get("cross-site") && get("same-site"));
    }
}
