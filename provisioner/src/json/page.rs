//! What the page of `local open` is told. Its other side is in this program, too (`page/assets`), so these types are no
//! interface for others.

use serde::Serialize;

use super::pending::{Compared, Pending};
use super::picture::Position;
use contract::log::Message;
use engine::config::{BucketRole, UserConfig};
use engine::stack::Stack;

/// What the page is about.
#[derive(Debug, Serialize)]
pub(crate) struct Pipeline<'a> {
    stack: &'a str,
    source: &'a str,
    destination: &'a str,
    function: &'a str,
    /// What keys begin with that start the function.
    prefix: &'a str,
    /// What they end in.
    suffixes: &'a [String],
    /// The longest picture that is taken.
    most_bytes: usize,
}

impl<'a> Pipeline<'a> {
    pub(crate) fn of(stack: &'a Stack, most_bytes: usize) -> Self {
        Self {
            stack: &stack.config.stack,
            source: stack.names.bucket(BucketRole::Source),
            destination: stack.names.bucket(BucketRole::Destination),
            function: &stack.names.function,
            prefix: &stack.config.trigger.prefix,
            suffixes: &stack.config.trigger.suffixes,
            most_bytes,
        }
    }
}

/// How far a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stage {
    /// It is looked at.
    Looking,
    /// It goes into bucket A.
    Sending,
    /// It is there, and the function works on it.
    Cleaning,
    /// Its clean copy is in bucket B.
    Clean,
    /// It was not sent.
    Refused,
    /// The function refused it.
    Rejected,
    /// No clean copy came in time.
    Overdue,
    /// Something else went wrong.
    Failed,
}

/// A picture that was dropped: all that is known so far.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Dropped {
    pub(crate) id: u64,
    /// As its file was called.
    pub(crate) name: String,
    /// Its key in both buckets; null: it can have none.
    pub(crate) key: Option<String>,
    pub(crate) bytes: usize,
    pub(crate) stage: Stage,
    /// Why it is there, or what is waited for.
    pub(crate) note: Option<String>,
    pub(crate) elapsed_ms: Option<u64>,
    /// What it reveals; null: not looked at yet.
    pub(crate) seen: Option<Seen>,
    /// What cleaning does to it; null: not known yet, or it will not be cleaned.
    pub(crate) cleaning: Option<Cleaning>,
    /// The clean copy; null: there is none.
    pub(crate) copy: Option<Copy>,
}

/// What a picture reveals.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Seen {
    /// Format and size, in words; null: it is no picture that we know.
    pub(crate) what: Option<String>,
    pub(crate) positions: Vec<Position>,
    pub(crate) told: Vec<Told>,
    /// Pictures within it that can be shown.
    pub(crate) hidden: Vec<Hidden>,
}

/// Facts of one kind.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Told {
    pub(crate) heading: &'static str,
    pub(crate) values: Vec<Value>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Value {
    pub(crate) text: String,
    /// Where that stands.
    pub(crate) source: &'static str,
}

/// A picture within a picture.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Hidden {
    /// What it is in, in a word or two.
    pub(crate) place: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) bytes: usize,
}

/// What cleaning does to a picture.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Cleaning {
    pub(crate) removed: Vec<Part>,
    pub(crate) removed_bytes: usize,
    /// What stays as it is, or is written anew.
    pub(crate) kept: Vec<String>,
}

/// What goes, of one kind.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Part {
    pub(crate) what: &'static str,
    pub(crate) bytes: u64,
}

/// A clean copy, got from bucket B and looked at.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Copy {
    pub(crate) what: String,
    pub(crate) bytes: usize,
    /// What of metadata is in it, in words; empty: nothing.
    pub(crate) found: Vec<String>,
}

/// That a picture was taken.
#[derive(Debug, Serialize)]
pub(crate) struct Taken {
    pub(crate) id: u64,
}

/// Why something was not done.
#[derive(Debug, Serialize)]
pub(crate) struct Refusal {
    pub(crate) error: String,
}

/// A line of the function's log.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LogLine {
    /// Counts lines, so that none is shown twice.
    pub(crate) number: u64,
    /// When, in milliseconds since 1970.
    pub(crate) at: i64,
    /// What happened; null: a line that the function did not write.
    pub(crate) message: Option<Message>,
    pub(crate) key: Option<String>,
    pub(crate) reason: Option<String>,
    /// The line as it is.
    pub(crate) text: String,
}

/// Which pictures have no clean copy.
#[derive(Debug, Serialize)]
pub(crate) struct Waiting {
    pub(crate) pending: Vec<Pending>,
    pub(crate) sums: Compared,
    /// The command that cleans them.
    pub(crate) backfill: String,
}

/// Who may do what.
#[derive(Debug, Serialize)]
pub(crate) struct Access {
    pub(crate) rows: Vec<Actor>,
    /// Whether AWS was asked; else it is what the configuration says.
    pub(crate) asked: bool,
}

/// The rights of one user.
#[derive(Debug, Serialize)]
pub(crate) struct Actor {
    pub(crate) who: String,
    /// What config.toml says of it, in words.
    pub(crate) configured: String,
    pub(crate) cells: Vec<Cell>,
}

impl Actor {
    /// A user of the stack.
    pub(crate) fn user(stack: &Stack, user: &UserConfig, cells: Vec<Cell>) -> Self {
        let only = if user.prefix.is_empty() { String::new() } else { format!(", below {}", user.prefix) };
        Self {
            who: stack.names.user(&user.name),
            configured: format!("{} in the {} bucket{only}", user.access.as_str(), user.bucket.as_str()),
            cells,
        }
    }

    /// Everybody who has no key.
    pub(crate) fn nobody(cells: Vec<Cell>) -> Self {
        Self { who: "everybody else".to_owned(), configured: "nothing".to_owned(), cells }
    }
}

/// One right in one bucket.
#[derive(Debug, Serialize)]
pub(crate) struct Cell {
    /// `source` or `destination`.
    pub(crate) bucket: &'static str,
    /// `list`, `read`, `write` or `delete`.
    pub(crate) right: &'static str,
    /// Whether the configuration gives it.
    pub(crate) due: bool,
    /// Whether AWS does; null: it was not asked.
    pub(crate) is: Option<bool>,
}
