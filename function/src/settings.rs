//! What the provisioner tells the function through its environment.

use sanitizer::Orientation;

use crate::memory::Memory;

/// The names of the environment variables that are read.
pub mod names {
    /// Bucket A: the only bucket whose events are accepted.
    pub const SOURCE_BUCKET: &str = "SOURCE_BUCKET";
    /// Bucket B: where clean pictures go.
    pub const DESTINATION_BUCKET: &str = "DESTINATION_BUCKET";
    /// `true`: `x-amz-meta-*` is copied; `false`, the default: it is not.
    pub const KEEP_USER_METADATA: &str = "KEEP_USER_METADATA";
    /// `upright`, the default, `tag` or `drop`.
    pub const ORIENTATION: &str = "ORIENTATION";
    /// Megabytes of memory. Lambda sets it.
    pub const MEMORY_SIZE: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";
}

/// The settings, validated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Bucket A: the only bucket whose events are accepted.
    pub source_bucket: String,
    /// Bucket B: where clean pictures go.
    pub destination_bucket: String,
    /// Copy `x-amz-meta-*` to the clean object.
    pub keep_user_metadata: bool,
    /// What becomes of the EXIF orientation.
    pub orientation: Orientation,
    /// How much memory there is.
    pub memory: Memory,
}

/// Why the function does not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
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

impl Settings {
    /// Reads the settings from the environment that `env` looks up.
    ///
    /// # Errors
    /// When a bucket is not named, both are the same, or a value means nothing.
    pub fn from_env(env: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let required = |name| env(name).filter(|value| !value.is_empty()).ok_or(SettingsError::Missing(name));
        let source_bucket = required(names::SOURCE_BUCKET)?;
        let destination_bucket = required(names::DESTINATION_BUCKET)?;
        if source_bucket == destination_bucket {
            return Err(SettingsError::Loop(source_bucket));
        }
        let keep_user_metadata = match env(names::KEEP_USER_METADATA).as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(value) => return Err(invalid(names::KEEP_USER_METADATA, value, "true, false")),
        };
        let orientation = match env(names::ORIENTATION).as_deref() {
            None | Some("upright") => Orientation::Upright,
            Some("tag") => Orientation::Tag,
            Some("drop") => Orientation::Drop,
            Some(value) => return Err(invalid(names::ORIENTATION, value, "upright, tag, drop")),
        };
        let memory = match env(names::MEMORY_SIZE) {
            None => Memory::smallest(),
            Some(value) => {
                let megabytes = value
                    .parse()
                    .map_err(|_| invalid(names::MEMORY_SIZE, &value, "128 to 10240 (megabytes)"))?;
                Memory::of_function(megabytes)
            }
        };
        Ok(Self { source_bucket, destination_bucket, keep_user_metadata, orientation, memory })
    }
}

fn invalid(name: &'static str, value: &str, allowed: &'static str) -> SettingsError {
    SettingsError::Invalid { name, value: value.to_owned(), allowed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::from_env(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    const BUCKETS: [(&str, &str); 2] = [("SOURCE_BUCKET", "a"), ("DESTINATION_BUCKET", "b")];

    #[test]
    fn two_buckets_are_enough() {
        let settings = read(&BUCKETS).unwrap();
        assert_eq!(settings.source_bucket, "a");
        assert_eq!(settings.destination_bucket, "b");
        assert!(!settings.keep_user_metadata);
        assert_eq!(settings.orientation, Orientation::Upright);
        assert_eq!(settings.memory, Memory::smallest());
    }

    #[test]
    fn everything_is_read() {
        let more = [
            ("KEEP_USER_METADATA", "true"),
            ("ORIENTATION", "tag"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024"),
        ];
        let settings = read(&[&BUCKETS[..], &more[..]].concat()).unwrap();
        assert!(settings.keep_user_metadata);
        assert_eq!(settings.orientation, Orientation::Tag);
        assert_eq!(settings.memory, Memory::of_function(1024));
    }

    #[test]
    fn the_loop_is_refused() {
        let error = read(&[("SOURCE_BUCKET", "a"), ("DESTINATION_BUCKET", "a")]).unwrap_err();
        assert_eq!(error, SettingsError::Loop("a".to_owned()));
    }

    #[test]
    fn missing_empty_and_meaningless_values_are_refused() {
        assert_eq!(read(&BUCKETS[..1]).unwrap_err(), SettingsError::Missing("DESTINATION_BUCKET"));
        assert_eq!(
            read(&[("SOURCE_BUCKET", ""), ("DESTINATION_BUCKET", "b")]).unwrap_err(),
            SettingsError::Missing("SOURCE_BUCKET")
        );
        for (name, value) in [
            ("KEEP_USER_METADATA", "yes"),
            ("ORIENTATION", "left"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "lots"),
        ] {
            let error = read(&[&BUCKETS[..], &[(name, value)]].concat()).unwrap_err();
            assert!(error.to_string().starts_with(&format!("{name} = \"{value}\"")), "{error}");
        }
    }
}
