//! Runs any command with the test suites' proxy before a local AWS: counts its calls, adds latency, or
//! measures the longest chain of calls that wait for one another.
//!
//! ```text
//! cargo build --release --example proxy
//! eval "$(provisioner local start | grep '^export ')"
//! target/release/examples/proxy --latency 100 -- terraform apply -auto-approve
//! target/release/examples/proxy --lockstep 700 -- provisioner up --yes
//! ```
//!
//! `--latency MS`: no answer comes before so long after its call. `--lockstep MS`: answers come all together,
//! whenever the command has made no new call for so long; the number of such rounds is the longest chain,
//! however slow the machine is (the time is of no meaning then). `--calls` lists each call, `--report FILE`
//! writes the last line to a file instead of stderr. The exit code is the command's.
//!
//! The line is JSON: `{"calls": 104, "chain": 8, "seconds": 1.234, "latency_ms": 100}`; without
//! `--lockstep` the chain is `null`.

#![expect(clippy::disallowed_methods, reason = "tests write files in their own way")]
#![expect(clippy::print_stderr, reason = "this is its output")]
#![expect(clippy::unwrap_used, reason = "a tool of the tests")]

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use testkit::proxy::{Pace, Proxy};

const USAGE: &str = "usage: proxy [--latency MS | --lockstep MS] [--calls] [--report FILE] -- COMMAND [ARGUMENT...]\n\
    AWS_ENDPOINT_URL (https://ADDRESS:PORT) and AWS_CA_BUNDLE say where the local AWS is";

struct Options {
    pace: Pace,
    calls: bool,
    report: Option<PathBuf>,
    command: Vec<String>,
}

fn options() -> Option<Options> {
    let mut options = Options { pace: Pace::Free, calls: false, report: None, command: Vec::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut milliseconds = || Some(Duration::from_millis(arguments.next()?.parse().ok()?));
        match argument.as_str() {
            "--latency" => options.pace = Pace::Latency(milliseconds()?),
            "--lockstep" => options.pace = Pace::Lockstep(milliseconds()?),
            "--calls" => options.calls = true,
            "--report" => options.report = Some(arguments.next()?.into()),
            "--" => options.command = arguments.by_ref().collect(),
            _ => return None,
        }
    }
    (!options.command.is_empty()).then_some(options)
}

fn main() -> ExitCode {
    let upstream = std::env::var("AWS_ENDPOINT_URL").ok().filter(|url| url.starts_with("https://"));
    let (Some(options), Some(endpoint), Some(ca_bundle)) =
        (options(), upstream, std::env::var_os("AWS_CA_BUNDLE"))
    else {
        eprintln!("{USAGE}");
        return ExitCode::from(64);
    };
    let proxy = Proxy::start(&endpoint, ca_bundle.as_ref());
    proxy.begin(Vec::new(), options.pace);
    let start = Instant::now();
    let status = Command::new(&options.command[0])
        .args(&options.command[1..])
        .env("AWS_ENDPOINT_URL", proxy.endpoint())
        .status();
    let seconds = start.elapsed().as_secs_f64();
    let status = match status {
        Ok(status) => status,
        Err(error) => {
            eprintln!("{}: {error}", options.command[0]);
            return ExitCode::from(127);
        }
    };
    let record = proxy.end();
    if options.calls {
        for call in &record.0 {
            let at = call.start.duration_since(start).as_secs_f64();
            eprintln!("{at:>8.3} s  round {:>3}  {} -> {}", call.round + 1, call.label(), call.status);
        }
    }
    let (chain, latency) = match options.pace {
        Pace::Free => (None, 0),
        Pace::Latency(latency) => (None, latency.as_millis()),
        Pace::Lockstep(_) => (Some(record.chain()), 0),
    };
    let line = serde_json::json!({
        "calls": record.0.len(),
        "chain": chain,
        "seconds": (seconds * 1000.0).round() / 1000.0,
        "latency_ms": u64::try_from(latency).unwrap_or(u64::MAX),
    });
    match &options.report {
        Some(file) => std::fs::write(file, format!("{line}\n")).unwrap(),
        None => eprintln!("{line}"),
    }
    ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
