//! Which words about rights stay.

use std::{fmt, str::FromStr};

use crate::UnknownWord;

/// A kind of words about rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Right {
    /// The copyright notice.
    Copyright,
    /// Who made the picture.
    Creator,
    /// Whom to credit when it is published.
    Credit,
    /// Terms of use, and addresses of the web about them.
    License,
}

/// The word for no kind at all.
const NONE: &str = "none";

/// A set of kinds of words about rights: none of them by default. As a word it is their words
/// with commas between, `copyright,creator` for example, and `none` for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rights {
    /// A bit for each, by its place in [`Right::ALL`].
    bits: u8,
}

impl Rights {
    /// None of them.
    pub const NONE: Self = Self { bits: 0 };
    /// All of them.
    pub const ALL: Self = Self { bits: (1 << Right::ALL.len()) - 1 };

    /// Whether it is one of them.
    #[must_use]
    pub const fn contains(self, right: Right) -> bool {
        self.bits & 1 << right as u8 != 0
    }

    /// Whether it is none of them.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// Those that it holds, in the order of [`Right::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Right> {
        Right::ALL.iter().copied().filter(move |right| self.contains(*right))
    }
}

impl FromIterator<Right> for Rights {
    fn from_iter<I: IntoIterator<Item = Right>>(rights: I) -> Self {
        let bits = rights.into_iter().fold(0, |bits, right| bits | 1 << right as u8);
        Self { bits }
    }
}

impl FromStr for Rights {
    type Err = UnknownWord;

    fn from_str(words: &str) -> Result<Self, UnknownWord> {
        if words == NONE {
            return Ok(Self::NONE);
        }
        words.split(',').map(Right::from_str).collect()
    }
}

impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Right::as_str).collect();
        f.pad(if words.is_empty() { NONE.to_owned() } else { words.join(",") }.as_str())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Rights {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_parsed() {
        for bits in 0..1 << Right::ALL.len() {
            let rights = Rights { bits };
            assert_eq!(rights.to_string().parse(), Ok(rights));
            assert_eq!(rights.iter().collect::<Rights>(), rights);
        }
        assert_eq!(Rights::ALL.to_string(), "copyright,creator,credit,license");
        assert_eq!("license,creator,license".parse::<Rights>().unwrap().to_string(), "creator,license");
        assert_eq!("none".parse(), Ok(Rights::NONE));
        assert_eq!(Rights::NONE.to_string(), "none");
        assert_eq!(Rights::default(), Rights::NONE);
    }

    #[test]
    fn an_unknown_word_is_answered_with_those_there_are() {
        let error = "copyright,gps".parse::<Rights>().unwrap_err();
        assert_eq!(
            error.to_string(),
            r#""gps" is no value of rights: use one of copyright, creator, credit, license"#
        );
        for words in ["", "copyright,", ",", "Copyright", " creator", "all", "none,creator"] {
            words.parse::<Rights>().unwrap_err();
        }
    }
}
