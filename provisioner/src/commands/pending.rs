//! `provisioner pending`

use std::time::Instant;

use futures::{StreamExt, TryStreamExt};
use time::OffsetDateTime;

use super::backfill::{Batch, of_scope};
use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json;
use crate::report::{backfilled_text, compared_text, pending_line};
use crate::session::{Connected, Session};
use engine::aws::AwsError;
use engine::pending::{Compared, State, compare};

/// Invocations at once for `--why`.
const AT_ONCE: u32 = 10;

pub(super) async fn run(args: &cli::Pending, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let connected = session.connect().await?;
    let (aws, stack, screen) = (&connected.aws, &connected.stack, session.screen);
    let start = Instant::now();
    if args.why {
        return why(args, session, &connected).await;
    }
    let mut sums = json::Compared::default();
    let mut all = compare(aws, stack, &args.scope.prefix);
    loop {
        if args.limit.is_some_and(|limit| sums.pending >= limit) || !screen.has_reader() {
            break;
        }
        let next = session.interrupt.or(all.try_next()).await.map_err(|failure| not_up(failure, session))?;
        let Some(compared) = next else {
            sums.complete = true;
            break;
        };
        let now = OffsetDateTime::now_utc().unix_timestamp();
        if args.scope.since.is_some_and(|since| compared.object.modified < since) {
            continue;
        }
        if let Some(why) = sums.count(&compared, now) {
            if screen.json {
                screen.line(&json::Pending::of(&compared.object, why));
            } else {
                screen.out(&pending_line(&compared.object, why, now));
            }
        }
    }
    sums.elapsed_ms = json::millis(start.elapsed());
    sums.aws_calls = aws.calls();
    let has_pending = sums.pending > 0;
    if screen.json {
        screen.line(&json::Pending::Compared(sums));
    } else {
        screen.say(&compared_text(&sums, &session.suggest("backfill")));
    }
    Ok(if args.detailed_exitcode && has_pending { ExitCode::Changes } else { ExitCode::Ok })
}

/// Has what is pending cleaned: whatever cannot be, the function gives the reason for.
async fn why(args: &cli::Pending, session: &Session<'_>, connected: &Connected) -> Result<ExitCode, Failure> {
    let Connected { aws, stack } = connected;
    let start = Instant::now();
    let is_pending = |compared: &Compared| matches!(compared.state, State::Pending(_));
    let limit = args.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let keys = of_scope(&args.scope, aws, stack, is_pending).take(limit).boxed();
    let mut sums = json::Backfilled::default();
    let batch = Batch::new(AT_ONCE, session, connected).await?;
    let cleaned = batch.clean_all(keys, &mut sums).await;
    sums.elapsed_ms = json::millis(start.elapsed());
    sums.aws_calls = aws.calls();
    let is_left = sums.rejected + sums.failed > 0;
    if session.screen.json {
        session.screen.line(&json::Backfill::Backfilled(sums));
    } else {
        session.screen.say(&backfilled_text(&sums, &session.suggest("pending")));
    }
    cleaned.map_err(|failure| not_up(failure, session))?;
    Ok(if args.detailed_exitcode && is_left { ExitCode::Changes } else { ExitCode::Ok })
}

/// A bucket that is not there says that the stack is not.
pub(super) fn not_up(failure: Failure, session: &Session<'_>) -> Failure {
    match failure {
        Failure::Aws(error) if AwsError::is_no_such_bucket(&error) => Failure::Refused {
            what: "the stack is not up: a bucket of it does not exist".to_owned(),
            hint: format!("`{}` creates it", session.suggest("up")),
        },
        other => other,
    }
}
