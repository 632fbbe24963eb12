//! Waiting for AWS to show what was done: reads of IAM and of bucket configurations are eventually
//! consistent, so right after a change they may tell of the state before it.

use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::report::seconds;
use crate::session::Session;

/// How long AWS may show the state from before our changes.
const DEADLINE: Duration = Duration::from_secs(60);
/// How long it may do so when what we did not touch differs, too. That is hardly AWS: it shows what is old
/// everywhere.
const DISTURBED_DEADLINE: Duration = Duration::from_secs(8);
/// First pause between two looks.
const FIRST: Duration = Duration::from_millis(250);
/// Longest pause between two looks.
const CAP: Duration = Duration::from_secs(4);

/// Looks again and again, less and less often.
pub(super) struct Settling {
    why: &'static str,
    deadline: Duration,
    start: Instant,
    pause: Duration,
}

impl Settling {
    /// Begins to wait; `why` is what the user is told.
    pub(super) fn begin(why: &'static str) -> Self {
        Self { why, deadline: DEADLINE, start: Instant::now(), pause: FIRST }
    }

    /// From now on it is something else at work on the same things that is told, and not waited for as long.
    pub(super) fn give_up_sooner(&mut self) {
        self.why = "something else seems to change this stack at the same time";
        self.deadline = DISTURBED_DEADLINE;
    }

    /// Pauses until the next look, after telling what AWS does not show yet. False: it has been long enough.
    pub(super) async fn pause(&mut self, session: &Session<'_>, left: &[String]) -> Result<bool, Failure> {
        let elapsed = self.start.elapsed();
        if elapsed >= self.deadline {
            return Ok(false);
        }
        let left = match left {
            [first, rest @ ..] if rest.len() > 2 => format!("{first} and {} more", rest.len()),
            few => few.join(", "),
        };
        let text =
            format!("{}: {left} ({} of at most {})", self.why, seconds(elapsed), seconds(self.deadline));
        session.screen.say(&text);
        let pause = self.pause;
        self.pause = (pause * 2).min(CAP);
        let sleep = async {
            tokio::time::sleep(pause).await;
            Ok::<_, Failure>(())
        };
        session.interrupt.or(sleep).await?;
        Ok(true)
    }
}
