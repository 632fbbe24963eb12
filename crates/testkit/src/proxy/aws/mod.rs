//! An AWS that is neither consistent nor instant nor lenient: what AWS documents and the local AWS does not do.
//!
//! ```text
//! stale    reads after a write alternate between the old answer and the new one
//! slow     what was just made does not work yet: roles, notifications, versioning
//! strict   what AWS's own model of a call refuses is refused
//! ```
//!
//! Each part works on its own and with the others. It stays in force over runs of the program, as AWS does: what one
//! run has written the next one may not see. What takes minutes on AWS takes seconds here, and is never left out.
//! `docs/aws.md` says where each behaviour is documented.

mod slow;
mod stale;
mod strict;

use super::call::Call;
use super::http::Message;
use super::wire::Refusal;
use std::time::{Duration, Instant};

pub(super) use slow::Held;

/// Which parts are in force.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Adversary {
    /// Reads after a write alternate between old and new for some time.
    pub stale: bool,
    /// What was just made does not work yet.
    pub slow: bool,
    /// What the models of AWS refuse is refused.
    pub strict: bool,
    /// By how much all its times are shorter still.
    pub hurry: u32,
}

impl Adversary {
    /// All of it.
    pub const ALL: Self = Self { stale: true, slow: true, strict: true, hurry: 1 };
    /// Reads after a write alternate.
    pub const STALE: Self = Self { stale: true, slow: false, strict: false, hurry: 1 };
    /// What was just made does not work yet.
    pub const SLOW: Self = Self { stale: false, slow: true, strict: false, hurry: 1 };
    /// The models of AWS decide.
    pub const STRICT: Self = Self { stale: false, slow: false, strict: true, hurry: 1 };

    /// The same with times that are so many times shorter.
    pub const fn hurried(self, hurry: u32) -> Self {
        Self { hurry, ..self }
    }

    /// How long S3 goes on with the old notification configuration.
    pub fn notifies_after(self) -> Duration {
        slow::NOTIFIES_AFTER / self.hurry.max(1)
    }

    /// How long new objects may be unknown after versioning was first enabled.
    pub fn versioned_after(self) -> Duration {
        slow::VERSIONED_AFTER / self.hurry.max(1)
    }
}

/// What the adversary knows of the past.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) adversary: Adversary,
    stale: stale::Memory,
    slow: slow::Memory,
    strict: strict::Models,
}

/// What becomes of a call before AWS hears of it.
pub(super) enum Before {
    /// AWS is asked.
    Ask,
    /// This is the answer, and AWS is not asked.
    Answer(Vec<u8>),
    /// This is the answer, and AWS is asked later.
    Later(Vec<u8>, Held),
}

impl Memory {
    /// Before AWS is asked.
    pub(super) fn before(&mut self, request: &Message, call: &Call) -> Before {
        let to_head = request.method() == "HEAD";
        if self.adversary.strict
            && let Some(wrong) = self.strict.refusal(request, call)
        {
            return Before::Answer(wrong.bytes(call, to_head));
        }
        if self.adversary.slow {
            self.slow.before(request, call, Instant::now(), self.adversary)
        } else {
            Before::Ask
        }
    }

    /// AWS has answered; what the program gets.
    pub(super) fn after(&mut self, request: &Message, call: &Call, key: Vec<u8>, answer: Vec<u8>) -> Vec<u8> {
        let now = Instant::now();
        if self.adversary.slow {
            self.slow.after(request, call, &answer, now, self.adversary);
        }
        if self.adversary.stale {
            self.stale.after(call, key, answer, now, self.adversary.hurry)
        } else {
            answer
        }
    }

    /// Whether what was held back may go on to AWS.
    pub(super) fn releases(&mut self, held: &Held) -> bool {
        self.slow.releases(held)
    }
}

/// The status of an answer.
fn status(answer: &[u8]) -> u16 {
    let line = String::from_utf8_lossy(&answer[..answer.len().min(12)]);
    line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

/// The body of an answer.
fn body(answer: &[u8]) -> &[u8] {
    let start = answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
    &answer[start..]
}

/// A refusal as the answer to a call.
fn refuse(refusal: &Refusal, request: &Message, call: &Call) -> Before {
    Before::Answer(refusal.bytes(call, request.method() == "HEAD"))
}
