//! `provisioner logs`

use std::time::Instant;

use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json;
use crate::report::{log_line, log_read_text};
use crate::session::Session;
use contract::log::Message;
use engine::logs::{Choice, Reader, Told, What};

pub(super) async fn run(args: &cli::Logs, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let connected = session.connect().await?;
    let (aws, screen) = (&connected.aws, session.screen);
    let group = &connected.stack.names.log_group;
    let start = Instant::now();
    let choice = Choice {
        rejected: args.rejected,
        failed: args.failed,
        key: args.key.clone(),
        request_id: args.request_id.clone(),
        routine: screen.verbose,
    };
    let mut sums = json::LogRead::default();
    let mut reader = Reader::new(aws, group, args.since.saturating_mul(1000), choice);
    screen.idle(args.follow);
    let read = read_all(args.follow, session, &mut reader, &mut sums).await;
    sums.elapsed_ms = json::millis(start.elapsed());
    sums.aws_calls = aws.calls();
    let ended = match read {
        Err(Failure::Aws(error)) if error.is_not_found() => {
            return Err(Failure::Refused {
                what: format!("the stack is not up: there is no log group {group}"),
                hint: format!("`{}` creates it", session.suggest("up")),
            });
        }
        // Whoever follows ends it so.
        Err(Failure::Interrupted(interrupted)) if args.follow => ExitCode::of_signal(interrupted.0),
        Err(other) => return Err(other),
        Ok(()) => ExitCode::Ok,
    };
    if screen.json {
        screen.line(&json::Logged::Read(sums));
    } else {
        screen.say(&log_read_text(&sums));
    }
    Ok(ended)
}

async fn read_all(
    follow: bool,
    session: &Session<'_>,
    reader: &mut Reader<'_>,
    sums: &mut json::LogRead,
) -> Result<(), Failure> {
    loop {
        let (told, has_more) = session.interrupt.or(reader.page()).await?;
        for told in &told {
            tell(told, session, sums);
        }
        if !session.screen.has_reader() || !(has_more || follow) {
            return Ok(());
        }
        if !has_more {
            let wait = async {
                reader.wait().await;
                Ok::<_, Failure>(())
            };
            session.interrupt.or(wait).await?;
        }
    }
}

fn tell(told: &Told, session: &Session<'_>, sums: &mut json::LogRead) {
    match &told.what {
        What::Picture(line) => {
            *match line.message {
                Message::Cleaned => &mut sums.cleaned,
                Message::Rejected => &mut sums.rejected,
                Message::Failed => &mut sums.failed,
                Message::Removed => &mut sums.removed,
                Message::Ignored => &mut sums.ignored,
            } += 1;
        }
        What::Trouble(_) => sums.trouble += 1,
        What::Routine(_) => {}
    }
    if session.screen.json {
        session.screen.line(&json::Logged::of(told));
    } else {
        session.screen.out(&log_line(told));
    }
}
