//! `provisioner access`

use futures::{StreamExt, TryStreamExt};

use crate::access::{self, Asked, Cell, Row, everybody, prefix};
use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json::{Access, AccessAnswer};
use crate::report::{access_answer_text, access_text};
use crate::session::{Connected, Session};
use crate::verify::everything;
use engine::access::{Decision, Question, Simulated, Subject, decide, simulate};
use engine::aws::{Aws, AwsError};
use engine::config::{BucketRole, nearest};
use engine::stack::Stack;

/// Questions to IAM at once.
const CONCURRENT: usize = 8;

pub(super) async fn run(args: &cli::Access, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let connected = session.connect().await?;
    let stack = &connected.stack;
    let subjects = match &args.who {
        Some(who) => vec![subject(stack, who)?],
        None => everybody(stack),
    };
    if let (Some(action), Some(resource), [(_, subject)]) = (&args.action, &args.resource, &subjects[..]) {
        return one(&connected, session, *subject, &question(stack, action, resource)?).await;
    }
    let rows =
        futures::stream::iter(subjects.into_iter().map(|(who, subject)| row(&connected, who, subject)));
    let rows: Vec<Row> = session.interrupt.or(rows.buffered(1).try_collect()).await?;
    if session.screen.json {
        session.screen.document(&Access::of(&rows, stack));
    } else {
        session.screen.out(&access_text(&rows, stack));
    }
    let cells = || rows.iter().flat_map(|row| &row.cells);
    let failed = cells().filter(|cell| cell.asked == Asked::Disagrees).count();
    if failed > 0 {
        return Err(Failure::Unproven { total: cells().count(), failed });
    }
    Ok(ExitCode::Ok)
}

/// By the name in config.toml, the name in IAM, or one of the two words.
fn subject<'s>(stack: &'s Stack, who: &str) -> Result<(String, Subject<'s>), Failure> {
    let all = everybody(stack);
    let is = |(name, subject): &(String, Subject<'_>)| match subject {
        Subject::User(user) => name == who || stack.names.user(&user.name) == who,
        Subject::Role => name == who || stack.names.role() == who,
        Subject::Nobody => name == who,
    };
    if let Some(found) = all.iter().find(|one| is(one)) {
        return Ok(found.clone());
    }
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    let hint = match nearest(who, &names) {
        Some(meant) => format!("did you mean {meant}?"),
        None => format!("there are {}", names.join(", ")),
    };
    Err(Failure::Usage { what: format!("{who:?} is nobody of stack {}", stack.names.stack), hint })
}

/// `source/KEY`, `destination/KEY`, `s3://BUCKET/KEY`, or an ARN. Actions without a service are those of S3.
fn question(stack: &Stack, action: &str, resource: &str) -> Result<Question, Failure> {
    let action = if action.contains(':') { action.to_owned() } else { format!("s3:{action}") };
    let of_bucket = |role: BucketRole, rest: &str| format!("{}/{rest}", stack.names.bucket_arn(role));
    let arn = match resource.split_once('/').unwrap_or((resource, "")) {
        ("source", key) => of_bucket(BucketRole::Source, key),
        ("destination", key) => of_bucket(BucketRole::Destination, key),
        _ if resource.starts_with("arn:") => resource.to_owned(),
        _ => match resource.strip_prefix("s3://") {
            Some(path) => format!("arn:{}:s3:::{path}", stack.names.partition),
            None => {
                return Err(Failure::Usage {
                    what: format!("{resource:?} is no resource"),
                    hint: "write source/KEY, destination/KEY, s3://BUCKET/KEY or an ARN".to_owned(),
                });
            }
        },
    };
    if !Question::is_of_bucket(&action) {
        return Ok(Question::new(stack, &action, arn, ""));
    }
    // Of a listing the rest is what its keys begin with.
    let (bucket, prefix) = match arn.find(":::").and_then(|at| arn[at..].find('/').map(|slash| at + slash)) {
        Some(slash) => (arn[..slash].to_owned(), arn[slash + 1..].to_owned()),
        None => (arn.clone(), String::new()),
    };
    Ok(Question::new(stack, &action, bucket, &prefix))
}

async fn one(
    connected: &Connected,
    session: &Session<'_>,
    subject: Subject<'_>,
    question: &Question,
) -> Result<ExitCode, Failure> {
    let Connected { aws, stack } = connected;
    let decision = decide(stack, subject, question);
    let asked = session.interrupt.or(ask(aws, stack, subject, question, &decision)).await?;
    if session.screen.json {
        session.screen.document(&AccessAnswer::of(question, &decision, asked));
    } else {
        session.screen.out(&access_answer_text(question, &decision, asked));
    }
    if asked == Asked::Disagrees {
        return Err(Failure::Unproven { total: 1, failed: 1 });
    }
    Ok(if decision.is_allowed() { ExitCode::Ok } else { ExitCode::Changes })
}

async fn row(connected: &Connected, who: String, subject: Subject<'_>) -> Result<Row, Failure> {
    let Connected { aws, stack } = connected;
    let below = prefix(stack, subject);
    let cells = futures::stream::iter(everything())
        .map(|(bucket, right)| async move {
            let question = access::question(stack, bucket, right, below);
            let decision = decide(stack, subject, &question);
            let asked = ask(aws, stack, subject, &question, &decision).await?;
            Ok::<_, Failure>(Cell { bucket, right, decision, asked })
        })
        .buffered(CONCURRENT)
        .try_collect()
        .await?;
    Ok(Row { who, prefix: below.to_owned(), cells })
}

async fn ask(
    aws: &Aws,
    stack: &Stack,
    subject: Subject<'_>,
    question: &Question,
    decision: &Decision,
) -> Result<Asked, AwsError> {
    let Some(arn) = subject.arn(stack) else {
        return Ok(Asked::Silent("IAM knows only who has credentials"));
    };
    Ok(match simulate(aws, &arn, question).await? {
        Simulated::Says(allowed) if allowed == decision.is_allowed() => Asked::Agrees,
        Simulated::Says(_) => Asked::Disagrees,
        Simulated::Absent => Asked::Silent("it is not there yet"),
        Simulated::Denied => Asked::Silent("these credentials lack iam:SimulatePrincipalPolicy"),
    })
}
