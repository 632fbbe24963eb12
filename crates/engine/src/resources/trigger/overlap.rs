//! S3 refuses two entries of one bucket that could match the same event
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html>).
//! We find the clash before writing, and name it.

use aws_sdk_s3::types::{Event, NotificationConfigurationFilter};

use super::Entry;

/// So many entries a bucket can have, those of others included
/// (<https://docs.aws.amazon.com/general/latest/gr/s3.html>).
pub const MOST_ENTRIES: usize = 100;

/// An entry that is not ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// `function`, `queue` or `topic`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// ARN of its target.
    pub target: String,
    /// Events it is for.
    pub events: Vec<String>,
    /// Prefix of keys.
    pub prefix: String,
    /// Suffix of keys.
    pub suffix: String,
}

impl Foreign {
    pub(super) fn new(
        kind: &'static str,
        id: Option<&str>,
        target: &str,
        events: &[Event],
        filter_of: Option<&NotificationConfigurationFilter>,
    ) -> Self {
        let (prefix, suffix) = filter(filter_of);
        Self {
            kind,
            id: id.unwrap_or("(no id)").to_owned(),
            target: target.to_owned(),
            events: events.iter().map(|event| event.as_str().to_owned()).collect(),
            prefix,
            suffix,
        }
    }
}

/// Two entries that S3 would refuse together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// Ours.
    pub ours: Entry,
    /// The other one.
    pub foreign: Foreign,
}

/// The first of our entries that overlaps with one of others.
#[must_use]
pub fn clash(wanted: &[Entry], foreign: &[Foreign]) -> Option<Clash> {
    wanted.iter().find_map(|ours| {
        let other = foreign.iter().find(|other| {
            events_overlap(&ours.events, &other.events)
                && one_begins(&ours.prefix, &other.prefix)
                && one_ends(&ours.suffix, &other.suffix)
        })?;
        Some(Clash { ours: ours.clone(), foreign: other.clone() })
    })
}

/// Prefix and suffix of a filter; the names' case does not matter.
pub(super) fn filter(filter: Option<&NotificationConfigurationFilter>) -> (String, String) {
    let rules = filter.and_then(|filter| filter.key()).map_or(&[][..], |key| key.filter_rules());
    let value = |name: &str| {
        rules
            .iter()
            .find(|rule| rule.name().is_some_and(|rule| rule.as_str().eq_ignore_ascii_case(name)))
            .and_then(|rule| rule.value())
            .unwrap_or_default()
            .to_owned()
    };
    (value("prefix"), value("suffix"))
}

fn events_overlap(left: &[String], right: &[String]) -> bool {
    let covers =
        |wide: &str, narrow: &str| wide.strip_suffix('*').is_some_and(|stem| narrow.starts_with(stem));
    left.iter()
        .any(|left| right.iter().any(|right| left == right || covers(left, right) || covers(right, left)))
}

fn one_begins(left: &str, right: &str) -> bool {
    left.starts_with(right) || right.starts_with(left)
}

fn one_ends(left: &str, right: &str) -> bool {
    left.ends_with(right) || right.ends_with(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(prefix: &str, suffix: &str) -> Entry {
        Entry {
            id: "provisioner-photos-jpg".to_owned(),
            function: "f".to_owned(),
            events: vec!["s3:ObjectCreated:*".to_owned()],
            prefix: prefix.to_owned(),
            suffix: suffix.to_owned(),
        }
    }

    fn other(event: &str, prefix: &str, suffix: &str) -> Foreign {
        Foreign {
            kind: "queue",
            id: "theirs".to_owned(),
            target: "q".to_owned(),
            events: vec![event.to_owned()],
            prefix: prefix.to_owned(),
            suffix: suffix.to_owned(),
        }
    }

    #[test]
    fn entries_clash_only_when_one_event_could_match_both() {
        let wanted = [ours("in/", ".jpg")];
        for (foreign, expected) in [
            (other("s3:ObjectCreated:Put", "", ""), true),
            (other("s3:ObjectCreated:*", "in/a/", "x.jpg"), true),
            (other("s3:ObjectCreated:*", "out/", ".jpg"), false),
            (other("s3:ObjectCreated:*", "", ".png"), false),
            (other("s3:ObjectCreated:*", "", ".JPG"), false),
            (other("s3:ObjectRemoved:*", "", ""), false),
        ] {
            assert_eq!(clash(&wanted, std::slice::from_ref(&foreign)).is_some(), expected, "{foreign:?}");
        }
    }
}
