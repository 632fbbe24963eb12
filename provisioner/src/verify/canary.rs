//! Which canaries are sent, under which keys, and what should become of them; pure.

use bytes::Bytes;
use engine::config::TriggerConfig;
use sanitizer::Format;

use super::heif::{avif, heic};
use super::pictures::{SECRET, gif, jpeg, png, webp};

/// Characters that have a meaning for URLs, events and logs, and some beyond ASCII.
const ODD: &str = "a b+c%25 \u{e9}\u{65e5}";

/// A picture that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Canary {
    /// What it shows, in words.
    pub(crate) what: String,
    /// Its key.
    pub(crate) key: String,
    /// Its bytes.
    pub(crate) content: Bytes,
    /// The media type that it is sent with.
    pub(crate) content_type: &'static str,
    /// What should become of it.
    pub(crate) expected: Expected,
}

impl Canary {
    /// What stands in the headers that it is sent with, and must not come out.
    pub(crate) fn secret_header(&self) -> &'static str {
        SECRET
    }
}

/// What should become of a canary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// A clean copy under its key.
    Clean,
    /// Nothing, and a line in the log that says why.
    Rejected,
}

/// Those for the formats that the trigger starts the function for; `folder` is what each key begins with.
pub(crate) fn canaries(trigger: &TriggerConfig, folder: &str) -> Vec<Canary> {
    let mut all = Vec::new();
    for (format, name, endings, picture) in [
        (Format::Jpeg, "JPEG", &["jpg", "jpeg", "jpe", "jfif"][..], jpeg as fn() -> Vec<u8>),
        (Format::Png, "PNG", &["png"], png),
        (Format::Webp, "WebP", &["webp"], webp),
        (Format::Gif, "GIF", &["gif"], gif),
        (Format::Heic, "HEIC", &["heic", "heif", "hif"], heic),
        (Format::Avif, "AVIF", &["avif"], avif),
    ] {
        let ending = |suffix: &&String| suffix.rsplit('.').next().unwrap_or_default().to_owned();
        let suffixes: Vec<&String> = (trigger.suffixes.iter())
            .filter(|suffix| endings.contains(&ending(suffix).to_ascii_lowercase().as_str()))
            .collect();
        let Some(first) = suffixes.first() else { continue };
        let canary = |what: String, name: &str, suffix: &str, content: Vec<u8>, expected| Canary {
            what,
            key: format!("{folder}{name}{suffix}"),
            content: content.into(),
            content_type: format.content_type(),
            expected,
        };
        all.push(canary(name.to_owned(), "plain", first, picture(), Expected::Clean));
        if format != Format::Jpeg {
            continue;
        }
        all.push(canary(format!("{name}, key with signs"), ODD, first, picture(), Expected::Clean));
        let is_upper = |suffix: &&&String| ending(suffix).chars().all(|letter| !letter.is_ascii_lowercase());
        if let Some(upper) = suffixes.iter().find(is_upper) {
            all.push(canary(format!("{name}, {upper}"), "upper", upper, picture(), Expected::Clean));
        }
        let picture = picture();
        let cut = picture.windows(2).position(|bytes| bytes == [0xFF, 0xDA]).unwrap_or(0);
        let cut = picture.get(..cut).unwrap_or_default().to_vec();
        all.push(canary(format!("{name}, cut off"), "cut", first, cut, Expected::Rejected));
        all.push(canary("an empty file".to_owned(), "empty", first, Vec::new(), Expected::Rejected));
        let text = b"no picture".to_vec();
        all.push(canary("a text".to_owned(), "text", first, text, Expected::Rejected));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whats(suffixes: &[&str]) -> Vec<String> {
        let suffixes = suffixes.iter().map(|&suffix| suffix.to_owned()).collect();
        let trigger = TriggerConfig { prefix: String::new(), suffixes, mirror_deletes: false };
        let all = canaries(&trigger, "in/");
        for canary in &all {
            assert!(trigger.matches(&canary.key) && canary.key.starts_with("in/"), "{canary:?}");
        }
        all.into_iter().map(|canary| canary.what).collect()
    }

    #[test]
    fn each_format_of_the_trigger_has_one() {
        assert_eq!(
            whats(&[".heic", ".JPG", ".jpg", ".png", ".gif", ".webp", ".avif"]),
            [
                "JPEG",
                "JPEG, key with signs",
                "JPEG, .JPG",
                "JPEG, cut off",
                "an empty file",
                "a text",
                "PNG",
                "WebP",
                "GIF",
                "HEIC",
                "AVIF"
            ]
        );
        assert_eq!(whats(&["-web.png"]), ["PNG"]);
        assert_eq!(whats(&[".HIF"]), ["HEIC"]);
        assert!(whats(&[".tiff"]).is_empty());
    }
}
