//! What became of a canary, and whether that is right; pure.

use std::collections::HashMap;

use bytes::Bytes;
use contract::cleaning::Cleaning;
use contract::provenance::is_ours;

use super::canary::Canary;
use super::pictures::SECRET;

/// A check of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    /// Of what, in words.
    pub(crate) what: String,
    /// How it ended.
    pub(crate) verdict: Verdict,
    /// Milliseconds from the upload to the end.
    pub(crate) elapsed_ms: Option<u64>,
    /// The picture that was sent, when it is one.
    pub(crate) shown: Option<Shown>,
}

/// A picture that was sent, and what came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) key: String,
    pub(crate) content_type: &'static str,
    pub(crate) before: Vec<u8>,
    /// Its clean copy, if there is one.
    pub(crate) after: Option<Vec<u8>>,
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is as it should be, in words.
    Right(String),
    /// It could not be asked for, and why. That proves nothing, so it is never counted among what is right.
    Untried(String),
    /// It is not.
    Wrong(String),
}

/// A clean copy, as it was read by who may read it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Copy {
    pub(crate) content: Bytes,
    pub(crate) content_type: Option<String>,
    /// Every other header that uploaders can write.
    pub(crate) headers: Vec<String>,
    pub(crate) metadata: HashMap<String, String>,
}

/// Judges the clean copy of a canary that should have one.
pub(crate) fn judge(canary: &Canary, copy: &Copy, cleaning: Cleaning) -> Verdict {
    let options = cleaning.options();
    let Ok(expected) = sanitizer::sanitize(canary.content.clone(), &options) else {
        return Verdict::Wrong("this program cannot clean it, and the function did".to_owned());
    };
    let has_secret = |text: &[u8]| text.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
    if has_secret(&copy.content) {
        return Verdict::Wrong("metadata of the original are in the clean copy".to_owned());
    }
    let of_uploader = copy.metadata.iter().filter(|(name, _)| !is_ours(name));
    let texts = of_uploader.flat_map(|(name, value)| [name, value]).chain(&copy.headers);
    if texts.into_iter().any(|text| has_secret(text.as_bytes())) {
        return Verdict::Wrong("headers of the upload are on the clean copy".to_owned());
    }
    let right_type = expected.format.content_type();
    if copy.content_type.as_deref() != Some(right_type) {
        let told = copy.content_type.as_deref().unwrap_or("nothing");
        return Verdict::Wrong(format!("its Content-Type is {told} instead of {right_type}"));
    }
    let kinds = expected.report.categories().len();
    let orientation = expected.report.orientation;
    if copy.content != expected.into_bytes() {
        return Verdict::Wrong(
            "it is not what this version makes of it: is the function of another version?".to_owned(),
        );
    }
    let upright = if orientation == sanitizer::OrientationOutcome::Turned { ", turned upright" } else { "" };
    Verdict::Right(format!("clean under the same key, {kinds} kinds of metadata gone{upright}"))
}

#[cfg(test)]
mod tests {
    use engine::config::TriggerConfig;

    use contract::provenance::CLEANED_FROM;

    use super::super::canary::canaries;
    use super::*;

    fn canary() -> Canary {
        let trigger =
            TriggerConfig { prefix: String::new(), suffixes: vec![".jpg".to_owned()], mirror_deletes: false };
        canaries(&trigger, "").swap_remove(0)
    }

    fn right() -> Copy {
        let options = Cleaning::default().options();
        let content = sanitizer::sanitize(canary().content, &options).unwrap().into_bytes();
        Copy { content, content_type: Some("image/jpeg".to_owned()), ..Copy::default() }
    }

    #[test]
    fn only_what_is_clean_in_every_way_is_right() {
        let judged = |copy: &Copy| judge(&canary(), copy, Cleaning::default());
        let Verdict::Right(words) = judged(&right()) else { panic!("{:?}", judged(&right())) };
        assert!(words.ends_with("turned upright"), "{words}");
        let metadata = |name: &str, value: &str| HashMap::from([(name.to_owned(), value.to_owned())]);
        let provenance = Copy { metadata: metadata(CLEANED_FROM, SECRET), ..right() };
        assert!(matches!(judged(&provenance), Verdict::Right(_)));
        for (copy, words) in [
            (Copy { content: canary().content, ..right() }, "metadata of the original"),
            (Copy { metadata: metadata("x", SECRET), ..right() }, "headers of the upload"),
            (Copy { metadata: metadata(&SECRET.to_lowercase(), SECRET), ..right() }, "headers of the upload"),
            (
                Copy { headers: vec![format!("attachment; filename={SECRET}")], ..right() },
                "headers of the upload",
            ),
            (Copy { content_type: Some("text/html".to_owned()), ..right() }, "Content-Type is text/html"),
            (Copy { content: Bytes::from_static(b"other"), ..right() }, "of another version?"),
        ] {
            assert!(matches!(judged(&copy), Verdict::Wrong(why) if why.contains(words)), "{words}");
        }
    }
}
