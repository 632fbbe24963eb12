//! What the time of a record goes to, and how much is left: how long a call may take follows from it.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use aws_sdk_s3::{
    Client,
    config::{Builder, Config, timeout::TimeoutConfig},
};
use contract::log::Milliseconds;

/// What is done for a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Waiting for memory that other pictures have: of this event, or of an invocation that ran out of time.
    Wait,
    /// Reading the picture.
    Get,
    /// Cleaning it.
    Clean,
    /// Writing the clean copy, or removing it.
    Put,
    /// Asking whether the picture is still the newest.
    Head,
}

impl Phase {
    /// Its word in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wait => "wait",
            Self::Get => "get",
            Self::Clean => "clean",
            Self::Put => "put",
            Self::Head => "head",
        }
    }
}

/// How many tries must fit into the time that is left: one silent connection leaves time for others.
const TRIES: u32 = 4;

/// The longest that S3 may take to begin an answer. Mostly it takes some ten milliseconds.
const LONGEST_ANSWER: Duration = Duration::from_secs(10);

/// The shortest time that a try is given.
const SHORTEST: Duration = Duration::from_secs(1);

/// The slowest way that is still one, in bytes a second (128 kbit/s). Within AWS it is a thousand times that; a
/// developer's machine may be far from its endpoint.
pub(crate) const SLOWEST: u64 = 16 * 1024;

/// Without a deadline there is as much time as Lambda gives by default here.
const NO_DEADLINE: Duration = Duration::from_secs(60);

/// The clock of one record.
#[derive(Debug)]
pub struct Clock {
    deadline: Option<Instant>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    since: Instant,
    spent: [Duration; 5],
}

impl Clock {
    /// Starts one that has so much time left.
    #[must_use]
    pub fn start(left: Option<Duration>) -> Self {
        let now = Instant::now();
        Self {
            deadline: left.map(|left| now + left),
            state: Mutex::new(State { phase: Phase::Wait, since: now, spent: [Duration::ZERO; 5] }),
        }
    }

    /// Now comes this phase.
    pub fn enter(&self, phase: Phase) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let (before, since) = (state.phase as usize, state.since);
        state.spent[before] += now - since;
        (state.phase, state.since) = (phase, now);
    }

    /// What is being done.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).phase
    }

    /// What the time went to so far.
    #[must_use]
    pub fn milliseconds(&self) -> Milliseconds {
        self.enter(self.phase());
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |phase: Phase| u64::try_from(state.spent[phase as usize].as_millis()).unwrap_or(u64::MAX);
        Milliseconds {
            get: of(Phase::Get),
            clean: of(Phase::Clean),
            put: of(Phase::Put),
            head: of(Phase::Head),
        }
    }

    /// How long a connection may be silent: a part of the time that is left.
    #[must_use]
    pub fn silence(&self) -> Duration {
        let left = self.deadline.map_or(NO_DEADLINE, |at| at.saturating_duration_since(Instant::now()));
        (left / TRIES).clamp(SHORTEST, LONGEST_ANSWER)
    }

    /// How long a try may take whose request has a body of so many bytes: an answer, and more the longer the body is, but
    /// never so long that there is no time for another.
    #[must_use]
    pub fn attempt(&self, length: u64) -> Duration {
        let silence = self.silence();
        let left = self.deadline.map_or(NO_DEADLINE, |at| at.saturating_duration_since(Instant::now()));
        (silence + Duration::from_secs(length / SLOWEST)).min(left * 2 / 3).max(silence)
    }
}

/// S3, for one record.
#[derive(Debug, Clone, Copy)]
pub struct Timed<'a> {
    /// The client.
    pub client: &'a Client,
    /// The record's clock.
    pub clock: &'a Clock,
}

impl Timed<'_> {
    /// Enters a phase, and gives what a call in it is to be configured with whose request has a body of so many bytes.
    pub(crate) fn begin(self, phase: Phase, length: u64) -> Builder {
        self.clock.enter(phase);
        let attempt = self.clock.attempt(length);
        Config::builder().timeout_config(TimeoutConfig::builder().operation_attempt_timeout(attempt).build())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_to_wait_follow_from_the_time_left() {
        let attempt = |left: u64, length| {
            let clock = Clock::start(Some(Duration::from_secs(left)));
            clock.attempt(length).as_millis().div_ceil(100)
        };
        // Four silent connections fit into it, whatever it is.
        assert_eq!((attempt(60, 0), attempt(20, 0), attempt(8, 0), attempt(1, 0)), (100, 50, 20, 10));
        // A body of 160 KiB may take ten seconds more, one of 1.6 MB takes what there is.
        assert_eq!((attempt(60, 160 << 10), attempt(60, 1600 << 10)), (200, 400));
        assert_eq!(Clock::start(None).attempt(0), LONGEST_ANSWER);
    }

    #[test]
    fn it_tells_what_the_time_went_to() {
        let clock = Clock::start(None);
        assert_eq!(clock.phase(), Phase::Wait);
        clock.enter(Phase::Get);
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(5) {}
        clock.enter(Phase::Clean);
        assert_eq!(clock.phase(), Phase::Clean);
        let Milliseconds { get, put, head, .. } = clock.milliseconds();
        assert!((5..5000).contains(&get) && put == 0 && head == 0, "{get}");
    }
}
