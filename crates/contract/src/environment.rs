//! The environment variables through which the stack configures the function.
//!
//! Lambda's rules for them:
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>.

use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::cleaning::{self, Cleaning};

/// Bucket A: the only bucket whose events are accepted.
pub const SOURCE_BUCKET: &str = "SOURCE_BUCKET";
/// Bucket B: where clean pictures go.
pub const DESTINATION_BUCKET: &str = "DESTINATION_BUCKET";
/// `true`: `x-amz-meta-*` is copied; `false`, the default: it is not.
pub const KEEP_USER_METADATA: &str = "KEEP_USER_METADATA";
/// `upright`, the default, `tag` or `drop`.
pub const ORIENTATION: &str = "ORIENTATION";
/// `keep`, the default, `drop-srgb` or `drop`.
pub const ICC: &str = "ICC";
/// `keep`, the default, or `drop`.
pub const GAIN_MAPS: &str = "GAIN_MAPS";
/// What becomes of pixels that nobody sees: `blank`, `refuse` or `keep`.
pub const HIDDEN_PIXELS: &str = "HIDDEN_PIXELS";
/// The most megapixels that a picture may have, 1 to 100000.
pub const MAX_MEGAPIXELS: &str = "MAX_MEGAPIXELS";

/// `true`: a clean copy goes when its source does; `false`, the default: it stays.
pub const MIRROR_DELETES: &str = "MIRROR_DELETES";
/// Words about rights that stay, with commas between: `copyright`, `creator`, `credit`, `license`; or `none`, the default.
pub const KEEP: &str = "KEEP";

/// All of them.
pub const VARIABLES: [&str; 10] = [
    SOURCE_BUCKET,
    DESTINATION_BUCKET,
    KEEP_USER_METADATA,
    ORIENTATION,
    ICC,
    GAIN_MAPS,
    HIDDEN_PIXELS,
    MAX_MEGAPIXELS,
    MIRROR_DELETES,
    KEEP,
];

/// What the stack tells the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Bucket A: the only bucket whose events are accepted.
    pub source_bucket: String,
    /// Bucket B: where clean pictures go.
    pub destination_bucket: String,
    /// Copy `x-amz-meta-*` to the clean object.
    pub keep_user_metadata: bool,
    /// How pictures are cleaned.
    pub cleaning: Cleaning,
    /// Remove a clean copy when its source is deleted, or replaced by something that is refused.
    pub mirror_deletes: bool,
}

/// Why an environment cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    /// A variable without which nothing can be done.
    #[error("the environment variable {0} is not set; `provisioner up` sets it")]
    Missing(&'static str),
    /// A variable with a value that means nothing.
    #[error("{name} = {value:?} is not one of {allowed}; `provisioner up` repairs it")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
        /// What is understood.
        allowed: &'static str,
    },
    /// The function would be triggered by its own output, for ever.
    #[error(
        "SOURCE_BUCKET and DESTINATION_BUCKET are both {0:?}: each clean picture would start the function again; \
         use two buckets"
    )]
    Loop(String),
}

impl Environment {
    /// Reads it from the variables that `lookup` finds.
    ///
    /// # Errors
    /// When a bucket is not named, both are the same, or a value means nothing.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, EnvironmentError> {
        let required =
            |name| lookup(name).filter(|value| !value.is_empty()).ok_or(EnvironmentError::Missing(name));
        let source_bucket = required(SOURCE_BUCKET)?;
        let destination_bucket = required(DESTINATION_BUCKET)?;
        if source_bucket == destination_bucket {
            return Err(EnvironmentError::Loop(source_bucket));
        }
        let keep_user_metadata = switch(&lookup, KEEP_USER_METADATA)?;
        let mirror_deletes = switch(&lookup, MIRROR_DELETES)?;
        let default = Cleaning::default();
        let cleaning = Cleaning {
            orientation: choice(&lookup, ORIENTATION, "upright, tag, drop")?,
            icc: choice(&lookup, ICC, "keep, drop-srgb, drop")?,
            gain_maps: choice(&lookup, GAIN_MAPS, "keep, drop")?,
            hidden_pixels: choice(&lookup, HIDDEN_PIXELS, "blank, refuse, keep")?,
            max_megapixels: number(&lookup, MAX_MEGAPIXELS, &cleaning::MEGAPIXELS)?
                .unwrap_or(default.max_megapixels),
            keep: choice(
                &lookup,
                KEEP,
                "none, or of copyright, creator, credit, license with commas between",
            )?,
        };
        Ok(Self { source_bucket, destination_bucket, keep_user_metadata, cleaning, mirror_deletes })
    }

    /// Its variables, in the order of [`VARIABLES`].
    #[must_use]
    pub fn variables(&self) -> [(&'static str, Cow<'_, str>); VARIABLES.len()] {
        [
            (SOURCE_BUCKET, self.source_bucket.as_str().into()),
            (DESTINATION_BUCKET, self.destination_bucket.as_str().into()),
            (KEEP_USER_METADATA, if self.keep_user_metadata { "true" } else { "false" }.into()),
            (ORIENTATION, self.cleaning.orientation.as_str().into()),
            (ICC, self.cleaning.icc.as_str().into()),
            (GAIN_MAPS, self.cleaning.gain_maps.as_str().into()),
            (HIDDEN_PIXELS, self.cleaning.hidden_pixels.as_str().into()),
            (MAX_MEGAPIXELS, self.cleaning.max_megapixels.to_string().into()),
            (MIRROR_DELETES, if self.mirror_deletes { "true" } else { "false" }.into()),
            (KEEP, self.cleaning.keep.to_string().into()),
        ]
    }
}

/// Whether a variable says `true`; not when it is not set.
fn switch(lookup: impl Fn(&str) -> Option<String>, name: &'static str) -> Result<bool, EnvironmentError> {
    match lookup(name).as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(value) => Err(invalid(name, value, "true, false")),
    }
}

/// The choice that a variable holds; its default where it is not set, as by an older `up`.
fn choice<T: FromStr + Default>(
    lookup: impl Fn(&str) -> Option<String>,
    name: &'static str,
    allowed: &'static str,
) -> Result<T, EnvironmentError> {
    lookup(name)
        .map_or_else(|| Ok(T::default()), |value| value.parse().map_err(|_| invalid(name, &value, allowed)))
}

/// The number that a variable holds, if it is set.
fn number(
    lookup: impl Fn(&str) -> Option<String>,
    name: &'static str,
    range: &RangeInclusive<u32>,
) -> Result<Option<u32>, EnvironmentError> {
    let Some(value) = lookup(name) else { return Ok(None) };
    let number = value.parse().ok().filter(|number| range.contains(number));
    number.map(Some).ok_or_else(|| invalid(name, &value, "1 to 100000 (megapixels)"))
}

/// A variable's value that means nothing.
#[must_use]
pub fn invalid(name: &'static str, value: &str, allowed: &'static str) -> EnvironmentError {
    EnvironmentError::Invalid { name, value: value.to_owned(), allowed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sanitizer::{GainMaps, HiddenPixels, IccPolicy, Orientation, Right};

    fn read(pairs: &[(&str, &str)]) -> Result<Environment, EnvironmentError> {
        Environment::read(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    const BUCKETS: [(&str, &str); 2] = [(SOURCE_BUCKET, "a"), (DESTINATION_BUCKET, "b")];

    #[test]
    fn two_buckets_are_enough() {
        let environment = read(&BUCKETS).unwrap();
        assert_eq!((&*environment.source_bucket, &*environment.destination_bucket), ("a", "b"));
        assert!(!environment.keep_user_metadata && !environment.mirror_deletes);
        assert_eq!(environment.cleaning, Cleaning::default());
    }

    #[test]
    fn what_one_side_writes_the_other_reads() {
        let choices = Orientation::ALL.iter().flat_map(|&orientation| {
            IccPolicy::ALL.iter().flat_map(move |&icc| {
                GainMaps::ALL.iter().map(move |&gain_maps| Cleaning {
                    orientation,
                    icc,
                    gain_maps,
                    hidden_pixels: HiddenPixels::ALL[orientation as usize],
                    max_megapixels: 1 + 9_999 * (gain_maps as u32),
                    keep: Right::ALL.iter().copied().skip(1 + gain_maps as usize).collect(),
                })
            })
        });
        for cleaning in choices {
            for keep_user_metadata in [false, true] {
                let written = Environment {
                    source_bucket: "a".to_owned(),
                    destination_bucket: "b".to_owned(),
                    keep_user_metadata,
                    cleaning,
                    mirror_deletes: keep_user_metadata == (cleaning.gain_maps == GainMaps::Keep),
                };
                assert_eq!(written.variables().map(|(name, _)| name), VARIABLES);
                let variables = written.variables();
                let pairs = variables.each_ref().map(|(name, value)| (*name, &**value));
                assert_eq!(read(&pairs), Ok(written.clone()));
            }
        }
    }

    #[test]
    fn the_loop_is_refused() {
        let error = read(&[(SOURCE_BUCKET, "a"), (DESTINATION_BUCKET, "a")]).unwrap_err();
        assert_eq!(error, EnvironmentError::Loop("a".to_owned()));
    }

    #[test]
    fn missing_empty_and_meaningless_values_are_refused() {
        assert_eq!(read(&BUCKETS[..1]).unwrap_err(), EnvironmentError::Missing(DESTINATION_BUCKET));
        assert_eq!(
            read(&[(SOURCE_BUCKET, ""), (DESTINATION_BUCKET, "b")]).unwrap_err(),
            EnvironmentError::Missing(SOURCE_BUCKET)
        );
        for (name, value) in [
            (KEEP_USER_METADATA, "yes"),
            (ORIENTATION, "left"),
            (ICC, "srgb"),
            (GAIN_MAPS, ""),
            (HIDDEN_PIXELS, "Blank"),
            (MIRROR_DELETES, "yes"),
            (MAX_MEGAPIXELS, "0"),
            (MAX_MEGAPIXELS, "100001"),
            (MAX_MEGAPIXELS, "1e3"),
            (KEEP, ""),
            (KEEP, "all"),
            (KEEP, "copyright, creator"),
        ] {
            let error = read(&[&BUCKETS[..], &[(name, value)]].concat()).unwrap_err();
            assert!(error.to_string().starts_with(&format!("{name} = \"{value}\"")), "{error}");
        }
    }
}
