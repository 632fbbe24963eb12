//! Outside programs that some tests need. The suite asks once whether a tool really works; if not, it says so in one
//! line, and what needs it is skipped. Where they must be there, [`REQUIRE`] is set, and a skip is a failure.

use std::collections::BTreeSet;
use std::sync::Mutex;

/// Set in CI: a comma-separated list of tools whose tests may not be skipped, or `all`.
pub const REQUIRE: &str = "PROVISIONER_REQUIRE_TOOLS";

/// Notes that a tool cannot be used: prints why and how to enable it, once a run.
///
/// # Panics
/// When [`REQUIRE`] names it.
#[expect(clippy::print_stderr, reason = "the line that says what is skipped")]
pub fn skip(tool: &str, why: &str, enable: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let required = std::env::var(REQUIRE).unwrap_or_default();
    let required = required.split(',').any(|name| name == tool || name == "all");
    assert!(!required, "{REQUIRE} asks for {tool}, and it cannot be used: {why}; {enable}");
    if SAID.lock().unwrap().insert(tool.to_owned()) {
        eprintln!("skipped: the tests with {tool}: {why}; {enable}");
    }
}
