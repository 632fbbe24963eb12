//! What `doctor` found: lines for people.

use super::foreign::foreign_lines;
use super::styles::{ALARM, GOOD, QUIET, WARN};
use crate::doctor::{Check, Verdict};

/// One piece: how it is, and below it how to mend it.
#[must_use]
pub(crate) fn doctor_line(Check { subject, verdict }: &Check) -> String {
    let (style, word, what, fix) = match verdict {
        Verdict::Ok(what) => (GOOD, "ok", what, None),
        Verdict::Warning { what, fix } => (WARN, "warning", what, Some(fix)),
        Verdict::Problem { what, fix } => (ALARM, "PROBLEM", what, fix.as_ref()),
        Verdict::Skipped(what) => (QUIET, "skipped", what, None),
    };
    // What is told over several lines, such as the errors of a configuration, stays below its first.
    let indent = |text: &str| foreign_lines(text).replace('\n', &format!("\n{:24}", ""));
    let mut line = format!("{style}{word:<7}{style:#}  {:<13}  {}\n", subject.as_str(), indent(what));
    if let Some(fix) = fix {
        line.push_str(&format!("{:24}to fix: {}\n", "", indent(fix)));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Subject;

    #[test]
    fn the_lines_are_frozen() {
        let lines = [
            (Subject::Configuration, Verdict::Ok("config.toml: stack photos, 2 users".to_owned())),
            (Subject::Clock, Verdict::Warning { what: "7 min ahead".to_owned(), fix: "set it".to_owned() }),
            (
                Subject::Credentials,
                Verdict::Problem { what: "none\nat all".to_owned(), fix: Some("log in".to_owned()) },
            ),
            (Subject::Rights, Verdict::Skipped("needs credentials that work".to_owned())),
        ];
        let text: String = lines.map(|(subject, verdict)| doctor_line(&Check { subject, verdict })).concat();
        insta::assert_snapshot!("doctor", anstream::adapter::strip_str(&text));
    }
}
