//! What AWS's own model of a call refuses is refused: unknown members, missing ones, lengths, patterns, values that
//! are not of an enumeration. The models are botocore's (<https://github.com/boto/botocore>), which is installed, pinned,
//! with the local AWS; `models.py` reads them in that Python.

use super::super::call::{Call, Service};
use super::super::http::Message;
use super::super::wire::Refusal;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const CHECKER: &str = include_str!("models.py");

/// The process that knows the models; started with the first call.
#[derive(Default)]
pub(super) struct Models(Option<Process>);

struct Process {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Models {
    /// Why AWS would not take this request, if it would not.
    pub(super) fn refusal(&mut self, request: &Message, call: &Call) -> Option<Refusal> {
        let process = self.0.get_or_insert_with(Process::start);
        let verdict = process.ask(&question(request, call));
        let problem = verdict["problem"].as_str()?;
        let code = match call.service {
            Service::S3 => "MalformedXML",
            Service::Iam | Service::Sts | Service::Alarms => "ValidationError",
            Service::Lambda => "ValidationException",
            Service::Logs | Service::Tagging => "InvalidParameterException",
        };
        let operation = verdict["operation"].as_str().unwrap_or_default();
        Some(Refusal::saying(400, code, format!("1 validation error detected: {operation}: {problem}")))
    }
}

/// A request as the checker reads it: bytes in hexadecimal.
fn question(request: &Message, call: &Call) -> serde_json::Value {
    // Of an object only the headers have rules.
    let is_object = call.service == Service::S3 && request.body.len() > 1 << 20;
    let body = if is_object { &[][..] } else { &request.body };
    let body: String = body.iter().map(|byte| format!("{byte:02x}")).collect();
    let service = match call.service {
        Service::S3 => "s3",
        Service::Iam => "iam",
        Service::Sts => "sts",
        Service::Lambda => "lambda",
        Service::Logs => "logs",
        Service::Tagging => "resourcegroupstaggingapi",
        Service::Alarms => "cloudwatch",
    };
    serde_json::json!({
        "service": service,
        "operation": call.operation,
        "method": request.method(),
        "target": request.target(),
        "headers": request.headers(),
        "body": body,
    })
}

impl Process {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let python = runtime.block_on(local_aws::install(&|_| ())).unwrap();
        let mut child = Command::new(python)
            .args(["-I", "-c", CHECKER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let questions = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, questions, answers }
    }

    fn ask(&mut self, question: &serde_json::Value) -> serde_json::Value {
        writeln!(self.questions, "{question}").unwrap();
        self.questions.flush().unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "the checker of AWS's models has ended; its error is above");
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
