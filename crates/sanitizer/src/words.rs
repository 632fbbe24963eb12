//! The words of the options: what configurations, command lines and the variables
//! of the function write for them.

use std::{fmt, str::FromStr};

use crate::{GainMaps, HiddenPixels, IccPolicy, Orientation, PartialEdges, Right, UnreadableProfile};

/// A word that an option does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is no value of {option}: use one of {}", words.join(", "))]
#[non_exhaustive]
pub struct UnknownWord {
    /// The option that was to be set.
    pub option: &'static str,
    /// The word that was given, cut at 40 characters.
    pub word: String,
    /// The words that the option has.
    pub words: &'static [&'static str],
}

macro_rules! words {
    ($option:literal, $type:ident { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $type {
            /// All of them. Where one is the default, it is the first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl FromStr for $type {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord {
                        option: $option,
                        word: word.chars().take(40).collect(),
                        words: &[$($word),+],
                    }),
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words!("orientation", Orientation { Upright => "upright", Tag => "tag", Drop => "drop" });
words!("partial edges", PartialEdges { Tag => "tag", Trim => "trim", Refuse => "refuse" });
words!("colour profile", IccPolicy { Keep => "keep", DropSrgb => "drop-srgb", Drop => "drop" });
words!("gain maps", GainMaps { Keep => "keep", Drop => "drop" });
words!("hidden pixels", HiddenPixels { Blank => "blank", Refuse => "refuse", Keep => "keep" });
words!("unreadable colour profile", UnreadableProfile { Drop => "drop", Refuse => "refuse" });
words!(
    "rights",
    Right { Copyright => "copyright", Creator => "creator", Credit => "credit", License => "license" }
);

#[cfg(test)]
mod tests {
    use super::*;

    /// They stand in configurations and in functions that are deployed: none may change.
    #[test]
    fn words_stay_what_they_are() {
        let words = |all: Vec<&str>| all.join(" ");
        assert_eq!(words(Orientation::ALL.iter().map(|one| one.as_str()).collect()), "upright tag drop");
        assert_eq!(words(PartialEdges::ALL.iter().map(|one| one.as_str()).collect()), "tag trim refuse");
        assert_eq!(words(IccPolicy::ALL.iter().map(|one| one.as_str()).collect()), "keep drop-srgb drop");
        assert_eq!(words(GainMaps::ALL.iter().map(|one| one.as_str()).collect()), "keep drop");
        assert_eq!(words(HiddenPixels::ALL.iter().map(|one| one.as_str()).collect()), "blank refuse keep");
        assert_eq!(words(UnreadableProfile::ALL.iter().map(|one| one.as_str()).collect()), "drop refuse");
        assert_eq!(
            words(Right::ALL.iter().map(|one| one.as_str()).collect()),
            "copyright creator credit license"
        );
        assert_eq!(Orientation::ALL[0], Orientation::default());
        assert_eq!(PartialEdges::ALL[0], PartialEdges::default());
        assert_eq!(IccPolicy::ALL[0], IccPolicy::default());
        assert_eq!(GainMaps::ALL[0], GainMaps::default());
        assert_eq!(HiddenPixels::ALL[0], HiddenPixels::default());
        assert_eq!(UnreadableProfile::ALL[0], UnreadableProfile::default());
    }

    #[test]
    fn what_is_printed_is_parsed() {
        for one in Orientation::ALL {
            assert_eq!(one.to_string().parse(), Ok(*one));
        }
        for one in PartialEdges::ALL {
            assert_eq!(one.to_string().parse(), Ok(*one));
        }
        for one in IccPolicy::ALL {
            assert_eq!(one.to_string().parse(), Ok(*one));
        }
        for one in GainMaps::ALL {
            assert_eq!(one.to_string().parse(), Ok(*one));
        }
        for one in HiddenPixels::ALL {
            assert_eq!(one.to_string().parse(), Ok(*one));
        }
        for one in UnreadableProfile::ALL {
            assert_eq!(one.to_string().parse(), Ok(*one));
        }
        assert_eq!(format!("{:>9}|", IccPolicy::DropSrgb), "drop-srgb|");
    }

    #[test]
    fn an_unknown_word_is_answered_with_those_there_are() {
        let error = "Sideways\n".parse::<Orientation>().unwrap_err();
        assert_eq!(
            error.to_string(),
            r#""Sideways\n" is no value of orientation: use one of upright, tag, drop"#
        );
        assert_eq!("".parse::<IccPolicy>().unwrap_err().words, ["keep", "drop-srgb", "drop"]);
        assert_eq!("UPRIGHT".parse::<Orientation>().unwrap_err().word, "UPRIGHT");
        assert_eq!("x".repeat(100).parse::<PartialEdges>().unwrap_err().word.len(), 40);
    }
}
