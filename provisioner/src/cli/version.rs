//! What `--version` says: which build this is, so that a report of an error names one.

/// `0.1.0 (1a2b3c4 2026-11-27)`; without a commit when none was known to the build.
pub(super) const SHORT: &str = env!("PROVISIONER_VERSION");

/// The same with how it was built.
pub(super) const LONG: &str = concat!(
    env!("PROVISIONER_VERSION"),
    "\n",
    env!("PROVISIONER_PROFILE"),
    " build for ",
    env!("PROVISIONER_TARGET")
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_the_package_comes_first() {
        assert!(SHORT.starts_with(env!("CARGO_PKG_VERSION")), "{SHORT}");
        assert!(LONG.starts_with(SHORT) && LONG.contains(" build for "), "{LONG}");
    }
}
