//! Outside programs that some tests need. The suite asks once whether a tool really works; if not, it says so in one
//! line, and what needs it is skipped. Where they must be there, [`REQUIRE`] is set, and a skip is a failure.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Mutex;

/// Set in CI: a comma-separated list of tools whose tests may not be skipped, or `all`; `-NAME` after it takes one out.
pub const REQUIRE: &str = "PROVISIONER_REQUIRE_TOOLS";

/// Notes that a tool cannot be used: prints why and how to enable it, once a run.
///
/// # Panics
/// When [`REQUIRE`] names it.
pub fn skip(tool: &str, why: &str, enable: &str) {
    let required = std::env::var(REQUIRE).unwrap_or_default();
    let is_left_out = required.split(',').any(|name| name.strip_prefix('-') == Some(tool));
    let required = !is_left_out && required.split(',').any(|name| name == tool || name == "all");
    assert!(!required, "{REQUIRE} asks for {tool}, and it cannot be used: {why}; {enable}");
    say_once(&format!("skipped: the tests with {tool}: {why}; {enable}"));
}

/// Notes that pictures are not there which a plain checkout does not have. They are nowhere required.
pub fn skip_without_corpus() {
    say_once("skipped: the tests with real pictures: there is no ../shared/corpus beside the repository");
}

/// Past the capture of the test harness, which hides what a passing test prints with `eprintln!`.
fn say_once(line: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if SAID.lock().unwrap().insert(line.to_owned()) {
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}
