//! The way to AWS: what the environment says, and what becomes of the first call.

mod certificate;
mod credentials;
mod endpoints;
mod environment;
mod first_call;
mod proxies;
mod regions;
mod services;
mod slow_line;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A home without anything of AWS but what a test puts there.
struct Home(tempfile::TempDir);

/// What a run said.
struct Run {
    code: Option<i32>,
    err: String,
    took: Duration,
}

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        std::fs::write(home.path("config.toml"), "stack = \"photos\"\n").unwrap();
        std::fs::create_dir(home.path(".aws")).unwrap();
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn start(&self, environment: &[(&str, &str)]) -> Child {
        Command::new(testkit::program())
            .arg("status")
            .env_clear()
            .env("HOME", self.0.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(environment.iter().copied())
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn run(&self, environment: &[(&str, &str)]) -> Run {
        let start = Instant::now();
        let output = self.start(environment).wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(!err.contains("panicked"), "{err}");
        Run { code: output.status.code(), err, took: start.elapsed() }
    }

    /// With credentials, at this endpoint.
    fn at(&self, endpoint: &str) -> Run {
        self.run(&[REGION, KEYS[0], KEYS[1], ("AWS_ENDPOINT_URL", endpoint)])
    }
}

impl Run {
    #[track_caller]
    fn says(&self, code: i32, texts: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.err);
        for text in texts {
            assert!(self.err.contains(text), "{text:?}: {}", self.err);
        }
    }
}

const REGION: (&str, &str) = ("AWS_REGION", "eu-west-1");
const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "y")];

/// Somebody at the endpoint, who does this with each connection.
fn endpoint(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            std::thread::spawn(move || serve(client));
        }
    });
    address.to_string()
}

/// Whoever answers every request so.
fn answering(status: u16, body: &'static str) -> String {
    let address = endpoint(move |mut client| {
        let mut request = [0; 4096];
        while client.read(&mut request).is_ok_and(|length| length > 0) {
            let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            if client.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    });
    format!("http://{address}")
}

fn silent() -> String {
    let address = endpoint(|client| {
        std::thread::sleep(Duration::from_mins(5));
        drop(client);
    });
    format!("http://{address}")
}

fn of_sts(code: &str) -> &'static str {
    let body = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>told by the test</Message></Error><RequestId>1-2</RequestId></ErrorResponse>"
    );
    body.leak()
}
