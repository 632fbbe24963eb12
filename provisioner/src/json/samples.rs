//! A value of each document and line, made by the code that makes the real ones: for the snapshots, and as the examples
//! of `docs/json.md`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use super::sample_stack::{HASH, beginning, removal, something, stack, update};
use super::*;
use crate::access::{Asked, Cell, Row};
use crate::access_keys::{LastUse, Listed};
use crate::artifact::Package;
use crate::audit::{Finding, Looked};
use crate::doctor;
use crate::failure::Failure;
use crate::files::Location;
use crate::pictures::{Cleaned, Ending, Input, Inspection, Summary, Unreadable};
use crate::report::Seen;
use crate::suggest::Suggest;
use crate::upload::{Arrival, Outcome, Picture, Prediction};
use crate::verify::{Check, Right, Verdict, everything};
use contract::log::Line;
use engine::access::{Decision, Question, Subject, decide};
use engine::apply;
use engine::aws::AwsError;
use engine::backfill;
use engine::config::{Architecture, BucketRole, Overrides, parse};
use engine::events::{self, Skipped};
use engine::logs::{Told, What};
use engine::pending::{Object, Why};
use engine::permissions;
use engine::resources::{Progress, bucket};
use sanitizer::facts::Facts;
use sanitizer::{HiddenPixelsOutcome, Unseen};
use testkit::one_pixel::{exif, picture, segment};

/// What one command prints.
pub(super) struct Sample {
    /// The command.
    pub(super) command: &'static str,
    /// The file of its example.
    pub(super) name: &'static str,
    /// What it prints: one document, or lines.
    pub(super) printed: Vec<String>,
    /// Its type.
    pub(super) schema: Value,
}

/// All of them.
pub(super) fn all() -> Vec<Sample> {
    vec![
        of("plan", "plan", &Plan::of(&update(), &stack(), true)),
        lines("up", "up", &up()),
        lines("down", "down", &down()),
        of("status", "status", &status()),
        of("status --all", "status-all", &stacks()),
        lines("upload", "upload", &upload()),
        lines("pending", "pending", &pending()),
        lines("backfill", "backfill", &backfill()),
        lines("audit", "audit", &audit()),
        of("access", "access", &access()),
        of("access WHO ACTION RESOURCE", "access-answer", &access_answer()),
        lines("logs", "logs", &logs()),
        of("keys list", "keys-list", &keys_listed()),
        of("keys issue", "keys-issue", &key_issued(Some("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))),
        of("keys rotate", "keys-rotate", &key_rotated()),
        of(
            "keys revoke",
            "keys-revoke",
            &KeyRevoked {
                user: "user-a".to_owned(),
                iam_user: "photos-user-a".to_owned(),
                revoked: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            },
        ),
        lines("verify", "verify", &verify()),
        of("inspect", "inspect", &inspected()),
        of("sanitize", "sanitize", &sanitized()),
        of(
            "local start",
            "local-start",
            &LocalStarted {
                endpoint: "https://127.0.0.1:4566".to_owned(),
                environment: BTreeMap::from([("AWS_ENDPOINT_URL", "https://127.0.0.1:4566".to_owned())]),
                profile: BTreeMap::from([(
                    "AWS_CONFIG_FILE",
                    "/home/ann/.cache/provisioner/local/aws/config".to_owned(),
                )]),
            },
        ),
        of("local stop", "local-stop", &LocalStopped { stopped: true }),
        of(
            "local status",
            "local-status",
            &LocalStatus::of(local_aws::Status {
                running: true,
                problem: None,
                pid: Some(4711),
                endpoint: Some("https://127.0.0.1:4566".to_owned()),
                version: Some("1.2.3".to_owned()),
                data_bytes: 81_920,
                home: PathBuf::from("/home/ann/.cache/provisioner"),
                log: latin1("/home/ann/caf", "/server.log"),
            }),
        ),
        of("local reset", "local-reset", &LocalReset { reset: true }),
        lines(
            "local open",
            "local-open",
            &[LocalOpened { address: format!("http://127.0.0.1:49152/{}/", "0".repeat(48)) }],
        ),
        of("init", "init", &Initialized::of(&latin1("caf", "/config.toml"), "photos")),
        of("config check", "config-check", &ConfigChecked::of(&latin1("caf", "/config.toml"), "photos")),
        of("config show", "config-show", &config_shown()),
        of(
            "config schema",
            "config-schema",
            &ConfigSchema::of(Value::from_iter([("title", "config.toml of provisioner")])),
        ),
        of(
            "permissions",
            "permissions",
            &Permissions::of(permissions::policy(&stack(), &[permissions::Purpose::Plan])),
        ),
        of("doctor", "doctor", &Examined::of(&checked())),
        of(
            "explain",
            "explain",
            &Explained::of(&stack().config, &crate::explain::explain(Some("role"), &stack()).unwrap()),
        ),
        of("package", "package", &packaged()),
        of("export tfvars", "export-tfvars", &Tfvars::of(&latin1("caf", "/stack.auto.tfvars.json"))),
        of("export imports", "export-imports", &imports()),
        of("export policies", "export-policies", &policies()),
        lines("errors", "errors", &errors()),
    ]
}

fn access() -> Access {
    let stack = stack();
    let cells = everything().take(2).map(|(bucket, right)| Cell {
        bucket,
        right,
        decision: Decision::NotAllowed,
        asked: if right == Right::List { Asked::Agrees } else { Asked::Silent("it is not there yet") },
    });
    let row = Row { who: "user-a".to_owned(), prefix: String::new(), cells: cells.collect() };
    Access::of(&[row], &stack)
}

fn access_answer() -> AccessAnswer {
    let stack = stack();
    let resource = format!("{}/a.jpg", stack.names.bucket_arn(BucketRole::Source));
    let question = Question::new(&stack, "s3:GetObject", resource, "");
    AccessAnswer::of(&question, &decide(&stack, Subject::Role, &question), Asked::Agrees)
}

/// A configuration with every key.
pub(super) const EVERY_KEY: &str = r#"stack = "photos"
region = "eu-central-1"
account = "123456789012"
permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
[tags]
team = "media"
[source]
bucket = "{stack}-{region}-raw"
encryption = "aws:kms"
kms_key = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
former_kms_keys = ["arn:aws:kms:eu-central-1:123456789012:key/1234abce-12ab-34cd-56ef-1234567890ab"]
expire_days = 90
noncurrent_days = "never"
[destination]
encryption = "aws:kms"
kms_key = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
former_kms_keys = ["arn:aws:kms:eu-central-1:123456789012:key/1234abce-12ab-34cd-56ef-1234567890ab"]
expire_days = 365
[function]
environment = { RUST_LOG = "info" }
reserved_concurrency = 50
on_failure = "arn:aws:sqs:eu-central-1:123456789012:failed"
keep = ["copyright"]
[trigger]
prefix = "in/"
suffixes = [".jpg"]
[alarms]
actions = ["arn:aws:sns:eu-central-1:123456789012:on-call"]
[[users]]
name = "ann"
bucket = "source"
access = "write-only"
prefix = "in/"
[[users]]
name = "deploy"
bucket = "destination"
access = "read-only"
kind = "role"
trust = [
    { principal = "210987654321", external_id = "5f2c" },
    { provider = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com", audience = "sts.amazonaws.com", subject = "repo:org/repo:*" },
    "arn:aws:iam::123456789012:saml-provider/okta",
]
"#;

fn config_shown() -> ConfigShown {
    let config = parse(EVERY_KEY, "config.toml", &Overrides::default()).unwrap();
    ConfigShown::of(&config, config.region.as_deref())
}

fn audit() -> Vec<Audit> {
    let looked = |key: &str, finding, is_orphan, by: Option<&str>| Looked {
        key: key.to_owned(),
        finding,
        is_orphan,
        cleaned_by: by.map(str::to_owned),
    };
    let all = [
        looked("a.jpg", Finding::NotClean(vec!["EXIF".to_owned()]), false, None),
        looked("b.jpg", Finding::WrittenOtherwise, false, Some("0.0.9")),
        looked("c.txt", Finding::Unknown("not a picture".to_owned()), true, None),
        looked("d.jpg", Finding::Clean, false, Some("0.1.0")),
    ];
    let mut sums = Audited {
        objects: 411,
        orphaned: 1,
        complete: true,
        elapsed_ms: 900,
        aws_calls: 420,
        ..Default::default()
    };
    all.iter().for_each(|looked| sums.count(looked));
    let mut lines: Vec<Audit> = all.iter().filter_map(Audit::of).collect();
    lines.push(Audit::Audited(sums));
    lines
}

fn checked() -> Vec<doctor::Check> {
    use doctor::Verdict;
    [
        (doctor::Subject::Configuration, Verdict::Ok("config.toml: stack photos, 2 users".to_owned())),
        (
            doctor::Subject::Clock,
            Verdict::Warning {
                what: "7 min ahead of AWS's".to_owned(),
                fix: "set the clock, or let NTP do it".to_owned(),
            },
        ),
        (
            doctor::Subject::Credentials,
            Verdict::Problem { what: "no credentials".to_owned(), fix: Some("aws configure".to_owned()) },
        ),
        (doctor::Subject::Rights, Verdict::Skipped("needs credentials".to_owned())),
    ]
    .map(|(subject, verdict)| doctor::Check { subject, verdict })
    .into()
}

fn keys_listed() -> KeysListed {
    let now = 1_795_654_800;
    let used = LastUse::At(now - 7_200, "s3, eu-central-1".to_owned());
    let key = Listed {
        id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        is_active: true,
        created: now - 100 * 86_400,
        last_use: used,
        is_of_run: false,
        perhaps_given: None,
    };
    KeysListed::of(&[("user-a".to_owned(), "photos-user-a".to_owned(), vec![key])], now)
}

fn key_rotated() -> KeyIssued {
    let (file, file_bytes) = exact(&latin1("/home/ann/caf", "/credentials"));
    KeyIssued {
        profile: Some("photos-a".to_owned()),
        file: Some(file),
        file_bytes,
        revoked: vec!["AKIAI44QH8DHBEXAMPLE".to_owned()],
        ..key_issued(None)
    }
}

fn key_issued(secret: Option<&str>) -> KeyIssued {
    KeyIssued {
        user: "user-a".to_owned(),
        iam_user: "photos-user-a".to_owned(),
        access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret_access_key: secret.map(str::to_owned),
        profile: None,
        file: None,
        file_bytes: None,
        revoked: Vec::new(),
        kept: Vec::new(),
    }
}

fn logs() -> Vec<Logged> {
    let cleaned = r#"{"message":"cleaned","key":"2026/rome.jpg","version_id":"3HL4kqCxf3vjVBH40Nrjfkd","request_id":"8476a536-e9f4-11e8-9739-2dfe598c3fcd","input_bytes":2300000,"output_bytes":2266000,"total_milliseconds":123,"removed":[{"category":"exif","bytes":34000}]}"#;
    let rejected = r#"{"message":"rejected","key":"broken.jpg","request_id":"1a2b","kind":"damaged","reason":"damaged: cut off","phase":"clean","total_milliseconds":9}"#;
    let picture = |text| What::Picture(Box::new(Line::read(text).unwrap()));
    let told = [
        picture(cleaned),
        picture(rejected),
        What::Trouble("2026-11-26T01:00:00Z 9f Task timed out after 60.00 seconds".to_owned()),
        What::Routine("START RequestId: 9f Version: $LATEST".to_owned()),
    ];
    let mut lines: Vec<Logged> =
        told.into_iter().map(|what| Logged::of(&Told { at: 1_795_654_800_120, what })).collect();
    lines.push(Logged::Read(LogRead {
        cleaned: 1,
        rejected: 1,
        trouble: 1,
        elapsed_ms: 84,
        aws_calls: 2,
        ..Default::default()
    }));
    lines
}

fn of<T: Serialize + JsonSchema>(command: &'static str, name: &'static str, content: &T) -> Sample {
    Sample { command, name, printed: vec![document(content).unwrap()], schema: schema::<T>() }
}

fn lines<T: Serialize + JsonSchema>(command: &'static str, name: &'static str, content: &[T]) -> Sample {
    let printed = content.iter().enumerate().map(|(index, content)| {
        if index == 0 { version_line(content).unwrap() } else { line(content).unwrap() }
    });
    Sample { command, name, printed: printed.collect(), schema: schema::<T>() }
}

fn schema<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.inline_subschemas = true;
    });
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// A path that is not UTF-8.
fn latin1(start: &str, end: &str) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    let bytes = [start.as_bytes(), b"\xe9", end.as_bytes()].concat();
    PathBuf::from(std::ffi::OsStr::from_bytes(&bytes))
}

fn up() -> Vec<Event> {
    let (plan, stack, elapsed) = (beginning(), stack(), Duration::from_millis(1200));
    let (index, step) = (0, &plan.steps[0]);
    let error = AwsError {
        operation: "CreateBucket",
        code: Some("OperationAborted".to_owned()),
        status: Some(409),
        message: "A conflicting conditional operation is in progress".to_owned(),
        request_id: Some("4442587FB7D0A2F9".to_owned()),
        transport: None,
    };
    let deadline = Duration::from_secs(60);
    let progress = Progress { done: 2000, total: Some(5000), what: "objects deleted" };
    let outcome = apply::Outcome { done: vec![0, 1], waited: elapsed, ..Default::default() };
    let happened = [
        events::Event::Started { index, step },
        events::Event::Waiting { index, step, why: "IAM does not show the role yet", elapsed, deadline },
        events::Event::Progress { index, step, progress, elapsed },
        events::Event::Done { index, step, elapsed },
        events::Event::Failed { index, step, error: &error },
        events::Event::Abandoned { index, step },
        events::Event::Skipped { index, step, why: Skipped::Dependency },
    ];
    let mut lines = vec![Event::Planned(Plan::of(&plan, &stack, true))];
    lines.extend(happened.iter().map(|event| Event::of(event, &stack)));
    lines.push(Event::executed(&outcome, Duration::from_millis(3400), 96));
    lines.push(Event::Ready(Ready {
        changed: true,
        source_bucket: "photos-uploads-123456789012".to_owned(),
        destination_bucket: "photos-clean-123456789012".to_owned(),
        function: stack.names.function.clone(),
        role: stack.names.role_arn(),
        settles_in_s: 900,
        users: vec!["photos-ann".to_owned()],
        user_roles: vec!["arn:aws:iam::123456789012:role/provisioner/photos/photos-bob".to_owned()],
        aws_calls: 120,
    }));
    lines
}

fn down() -> Vec<Event> {
    let outcome = apply::Outcome { done: vec![0], ..Default::default() };
    vec![
        Event::Planned(Plan::of(&removal(), &stack(), false)),
        Event::executed(&outcome, Duration::from_millis(800), 40),
        Event::Removed(Removed { residue: Vec::new(), aws_calls: 57 }),
    ]
}

fn status() -> Status {
    let contents = bucket::Contents { objects: 3, versions: 1, bytes: 9_400_000, ..Default::default() };
    let (stack, world) = (stack(), something());
    let plan = engine::plan::up(&stack, HASH, &world, &engine::plan::Adopt::Nothing);
    let rows = engine::status::rows(&stack, &plan);
    let contents = [contents, bucket::Contents::default()];
    let clean_copies = bucket::CleanCopies { compared: 3, orphaned: 1, older: 0, more: false };
    let (contents, world) = (&contents, &world);
    let uncleaned = bucket::Uncleaned { compared: 4, pending: 1, unmatched: 2, more: false };
    Status::of(&Seen { stack: &stack, world, contents, clean_copies, uncleaned, plan: &plan, rows: &rows })
}

fn stacks() -> Stacks {
    let arn = |resource: &str| format!("arn:aws:{resource}");
    let all = [
        ("photos", vec![arn("lambda:eu-central-1:123456789012:function:photos-sanitizer")]),
        (
            "pictures",
            vec![arn("s3:::pictures-clean-123456789012"), arn("s3:::pictures-uploads-123456789012")],
        ),
    ];
    Stacks::of(&all.map(|(name, arns)| (name.to_owned(), arns)).into(), &stack())
}

/// A report of the real thing: EXIF, a comment, a profile that is none, an HDR gain map that is told of and not there,
/// words about rights that stay and some that are damaged, and something behind the end.
fn report() -> sanitizer::Report {
    let profile = segment(0xE2, b"ICC_PROFILE\0\x01\x01no profile");
    let gain_map = segment(0xE2, b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0");
    let xmp = |text: &[u8]| segment(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0", text].concat());
    let rights = xmp(b"<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><r:Description \
        xmlns:dc='http://purl.org/dc/elements/1.1/' dc:rights='2024 Ada'/></r:RDF>");
    let segments = [exif(), segment(0xFE, b"a comment"), profile, gain_map, rights, xmp(b"<damaged")];
    let picture = picture(&segments, b"tail");
    let mut options = sanitizer::Options::default();
    options.facts = true;
    options.keep = sanitizer::Rights::ALL;
    let mut report = sanitizer::sanitize(bytes::Bytes::from(picture), &options).unwrap().report;
    // No JPEG has such pixels.
    report.hidden_pixels = HiddenPixelsOutcome::Blanked { what: Unseen::Transparent };
    report
}

fn upload() -> Vec<Upload> {
    let path = PathBuf::from("in/a\u{1b}.jpg");
    let location = Location::Named(path.clone());
    let photo = Picture { path, location, key: "a\u{1b}.jpg".to_owned(), bytes: 1_200_000 };
    let arrival = |prediction, outcome| {
        let arrival = Arrival { picture: &photo, prediction, outcome, elapsed: Duration::from_millis(420) };
        Upload::arrival(&arrival, "photos-uploads-123456789012", "photos-clean-123456789012")
    };
    let clean = Prediction::Clean { length: 1_199_000, report: Box::new(report()) };
    let refused = || Prediction::Refused { kind: "not-a-picture", reason: "not a picture".to_owned() };
    vec![
        Upload::skipped(Path::new("in/notes.txt"), "nothing cleans it: no suffix of the trigger"),
        Upload::skipped(&latin1("in/caf", ".txt"), "a symbolic link"),
        Upload::problem(&latin1("in/caf", ".jpg"), "its name is not UTF-8, as keys must be; rename it"),
        arrival(clean, Outcome::Clean { length: 1_199_000 }),
        arrival(refused(), Outcome::Refused("not a picture".to_owned())),
        arrival(refused(), Outcome::Rejected("not a picture".to_owned())),
        arrival(refused(), Outcome::Uploaded),
        arrival(Prediction::Unknown, Outcome::Overdue(None)),
        arrival(Prediction::Unknown, Outcome::Stopped { uploaded: false }),
        Upload::AccessKeyLeft {
            user: "photos-ann".to_owned(),
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            error: "DeleteAccessKey: no answer".to_owned(),
        },
        Upload::Uploaded(Uploaded {
            pictures: 6,
            clean: 1,
            not_waited_for: 1,
            refused: 1,
            rejected: 1,
            overdue: 1,
            failed: 0,
            interrupted: 1,
            bytes: 4_800_000,
            elapsed_ms: 2300,
            aws_calls: 14,
        }),
    ]
}

fn pending() -> Vec<Pending> {
    let object = |key: &str| Object { key: key.to_owned(), modified: 1_795_654_800, bytes: 2_300_000 };
    let sums = Compared {
        pictures: 411,
        pending: 2,
        under_way: 1,
        unmatched: 12,
        orphaned: 3,
        complete: true,
        elapsed_ms: 640,
        aws_calls: 5,
    };
    vec![
        Pending::of(&object("2026/rome.jpg"), Why::NoCopy),
        Pending::of(&object("2026/venice.jpg"), Why::OlderCopy),
        Pending::Compared(sums),
    ]
}

fn backfill() -> Vec<Backfill> {
    let rejected = backfill::Outcome::Rejected {
        kind: "damaged".to_owned(),
        reason: "the picture is cut off".to_owned(),
    };
    let failed = backfill::Outcome::Failed { reason: "not finished in time".to_owned() };
    vec![
        Backfill::Emitted { objects: 2, files: vec!["job/manifest.csv".to_owned(), "job/run.sh".to_owned()] },
        Backfill::WouldClean { key: "2026/rome.jpg".to_owned() },
        Backfill::of("2026/rome.jpg", &backfill::Outcome::Cleaned),
        Backfill::of("2026/cut.jpg", &rejected),
        Backfill::of("2026/slow.jpg", &failed),
        Backfill::Backfilled(Backfilled {
            cleaned: 1,
            gone: 0,
            rejected: 1,
            failed: 1,
            still_pending: Some(2),
            elapsed_ms: 3100,
            aws_calls: 9,
        }),
    ]
}

fn verify() -> Vec<Verify> {
    let check =
        |what: &str, verdict, elapsed_ms| Check { what: what.to_owned(), verdict, elapsed_ms, shown: None };
    let right = "clean under the same key, 6 kinds of metadata gone, turned upright";
    let checks = [
        check(
            "user-b (photos-user-b)",
            Verdict::Wrong("may write photos-clean-123456789012".to_owned()),
            None,
        ),
        check("JPEG", Verdict::Right(right.to_owned()), Some(420)),
    ];
    let sums = Verified::of(&checks, 1, Duration::from_millis(2100), 48);
    checks.iter().map(Verify::of).chain([Verify::Verified(sums)]).collect()
}

fn inspected() -> Inspected {
    let input = |path: PathBuf| Input::File(Location::Named(path));
    let unreadable =
        Unreadable { kind: "not-a-picture", reason: "not a picture".to_owned(), facts: Facts::default() };
    Inspected::of(&[
        Inspection { input: input("a.jpg".into()), bytes: 1970, named: true, result: Ok(report()) },
        Inspection { input: input(latin1("caf", ".txt")), bytes: 0, named: false, result: Err(unreadable) },
    ])
}

fn sanitized() -> Sanitized {
    let one = |input: PathBuf, ending| Cleaned {
        output: Some(Path::new("out").join(&input)),
        input: Input::File(Location::Named(input)),
        named: false,
        ending,
    };
    let all = [
        one(latin1("caf", ".jpg"), Ending::Cleaned { report: report(), bytes_in: 1970, bytes_out: 1032 }),
        one("clean.jpg".into(), Ending::AlreadyClean(report())),
        one("notes.txt".into(), Ending::Skipped("not a picture".to_owned())),
        one("cut.jpg".into(), Ending::Refused(sanitizer::Error::NotAPicture)),
        one("locked.jpg".into(), Ending::Failed("Permission denied (os error 13)".to_owned())),
    ];
    let all: Vec<&Cleaned> = all.iter().collect();
    Sanitized::of(&all, &Summary::of(all.iter().copied()))
}

fn packaged() -> Packaged {
    let package = Package {
        zip: vec![0; 2_400_000].into(),
        code_sha256: HASH.to_owned(),
        bootstrap_bytes: 6_000_000,
        architecture: Architecture::Arm64,
        glibc: None,
    };
    Packaged::of(&package, &latin1("caf", "/function.zip"))
}

fn imports() -> Imports {
    let files = ["imports.tf", "imports_override.tf"].map(|name| latin1("caf", "").join(name));
    Imports::of(&[&files[0], &files[1]], 24)
}

fn policies() -> Policies {
    let stack = stack();
    Policies::of(crate::terraform::policies(&stack), &stack)
}

fn errors() -> Vec<Failed> {
    let errors = parse("stack = 1", "config.toml", &Overrides::default()).unwrap_err();
    let denied = AwsError {
        operation: "CreateBucket",
        code: Some("AccessDenied".to_owned()),
        status: Some(403),
        message: "Access Denied".to_owned(),
        request_id: Some("4442587FB7D0A2F9".to_owned()),
        transport: None,
    };
    [Failure::Config(errors), Failure::Aws(denied), Failure::Partial { total: 7, failed: 3 }]
        .iter()
        .map(|failure| failure.to_json(&Suggest::default()))
        .collect()
}
