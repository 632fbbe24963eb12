//! The page of `local open`, as a browser uses it, and as those try to whom it is not open. What a person sees of it is
//! tested in Chromium: `ci/page.py`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::local_aws::home::{Home, signal, text};
use serde_json::Value;
use testkit::exif;
use testkit::jpeg::{CANARY, Kind, find, insert, picture, segment, survives};

const CONFIG: &str = include_str!("../../../config.toml");

/// A page that is served, with its pipeline.
struct Page {
    home: Home,
    child: Child,
    /// `127.0.0.1:PORT`
    host: String,
    /// `/TOKEN/`
    root: String,
}

/// What the server answered.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Page {
    /// With the real function, or one that does nothing.
    async fn new(is_real: bool) -> Self {
        let home = Home::new();
        home.start().await;
        std::fs::write(home.beside("config.toml"), CONFIG).unwrap();
        let up = ["up", "--local", "--yes"];
        let output = if is_real { home.command(&up).output().unwrap() } else { home.run(&up) };
        assert!(output.status.success(), "{}", text(&output));
        let open = &mut home.command(&["local", "open", "--json", "--no-browser"]);
        let mut child = open.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        let address = told["address"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
        let (host, token) = address.split_once('/').unwrap();
        Self { home, child, host: host.to_owned(), root: format!("/{token}") }
    }

    /// Sends bytes, and reads to the end.
    fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        let body = answer.split_off(end);
        let head = String::from_utf8(answer).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head, body }
    }

    fn get(&self, path: &str) -> Answer {
        self.raw(format!("GET {}{path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.root, self.host).as_bytes())
    }

    /// As the page does it.
    fn post(&self, path: &str, body: &[u8]) -> Answer {
        let Self { host, root, .. } = self;
        let head = format!(
            "POST {root}{path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        self.raw(&[head.as_bytes(), body].concat())
    }

    /// Reads what the page is told of this picture until it is no longer under way.
    fn ended(&self, id: &Value) -> Value {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        write!(stream, "GET {}events HTTP/1.1\r\nHost: {}\r\n\r\n", self.root, self.host).unwrap();
        for line in BufReader::new(stream).lines() {
            let line = line.unwrap();
            let Some(data) = line.strip_prefix("data: ") else { continue };
            let told: Value = serde_json::from_str(data).unwrap();
            let is_under_way = |stage: &str| ["looking", "sending", "cleaning"].contains(&stage);
            if told["id"] == *id && !is_under_way(told["stage"].as_str().unwrap_or_default()) {
                return told;
            }
        }
        panic!("no end of picture {id}");
    }

    /// Ends it, and tells its exit code.
    fn end(&mut self, name: &str) -> Option<i32> {
        signal(i32::try_from(self.child.id()).unwrap(), name);
        self.child.wait().unwrap().code()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A picture with metadata that tells, a thumbnail, and a canary in a comment.
fn photo() -> Vec<u8> {
    let whole = picture(Kind::Ycc420, 64, 48);
    let thumbnail = picture(Kind::Grey, 16, 12);
    let (start, _) = find(&whole, 0xDB, 0);
    let telling = segment(0xE1, &[&b"Exif\0\0"[..], &exif::telling(1, &thumbnail)].concat());
    insert(&whole, start, &[telling, segment(0xFE, CANARY)].concat())
}

#[tokio::test]
async fn nobody_gets_in_without_the_address() {
    let mut page = Page::new(false).await;
    assert!(page.host.starts_with("127.0.0.1:"), "{}", page.host);
    let Page { host, root, .. } = &page;
    let status = |request: String| page.raw(request.replace('\n', "\r\n").as_bytes()).status;

    let home = page.get("");
    assert_eq!(home.status, 200, "{home:?}");
    let policy = "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
                  connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n";
    for answer in [&home, &page.get("page.js"), &page.get("pipeline"), &page.get("nothing")] {
        assert!(answer.head.contains(policy), "{answer:?}");
        for header in ["nosniff", "no-referrer", "no-store", "Cross-Origin-Resource-Policy: same-origin"] {
            assert!(answer.head.contains(header), "{header}: {answer:?}");
        }
        assert!(!answer.head.to_lowercase().contains("access-control-allow"), "{answer:?}");
    }

    // The token.
    let wrong = format!("/{}/", "0".repeat(root.len() - 2));
    for path in ["/", "/favicon.ico", &wrong, &format!("{wrong}pipeline"), root.trim_end_matches('/')] {
        assert_eq!(status(format!("GET {path} HTTP/1.1\nHost: {host}\n\n")), 404, "{path}");
    }
    assert_eq!(status(format!("GET /open/{} HTTP/1.1\nHost: {host}\n\n", "0".repeat(48))), 410);

    // Names that lead here, and other pages.
    let port = host.split(':').nth(1).unwrap();
    for other in [&format!("evil.example:{port}"), "evil.example", "127.0.0.1", &format!("127.0.0.2:{port}")]
    {
        assert_eq!(status(format!("GET {root} HTTP/1.1\nHost: {other}\n\n")), 403, "{other}");
    }
    let post = |headers: &str| {
        status(format!("POST {root}access HTTP/1.1\nHost: {host}\nContent-Length: 0\n{headers}\n"))
    };
    assert_eq!(post(""), 403, "no origin");
    assert_eq!(post("Origin: http://evil.example\n"), 403);
    assert_eq!(post("Origin: null\n"), 403);
    assert_eq!(post(&format!("Origin: http://{host}\nSec-Fetch-Site: cross-site\n")), 403);
    assert_eq!(
        status(format!("GET {root}pipeline HTTP/1.1\nHost: {host}\nSec-Fetch-Site: cross-site\n\n")),
        403
    );

    // Bodies.
    let body = |length: &str| {
        let own = format!("Host: {host}\nOrigin: http://{host}");
        status(format!("POST {root}pictures?name=a.jpg HTTP/1.1\n{own}\n{length}\n\n"))
    };
    assert_eq!(body("Content-Length: 134217729"), 413);
    assert_eq!(body("Content-Length: 99999999999999999999999999"), 413);
    assert_eq!(body("Transfer-Encoding: chunked"), 411);
    assert_eq!(body("A: b"), 411);
    assert_eq!(page.raw(&[b'a'; 20_000]).status, 431);
    assert_eq!(status(format!("DELETE {root} HTTP/1.1\nHost: {host}\n\n")), 405);
    assert_eq!(status("GET\n\n".to_owned()), 400);

    assert_eq!(page.end("-TERM"), Some(143));
}

#[tokio::test]
async fn a_picture_goes_through_and_comes_back_clean() {
    let mut page = Page::new(true).await;
    let about = page.get("pipeline").json();
    assert_eq!((&about["stack"], &about["most_bytes"]), (&"photos".into(), &134_217_728.into()));

    let dirty = photo();
    assert!(survives(&dirty));
    let taken = page.post("pictures?name=a%20b%2B%C3%A9.jpg", &dirty);
    assert_eq!(taken.status, 202, "{taken:?}");
    let id = taken.json()["id"].clone();
    let told = page.ended(&id);
    assert_eq!((&told["stage"], &told["key"]), (&"clean".into(), &"a b+\u{e9}.jpg".into()), "{told}");
    assert!(!told["seen"]["positions"].as_array().unwrap().is_empty(), "{told}");
    assert!(told["cleaning"]["removed_bytes"].as_u64().unwrap() > 100, "{told}");
    assert_eq!(told["copy"]["found"], Value::Array(Vec::new()), "{told}");
    let hidden = &told["seen"]["hidden"];
    assert_eq!((hidden[0]["width"].as_u64(), hidden[0]["height"].as_u64()), (Some(16), Some(12)), "{told}");

    let copy = page.get(&format!("pictures/{id}/copy"));
    assert!(copy.head.contains("Content-Type: image/jpeg\r\n"), "{copy:?}");
    assert!(!survives(&copy.body) && copy.body.len() < dirty.len());
    assert_eq!(told["copy"]["bytes"], copy.body.len());
    let thumbnail = page.get(&format!("pictures/{id}/hidden/0"));
    assert!(thumbnail.status == 200 && thumbnail.body.starts_with(&[0xFF, 0xD8]), "{thumbnail:?}");
    assert_eq!(page.get(&format!("pictures/{id}/hidden/1")).status, 404);
    assert_eq!(page.get("pictures/99/copy").status, 404);

    // What is no picture is looked at, and goes nowhere; nor does what no suffix matches.
    let refused = page.ended(&page.post("pictures?name=b.jpg", b"no picture").json()["id"]);
    assert_eq!(
        (&refused["stage"], &refused["note"]),
        (&"refused".into(), &"not a picture".into()),
        "{refused}"
    );
    let unmatched = page.ended(&page.post("pictures?name=b.txt", &dirty).json()["id"]);
    assert_eq!(unmatched["stage"], "refused", "{unmatched}");
    assert!(!unmatched["seen"]["positions"].as_array().unwrap().is_empty(), "{unmatched}");
    for name in ["", "..%2Fa.jpg", "%FF.jpg"] {
        let answer = page.post(&format!("pictures?name={name}"), &dirty);
        let is_nowhere = answer.status == 400 || page.ended(&answer.json()["id"])["stage"] == "refused";
        assert!(is_nowhere, "{name}: {answer:?}");
    }

    let pending = page.get("pending").json();
    assert_eq!(
        (&pending["sums"]["pictures"], &pending["sums"]["pending"]),
        (&1.into(), &0.into()),
        "{pending}"
    );
    let access = page.post("access", b"").json();
    let cells: Vec<&Value> =
        access["rows"].as_array().unwrap().iter().flat_map(|row| row["cells"].as_array().unwrap()).collect();
    assert_eq!(cells.len(), 3 * 2 * 4, "{access}");
    assert!(cells.iter().all(|cell| cell["is"] == cell["due"]), "{access}");
    let user = page.home.json(&["status", "--local"])["users"].to_string();
    assert!(!user.contains("AKIA") && !user.contains("upload-key"), "a key is left: {user}");

    assert_eq!(page.end("-INT"), Some(0), "Ctrl-C is its normal end");
}

#[tokio::test]
async fn there_is_no_page_without_a_pipeline() {
    let home = Home::new();
    std::fs::write(home.beside("config.toml"), CONFIG).unwrap();
    let refused = |what: &str| {
        let output = home.run(&["local", "open", "--no-browser", "--stack", "photos-test"]);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(said.contains(what), "{said}");
        assert!(said.contains("`provisioner up --local --stack photos-test`"), "{said}");
    };
    refused("the local AWS does not run");
    assert_eq!(home.json(&["local", "status"])["running"], false, "and none was started");
    home.start().await;
    refused("the stack photos-test is not up on the local AWS");
}
