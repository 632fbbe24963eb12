//! The tag of a user while a key is made for it: to upload in its name, or to be given to somebody. Access keys have no
//! tags of their own, so it stands on the user: it names the key of a run, and so a run that was killed leaves nothing that
//! nobody can account for.
//!
//! The tag is there before the key is made, and goes after it: other tools see it only while such a run goes on.

use crate::stack::Tags;

/// How the keys of these tags begin; what follows says which run it is.
const PREFIX: &str = "provisioner:upload-key:";
/// Stands for the id of a key that is about to be made.
const PENDING: &str = "pending";

/// Between the id of a key that is being given away and where to.
const GIVEN: char = '+';

/// What such a tag tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadKey {
    /// The run, in its own words.
    pub run: String,
    /// Seconds since 1970 at which it began.
    pub since: u64,
    /// The id of its access key; `None`: it was about to make one.
    pub key: Option<String>,
    /// Where to the key was being given, to be kept there: whoever got it may have it already. In the words of who made it,
    /// letters, digits and `-`.
    pub given: Option<String>,
    /// The ids of the keys that the user had before.
    pub before: Vec<String>,
}

impl UploadKey {
    /// All that the tags of a user tell. What does not read like one of ours tells nothing.
    #[must_use]
    pub fn of_tags(tags: &Tags) -> Vec<Self> {
        tags.iter().filter_map(|(key, value)| Self::read(key.strip_prefix(PREFIX)?, value)).collect()
    }

    fn read(run: &str, value: &str) -> Option<Self> {
        let mut words = value.split(' ');
        let key = words.next().filter(|key| !key.is_empty())?;
        let (key, given) = key.split_once(GIVEN).map_or((key, None), |(key, to)| (key, Some(to.to_owned())));
        let since = words.next()?.parse().ok()?;
        let before = words.map(str::to_owned).collect();
        Some(Self {
            run: run.to_owned(),
            since,
            key: (key != PENDING).then(|| key.to_owned()),
            given,
            before,
        })
    }

    /// The tag's key.
    #[must_use]
    pub fn tag_key(&self) -> String {
        format!("{PREFIX}{}", self.run)
    }

    /// The tag's value. It has room for the ids: a user has two at most.
    #[must_use]
    pub fn tag_value(&self) -> String {
        let key = self.key.as_deref().unwrap_or(PENDING);
        let given = self.given.as_ref().map(|to| format!("{GIVEN}{to}")).unwrap_or_default();
        let mut value = format!("{key}{given} {}", self.since);
        for id in &self.before {
            value.push(' ');
            value.push_str(id);
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let pending = UploadKey {
            run: "0a1b2c3d4e5f-1234-567890".to_owned(),
            since: 1_790_000_000,
            key: None,
            given: None,
            before: vec!["AKIAOLD".to_owned()],
        };
        let named = UploadKey {
            key: Some("AKIANEW".to_owned()),
            before: Vec::new(),
            run: "x".to_owned(),
            ..pending.clone()
        };
        let given = UploadKey { given: Some("screen".to_owned()), run: "y".to_owned(), ..named.clone() };
        let tags: Tags = [&pending, &named, &given].map(|it| (it.tag_key(), it.tag_value())).into();
        assert_eq!(UploadKey::of_tags(&tags), [pending.clone(), named.clone(), given.clone()]);
        assert_eq!(given.tag_value(), "AKIANEW+screen 1790000000");
        assert_eq!(pending.tag_value(), "pending 1790000000 AKIAOLD");
        assert_eq!(named.tag_value(), "AKIANEW 1790000000");
        // AWS allows 128 and 256 of these (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html).
        for text in [pending.tag_key(), pending.tag_value()] {
            assert!(text.len() < 128);
            assert!(
                text.chars().all(|letter| letter.is_alphanumeric() || " _.:/=+-@".contains(letter)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_others_write_tells_nothing() {
        for (key, value) in [
            ("provisioner:stack", "photos"),
            ("provisioner:upload-key:x", ""),
            ("provisioner:upload-key:x", "AKIA"),
            ("provisioner:upload-key:x", "AKIA soon"),
            ("team", "AKIA 1790000000"),
        ] {
            let tags = Tags::from([(key.to_owned(), value.to_owned())]);
            assert_eq!(UploadKey::of_tags(&tags), [], "{key} {value}");
        }
    }
}
