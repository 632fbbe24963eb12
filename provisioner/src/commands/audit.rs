//! `provisioner audit`

use std::time::Instant;

use futures::future::ready;
use futures::stream::{BoxStream, StreamExt, TryStreamExt, iter};

use super::pending::not_up;
use crate::audit::{Looked, Sample, look};
use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json;
use crate::report::{CountBar, audited_text, finding_line};
use crate::session::{Connected, Session};
use engine::aws::AwsError;
use engine::pending::{Compared, State, compare};

/// Pictures that are read and looked at at the same time; each is in memory as a whole.
const CONCURRENT: usize = 8;

pub(super) async fn run(args: &cli::Audit, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let connected = session.connect().await?;
    let screen = session.screen;
    let start = Instant::now();
    let mut sums = json::Audited::default();
    let ended = look_at_all(args, session, &connected, &mut sums).await;
    sums.complete = ended.is_ok();
    sums.elapsed_ms = json::millis(start.elapsed());
    sums.aws_calls = connected.aws.calls();
    let is_clean = sums.not_clean == 0;
    // What was found until an end that came early counts, too.
    if ended.is_ok() || sums.looked_at > 0 {
        if screen.json {
            screen.line(&json::Audit::Audited(sums));
        } else {
            screen.say(&audited_text(&sums, &session.suggest("backfill KEY")));
        }
    }
    ended.map_err(|failure| not_up(failure, session))?;
    Ok(if is_clean { ExitCode::Ok } else { ExitCode::Changes })
}

async fn look_at_all(
    args: &cli::Audit,
    session: &Session<'_>,
    Connected { aws, stack }: &Connected,
    sums: &mut json::Audited,
) -> Result<(), Failure> {
    let screen = session.screen;
    let bar = CountBar::new("pictures", screen.is_live && !screen.json);
    let mut sample = Sample::new(args.sample.map_or(0, |most| usize::try_from(most).unwrap_or(usize::MAX)));
    let mut published = compare(aws, stack, &args.prefix).try_filter(|one| ready(one.copy.is_some())).boxed();
    let (mut objects, mut orphaned) = (0, 0);
    let mut count = |one: &Compared| {
        objects += 1;
        orphaned += u64::from(one.state == State::Orphaned);
    };
    let chosen: BoxStream<'_, Result<(String, State), AwsError>> = if args.sample.is_some() {
        let all = async {
            while let Some(one) = published.try_next().await? {
                count(&one);
                sample.offer((one.object.key, one.state));
            }
            Ok::<_, AwsError>(())
        };
        session.interrupt.or(all).await?;
        iter(sample.into_kept().into_iter().map(Ok)).boxed()
    } else {
        let counted = published.inspect_ok(|one| count(one)).map_ok(|one| (one.object.key, one.state));
        counted.boxed()
    };
    let mut looked = chosen.map_ok(|(key, state)| look(aws, stack, key, state)).try_buffered(CONCURRENT);
    let ended = loop {
        if !screen.has_reader() {
            break Ok(());
        }
        match session.interrupt.or(looked.try_next()).await {
            Ok(Some(looked)) => {
                sums.count(&looked);
                bar.done(CONCURRENT);
                bar.aside(|| tell(session, &looked));
            }
            Ok(None) => break Ok(()),
            Err(failure) => break Err(failure),
        }
    };
    drop(looked);
    (sums.objects, sums.orphaned) = (objects, orphaned);
    ended
}

fn tell(session: &Session<'_>, looked: &Looked) {
    if session.screen.json {
        if let Some(line) = json::Audit::of(looked) {
            session.screen.line(&line);
        }
    } else if let Some(line) = finding_line(looked) {
        session.screen.out(&line);
    }
}
