//! The way to AWS: what the environment says, and what becomes of the first call.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection};

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

#[test]
fn a_variable_without_a_value_is_not_set() {
    let home = Home::new();
    let refused = answering(403, of_sts("InvalidClientTokenId"));
    for empty in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        let run = home.run(&[(empty, ""), KEYS[0], KEYS[1]]);
        run.says(5, &["error: no AWS region is set", "hint: set AWS_REGION"]);
    }
    std::fs::write(
        home.path(".aws/config"),
        format!("[default]\nregion = eu-west-1\nendpoint_url = {refused}\n"),
    )
    .unwrap();
    // Each time it comes as far as to the endpoint, whose address is in the profile.
    for environment in [
        [("AWS_REGION", ""), KEYS[0], KEYS[1]],
        [("AWS_DEFAULT_REGION", ""), KEYS[0], KEYS[1]],
        [("AWS_PROFILE", ""), KEYS[0], KEYS[1]],
        [("AWS_ENDPOINT_URL", ""), KEYS[0], KEYS[1]],
        [("AWS_ENDPOINT_URL_STS", ""), KEYS[0], KEYS[1]],
    ] {
        home.run(&environment).says(5, &["GetCallerIdentity: InvalidClientTokenId: told by the test"]);
    }
    let run = home.run(&[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "eu-west-3"), KEYS[0], KEYS[1]]);
    run.says(5, &["InvalidClientTokenId"]);
}

#[test]
fn a_profile_that_nobody_made_is_told_as_such() {
    let home = Home::new();
    let nosuch = ("AWS_PROFILE", "nosuch");
    home.run(&[REGION, nosuch]).says(5, &["AWS_PROFILE is \"nosuch\"", "`aws configure --profile nosuch`"]);
    std::fs::write(home.path(".aws/config"), "[profile work]\nregion = eu-west-1\n").unwrap();
    std::fs::write(
        home.path(".aws/credentials"),
        "[home]\naws_access_key_id = x\naws_secret_access_key = y\n",
    )
    .unwrap();
    // Whatever credentials there are besides: they may be those of another account.
    home.run(&[nosuch, KEYS[0], KEYS[1]]).says(
        5,
        &[
            "there is no such profile in the AWS config and credentials files",
            "those that are there (home, work)",
        ],
    );
    let refused = answering(403, of_sts("InvalidClientTokenId"));
    let endpoint = ("AWS_ENDPOINT_URL", refused.as_str());
    home.run(&[REGION, endpoint, ("AWS_PROFILE", "home")]).says(5, &["InvalidClientTokenId"]);
    home.run(&[REGION, endpoint, ("AWS_PROFILE", "default"), KEYS[0], KEYS[1]])
        .says(5, &["InvalidClientTokenId"]);
}

#[test]
fn trouble_of_aws_at_the_first_call_is_not_told_as_wrong_credentials() {
    let home = Home::new();
    std::thread::scope(|scope| {
        for (status, body) in [
            (400, of_sts("Throttling")),
            (503, of_sts("ServiceUnavailable")),
            (502, "<html><body>Bad Gateway</body></html>"),
        ] {
            let home = &home;
            scope.spawn(move || {
                home.at(&answering(status, body)).says(1, &["error: GetCallerIdentity: ", "hint: AWS "]);
            });
        }
    });
    for code in ["ExpiredToken", "SignatureDoesNotMatch", "AccessDenied"] {
        home.at(&answering(403, of_sts(code))).says(5, &[code, "hint: "]);
    }
}

#[test]
fn somebody_who_never_answers_is_waited_for_aloud_and_not_for_long() {
    let run = Home::new().at(&silent());
    run.says(
        5,
        &[
            "waiting for STS to say whose credentials these are (at most 30 s)",
            "error: GetCallerIdentity: ",
            "hint: nothing answers there: check the network",
        ],
    );
    assert!((25..40).contains(&run.took.as_secs()), "{:?}", run.took);
}

#[test]
fn a_certificate_of_an_unknown_authority_is_told_as_such() {
    let server = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(server.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![server.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let address = endpoint(move |mut client| {
        let mut tls = ServerConnection::new(Arc::clone(&config)).unwrap();
        while tls.complete_io(&mut client).is_ok_and(|(read, _)| read > 0) {}
    });
    let endpoint = format!("https://localhost:{}", address.rsplit(':').next().unwrap());
    let home = Home::new();
    // The authority that is trusted has another name, or the same name and another key.
    for name in ["another", "rcgen self signed cert"] {
        let mut other = rcgen::CertificateParams::new(["other".to_owned()]).unwrap();
        other.distinguished_name.push(rcgen::DnType::CommonName, name);
        let other = other.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        let bundle = home.path("ca.pem");
        std::fs::write(&bundle, other.pem()).unwrap();
        let run = home.run(&[
            REGION,
            KEYS[0],
            KEYS[1],
            ("AWS_ENDPOINT_URL", &endpoint),
            ("AWS_CA_BUNDLE", bundle.to_str().unwrap()),
        ]);
        run.says(
            5,
            &["invalid peer certificate", "hint: the endpoint shows a certificate", "AWS_CA_BUNDLE=FILE"],
        );
    }
}
