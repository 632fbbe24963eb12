//! Settings that one call writes together: of two sets only what differs is shown.

use serde_json::{Map, Value};

use super::Shown;

/// One setting.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Setting {
    /// Its name for programs.
    pub(super) key: &'static str,
    /// `name: value` as a person reads them.
    pub(super) words: String,
    /// Its value for programs.
    pub(super) value: Value,
}

impl Setting {
    /// A setting whose words are its name and value.
    pub(super) fn new(key: &'static str, words: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { key, words: words.into(), value: value.into() }
    }
}

/// The settings that differ, before and after. Both lists have the same keys in the same order.
pub(super) fn differing(from: Vec<Setting>, to: Vec<Setting>) -> (Vec<Setting>, Vec<Setting>) {
    from.into_iter().zip(to).filter(|(from, to)| from.value != to.value).unzip()
}

/// Settings as one value of a plan, a line each.
pub(super) fn shown(settings: Vec<Setting>) -> Option<Shown> {
    let words: Vec<&str> = settings.iter().map(|setting| setting.words.as_str()).collect();
    let words = words.join("\n");
    let value: Map<String, Value> =
        settings.into_iter().map(|setting| (setting.key.to_owned(), setting.value)).collect();
    Shown::value(words, value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_shown() {
        let settings = |memory: u32, role: &str| {
            vec![
                Setting::new("memory", format!("memory: {memory} MB"), memory),
                Setting::new("role", format!("role: {role}"), role),
            ]
        };
        let (from, to) = differing(settings(512, "a"), settings(1024, "a"));
        assert_eq!(shown(from), Shown::value("memory: 512 MB", json!({"memory": 512})));
        assert_eq!(shown(to), Shown::value("memory: 1024 MB", json!({"memory": 1024})));
    }
}
