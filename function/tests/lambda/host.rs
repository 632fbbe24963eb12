//! What Lambda and S3 are to the program: the Runtime API
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>), and buckets with path-style addresses.

use std::{
    collections::HashMap,
    net::{SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Barrier, Mutex,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};

use crate::http::{Connection, Request};

/// How S3 answers a GET of an object.
#[derive(Clone)]
pub(crate) enum Object {
    /// With these bytes.
    Bytes(Arc<Vec<u8>>),
    /// With headers that promise so many bytes, and with nothing more.
    Silent(usize),
    /// With these bytes, when as many as the barrier lets through have asked for such an object.
    Together(Arc<Vec<u8>>, Arc<Barrier>),
    /// With the first bytes once, and with the second from then on, which have another ETag. While the first is being
    /// sent somebody writes a clean copy of the second.
    Replaced(Arc<Vec<u8>>, Arc<Vec<u8>>),
}

/// The program with its surroundings.
pub(crate) struct Host {
    child: Child,
    invocations: Sender<(String, Duration)>,
    told: Receiver<Value>,
    shared: Arc<Shared>,
    /// Lines of its log.
    log: Arc<Mutex<Vec<String>>>,
}

#[derive(Default)]
struct Shared {
    objects: Mutex<HashMap<String, Object>>,
    written: Mutex<HashMap<String, Vec<u8>>>,
    requests: Mutex<Vec<String>>,
}

impl Shared {
    /// The object as it is now, and its ETag.
    fn take(&self, key: &str) -> (Option<Object>, &'static str) {
        let mut objects = self.objects.lock().unwrap();
        match objects.get(key).cloned() {
            Some(Object::Replaced(first, second)) => {
                objects.insert(key.to_owned(), Object::Bytes(second));
                self.written.lock().unwrap().insert(key.to_owned(), b"of the second".to_vec());
                (Some(Object::Bytes(first)), "before")
            }
            other => (other, "r"),
        }
    }
}

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(120);

impl Host {
    /// Starts the program with so many megabytes, by `command`, which must execute what its environment variable
    /// `BOOTSTRAP` names.
    pub(crate) fn start(megabytes: u64, command: &mut Command) -> Self {
        let (host, first) = Self::begin(megabytes, command);
        first.recv_timeout(PATIENCE).expect("the program asks for its first event");
        host
    }

    /// Starts it, and gives what tells that it asked for its first event.
    fn begin(megabytes: u64, command: &mut Command) -> (Self, Receiver<()>) {
        let shared = Arc::<Shared>::default();
        let (invocations, next) = channel();
        let (tell, told) = channel();
        let (asked, first) = channel();
        let next = Arc::new(Mutex::new(next));
        let api = serve(move |connection| runtime_api(connection, &next, &tell, &asked));
        let of_s3 = Arc::clone(&shared);
        let s3 = serve(move |connection| buckets(connection, &of_s3));

        let mut child = command
            .env("BOOTSTRAP", env!("CARGO_BIN_EXE_bootstrap"))
            .env("AWS_LAMBDA_RUNTIME_API", api.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "f")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", megabytes.to_string())
            .env("AWS_ENDPOINT_URL", format!("http://{s3}"))
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("SOURCE_BUCKET", "a")
            .env("DESTINATION_BUCKET", "b")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::<Mutex<Vec<String>>>::default();
        let (of_child, lines) = (child.stdout.take().unwrap(), Arc::clone(&log));
        std::thread::spawn(move || {
            for line in std::io::BufRead::lines(std::io::BufReader::new(of_child)).map_while(Result::ok) {
                lines.lock().unwrap().push(line);
            }
        });
        (Self { child, invocations, told, shared, log }, first)
    }

    /// Puts an object into the source bucket.
    pub(crate) fn put(&self, key: &str, object: Object) {
        self.shared.objects.lock().unwrap().insert(key.to_owned(), object);
    }

    /// Tells the program of an object, and gives it so much time. Gives the answer, or the error.
    ///
    /// # Panics
    /// When the process ends, be it that it was killed for its memory.
    pub(crate) fn invoke(&mut self, key: &str, time: Duration) -> Value {
        let record = json!({ "s3": { "bucket": { "name": "a" }, "object": { "key": key } } });
        self.invoke_with(&json!({ "Records": [record] }).to_string(), time)
    }

    /// The same as S3 tells it.
    pub(crate) fn announce(&mut self, key: &str) -> Value {
        let s3 = json!({ "bucket": { "name": "a" }, "object": { "key": key } });
        let record = json!({ "eventName": "ObjectCreated:Put", "s3": s3 });
        self.invoke_with(&json!({ "Records": [record] }).to_string(), PATIENCE)
    }

    /// An event that a queue gathered: it tells of each of these.
    pub(crate) fn invoke_all(&mut self, keys: &[String], time: Duration) -> Value {
        let record = |key: &String| json!({ "s3": { "bucket": { "name": "a" }, "object": { "key": key } } });
        let records: Vec<_> = keys.iter().map(record).collect();
        self.invoke_with(&json!({ "Records": records }).to_string(), time)
    }

    /// The same with any payload.
    pub(crate) fn invoke_with(&mut self, payload: &str, time: Duration) -> Value {
        let lines = self.lines();
        self.invocations.send((payload.to_owned(), time)).unwrap();
        let begun = SystemTime::now();
        let mut answer = None;
        // The line may come before the answer or after it; there always is one.
        while answer.is_none() || self.lines() == lines {
            assert!(
                begun.elapsed().unwrap() < time + PATIENCE,
                "{payload:.200}: no answer or no line: {answer:?}"
            );
            match self.told.recv_timeout(Duration::from_millis(20)) {
                Ok(told) => answer = Some(told),
                Err(RecvTimeoutError::Timeout) => {}
                Err(error) => panic!("{payload:.200}: {error}"),
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "{payload:.200}: the process ended: {ended:?}");
        }
        answer.unwrap_or_default()
    }

    /// The bytes that were written to the destination bucket under a key, as they came: with the SDK's framing.
    pub(crate) fn written(&self, key: &str) -> Option<Vec<u8>> {
        self.shared.written.lock().unwrap().remove(key)
    }

    /// What S3 was asked for.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.requests.lock().unwrap())
    }

    /// How many lines the log has.
    pub(crate) fn lines(&self) -> usize {
        self.log.lock().unwrap().len()
    }

    /// Starts the program in vain, and gives what it tells Lambda.
    pub(crate) fn fail(command: &mut Command) -> Value {
        let (mut host, _) = Self::begin(128, command);
        let told = host.told.recv_timeout(PATIENCE).expect("the program says why it does not start");
        assert!(!host.child.wait().unwrap().success());
        told
    }

    /// The last line of the log.
    pub(crate) fn last_line(&self) -> Value {
        let log = self.log.lock().unwrap();
        log.last().map_or(Value::Null, |line| serde_json::from_str(line).unwrap())
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves each connection on a thread of its own.
fn serve(each: impl Fn(&mut Connection) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let each = Arc::new(each);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let each = Arc::clone(&each);
            std::thread::spawn(move || each(&mut Connection::new(stream)));
        }
    });
    address
}

type Next = Arc<Mutex<Receiver<(String, Duration)>>>;

fn runtime_api(connection: &mut Connection, next: &Next, tell: &Sender<Value>, asked: &Sender<()>) {
    while let Some(Request { method, path, body, .. }) = connection.read() {
        if method == "GET" && path.ends_with("/invocation/next") {
            let _ = asked.send(());
            let Ok((event, time)) = next.lock().unwrap().recv() else { return };
            let deadline = SystemTime::now() + time;
            let deadline = deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
            let headers = format!(
                "Lambda-Runtime-Aws-Request-Id: 00000000-0000-0000-0000-000000000000\r\n\
                 Lambda-Runtime-Deadline-Ms: {deadline}\r\n\
                 Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-central-1:123456789012:function:f\r\n\
                 Content-Length: {}\r\n",
                event.len()
            );
            let _ = connection.answer("200 OK", &headers, event.as_bytes());
        } else {
            let _ = tell.send(serde_json::from_slice(&body).unwrap_or(Value::Null));
            let _ = connection.answer("202 Accepted", "Content-Length: 0\r\n", b"");
        }
    }
}

fn buckets(connection: &mut Connection, shared: &Shared) {
    while let Some(Request { method, path, body, if_none }) = connection.read() {
        let condition = if if_none { " if none" } else { "" };
        shared.requests.lock().unwrap().push(format!("{method} {path}{condition}"));
        let key = path.get(3..).unwrap_or_default().to_owned();
        if method == "PUT" {
            if if_none && shared.written.lock().unwrap().contains_key(&key) {
                let body = b"<Error><Code>PreconditionFailed</Code></Error>";
                let headers = format!("Content-Length: {}\r\n", body.len());
                let _ = connection.answer("412 Precondition Failed", &headers, body);
                continue;
            }
            shared.written.lock().unwrap().insert(key, body);
            let _ = connection.answer("200 OK", "ETag: \"w\"\r\nContent-Length: 0\r\n", b"");
            continue;
        }
        let (object, etag) = shared.take(&key);
        let absent = b"<Error><Code>NoSuchKey</Code></Error>";
        let length = match &object {
            Some(Object::Bytes(bytes) | Object::Together(bytes, _)) => bytes.len(),
            Some(Object::Silent(length)) => *length,
            Some(Object::Replaced(..)) => 0,
            None => absent.len(),
        };
        let status = if object.is_some() { "200 OK" } else { "404 Not Found" };
        let headers = format!(
            "ETag: \"{etag}\"\r\nLast-Modified: Mon, 02 Jan 2006 15:04:05 GMT\r\nContent-Type: image/jpeg\r\nContent-Length: {length}\r\n"
        );
        let _ = match object {
            Some(Object::Bytes(bytes)) if method == "GET" => connection.answer(status, &headers, &bytes),
            Some(Object::Together(bytes, all)) if method == "GET" => {
                all.wait();
                connection.answer(status, &headers, &bytes)
            }
            None if method == "GET" => connection.answer(status, &headers, absent),
            _ => connection.answer(status, &headers, b""),
        };
    }
}
