//! The report that `verify --junit` writes, as CI systems read it.

use std::fmt::Write;

use super::escape::escaped;
use super::judge::{Check, Verdict};

/// The file; `stack` is what was proven.
pub(crate) fn junit(stack: &str, checks: &[Check], elapsed_ms: u64) -> String {
    let failed = checks.iter().filter(|check| matches!(check.verdict, Verdict::Wrong(_))).count();
    let skipped = checks.iter().filter(|check| matches!(check.verdict, Verdict::Untried(_))).count();
    let (tests, time) = (checks.len(), seconds(elapsed_ms));
    let sums = format!("tests=\"{tests}\" failures=\"{failed}\" skipped=\"{skipped}\" time=\"{time}\"");
    let name = escaped(&format!("provisioner verify, stack {stack}"));
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {sums}>\n  <testsuite name=\"{name}\" {sums}>\n"
    );
    for check in checks {
        let time = seconds(check.elapsed_ms.unwrap_or(0));
        let what = escaped(&check.what);
        let _ =
            write!(text, "    <testcase classname=\"provisioner.verify\" name=\"{what}\" time=\"{time}\"");
        text += &match &check.verdict {
            Verdict::Right(_) => "/>\n".to_owned(),
            Verdict::Wrong(found) => {
                format!(">\n      <failure message=\"{}\"/>\n    </testcase>\n", escaped(found))
            }
            Verdict::Untried(found) => {
                format!(">\n      <skipped message=\"{}\"/>\n    </testcase>\n", escaped(found))
            }
        };
    }
    text + "  </testsuite>\n</testsuites>\n"
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_a_failure() {
        let check = |what: &str, verdict, elapsed_ms| Check {
            what: what.to_owned(),
            verdict,
            elapsed_ms,
            shown: None,
        };
        let checks = [
            check("JPEG", Verdict::Right("clean".to_owned()), Some(1420)),
            check("bob", Verdict::Untried("not tried: not trusted".to_owned()), None),
            check("<every\u{1b}body>", Verdict::Wrong("may \"read\" & write".to_owned()), None),
        ];
        insta::assert_snapshot!("junit", junit("photos", &checks, 12_003));
    }
}
