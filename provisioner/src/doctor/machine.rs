//! What is on this machine.

use std::path::Path;

use local_aws::LocalAws;

use super::Verdict;
use crate::artifact::{Target, could_build};
use crate::cli::Global;
use crate::failure::Failure;
use engine::config::Config;

/// The configuration that was read, or could not be.
pub(crate) fn configuration(config: &Result<Config, Failure>, global: &Global) -> Verdict {
    match config {
        Err(failure) => Verdict::of(failure, global),
        Ok(config) => Verdict::Ok(format!(
            "{}: stack {}, {} {}",
            global.config.display(),
            config.stack,
            config.users.len(),
            if config.users.len() == 1 { "user" } else { "users" }
        )),
    }
}

/// Whether the function could be built.
pub(crate) async fn function(near: Option<&Path>, target: Target, global: &Global) -> Verdict {
    match could_build(near, target).await {
        Ok(how) => Verdict::Ok(how),
        Err(error) => Verdict::of(&error.into(), global),
    }
}

/// Whether there is a Python for the local AWS. Nothing else needs it.
pub(crate) async fn python(global: &Global) -> Verdict {
    match LocalAws::python().await {
        Ok(python) => Verdict::Ok(python),
        Err(error @ local_aws::Error::Unsupported { .. }) => Verdict::Skipped(error.to_string()),
        Err(error) if global.local => Verdict::of(&error.into(), global),
        Err(error) => {
            Verdict::Warning { what: format!("{error}; only --local needs one"), fix: error.hint() }
        }
    }
}
