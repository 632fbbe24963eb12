//! What the function is configured with: what the stack says, and what Lambda says.

use contract::environment::{Environment, EnvironmentError, invalid};

use crate::memory::Memory;

/// Megabytes of memory. Lambda sets it.
const MEMORY_SIZE: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";

/// The settings, validated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What the stack says.
    pub stack: Environment,
    /// How much memory there is.
    pub memory: Memory,
}

impl Settings {
    /// Reads the settings from the environment that `env` looks up.
    ///
    /// # Errors
    /// See [`Environment::read`]; and when the size of the memory is no number.
    pub fn from_env(env: impl Fn(&str) -> Option<String>) -> Result<Self, EnvironmentError> {
        let stack = Environment::read(&env)?;
        let memory = match env(MEMORY_SIZE) {
            None => Memory::smallest(),
            Some(value) => {
                let megabytes =
                    value.parse().map_err(|_| invalid(MEMORY_SIZE, &value, "128 to 10240 (megabytes)"))?;
                Memory::of_function(megabytes)
            }
        };
        Ok(Self { stack, memory })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(megabytes: Option<&str>) -> Result<Settings, EnvironmentError> {
        Settings::from_env(|name| match name {
            "SOURCE_BUCKET" => Some("a".to_owned()),
            "DESTINATION_BUCKET" => Some("b".to_owned()),
            MEMORY_SIZE => megabytes.map(str::to_owned),
            _ => None,
        })
    }

    #[test]
    fn the_memory_is_what_lambda_says() {
        assert_eq!(read(None).unwrap().memory, Memory::smallest());
        assert_eq!(read(Some("1024")).unwrap().memory, Memory::of_function(1024));
        let error = read(Some("lots")).unwrap_err();
        assert!(error.to_string().starts_with("AWS_LAMBDA_FUNCTION_MEMORY_SIZE = \"lots\""), "{error}");
    }
}
