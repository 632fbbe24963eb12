//! Who may do what: a matrix, and the answer to one question.

use std::collections::BTreeSet;

use super::foreign::foreign_lines;
use super::styles::{ALARM, GOOD, QUIET};
use crate::access::{Asked, Cell, Row};
use crate::verify::everything;
use engine::access::{Decision, Question};
use engine::config::BucketRole;
use engine::stack::Stack;

/// The matrix: a line for each, a column for each right in each bucket.
#[must_use]
pub(crate) fn access_text(rows: &[Row], stack: &Stack) -> String {
    let label = |row: &Row| match row.prefix.as_str() {
        "" => row.who.clone(),
        prefix => foreign_lines(&format!("{} below {prefix}", row.who)),
    };
    let width = rows.iter().map(|row| label(row).chars().count()).max().unwrap_or(0);
    let columns = everything().map(|(_, right)| format!("{:>7}", right.as_str())).collect::<Vec<_>>();
    let half = columns.len() / 2;
    let mut text = String::new();
    for (role, what) in [(BucketRole::Source, "source"), (BucketRole::Destination, "destination")] {
        text += &format!("{what:<12} {}\n", stack.names.bucket(role));
    }
    let heads = format!("{}   {}", columns[..half].concat(), columns[half..].concat());
    text += &format!("\n{:width$}  {:<31}destination\n{:width$}{heads}\n", "", "   source", "");
    for row in rows {
        let mut line = format!("{:width$}", label(row));
        for (index, cell) in row.cells.iter().enumerate() {
            if index == half {
                line += "   ";
            }
            line += &cell_text(cell);
        }
        text += &format!("{line}\n");
    }
    text.push('\n');
    text += &asked_text(rows);
    text
}

fn cell_text(cell: &Cell) -> String {
    let (style, word) = match (cell.asked, cell.decision.is_allowed()) {
        (Asked::Disagrees, true) => (ALARM, "NOT"),
        (Asked::Disagrees, false) => (ALARM, "STILL"),
        (_, true) => (GOOD, "yes"),
        (_, false) => (QUIET, "-"),
    };
    format!("{style}{word:>7}{style:#}")
}

fn asked_text(rows: &[Row]) -> String {
    let cells = || rows.iter().flat_map(|row| row.cells.iter().map(move |cell| (row, cell)));
    let mut text = String::from("By the policies that `up` writes.");
    if cells().any(|(_, cell)| cell.asked == Asked::Disagrees) {
        text += &format!(
            " {ALARM}IAM says otherwise{ALARM:#}: NOT is a right that config.toml gives and IAM does not; STILL is one that \
             IAM gives beyond config.toml."
        );
    } else if cells().any(|(_, cell)| cell.asked == Asked::Agrees) {
        text += " IAM says the same.";
    }
    let silent: BTreeSet<String> = cells()
        .filter_map(|(row, cell)| match cell.asked {
            Asked::Silent(why) => Some(format!("{}: IAM was not asked, {why}", row.who)),
            _ => None,
        })
        .collect();
    text.push('\n');
    // That nobody without credentials can be asked for needs no line.
    for line in silent.into_iter().filter(|line| !line.ends_with("credentials")) {
        text += &format!("{QUIET}{line}{QUIET:#}\n");
    }
    text
}

/// The answer to one question: the statement that decides.
#[must_use]
pub(crate) fn access_answer_text(question: &Question, decision: &Decision, asked: Asked) -> String {
    let what = foreign_lines(&format!("{} on {}", question.action, question.resource));
    let mut text = match decision {
        Decision::Allowed(by) => {
            format!("{GOOD}allowed{GOOD:#}: {what}\n  by statement {} of {}\n", by.sid, by.policy)
        }
        Decision::Refused(by) => {
            format!("{ALARM}refused{ALARM:#}: {what}\n  by statement {} of {}\n", by.sid, by.policy)
        }
        Decision::NotAllowed => format!("{ALARM}not allowed{ALARM:#}: {what}\n  no statement allows it\n"),
    };
    if let Decision::Allowed(by) | Decision::Refused(by) = decision {
        let document = serde_json::to_string_pretty(&by.document).unwrap_or_default();
        text += &format!("    {}\n", foreign_lines(&document).replace('\n', "\n    "));
    }
    text += &match asked {
        Asked::Agrees => "IAM says the same.\n".to_owned(),
        Asked::Disagrees => format!("{ALARM}IAM says the opposite.{ALARM:#}\n"),
        Asked::Silent(why) => format!("{QUIET}IAM was not asked: {why}{QUIET:#}\n"),
    };
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::Right;
    use engine::access::{Subject, decide};
    use engine::config::{Overrides, parse};

    fn stack() -> Stack {
        let text = include_str!("../../../config.toml");
        let config = parse(text, "config.toml", &Overrides::default()).unwrap();
        Stack::new(config, "aws", "123456789012", "eu-central-1")
    }

    fn rows(stack: &Stack, asked: impl Fn(BucketRole, Right) -> Asked) -> Vec<Row> {
        let subjects = [
            ("user-a", "albums/", Subject::User(&stack.config.users[0])),
            ("function", "", Subject::Role),
            ("everybody", "", Subject::Nobody),
        ];
        let row = |(who, prefix, subject): (&str, &str, Subject<'_>)| Row {
            who: who.to_owned(),
            prefix: prefix.to_owned(),
            cells: everything()
                .map(|(bucket, right)| {
                    let object = match right {
                        Right::List => stack.names.bucket_arn(bucket),
                        _ => format!("{}/k.jpg", stack.names.bucket_arn(bucket)),
                    };
                    let decision = decide(stack, subject, &Question::new(stack, right.action(), object, ""));
                    Cell { bucket, right, decision, asked: asked(bucket, right) }
                })
                .collect(),
        };
        subjects.map(row).into()
    }

    #[test]
    fn the_matrix_is_frozen() {
        let stack = stack();
        let told = |rows: &[Row]| anstream::adapter::strip_str(&access_text(rows, &stack)).to_string();
        insta::assert_snapshot!("access", told(&rows(&stack, |_, _| Asked::Agrees)));
        let other = rows(&stack, |bucket, right| match (bucket, right) {
            (BucketRole::Source, Right::Write) => Asked::Disagrees,
            (BucketRole::Source, _) => Asked::Agrees,
            _ => Asked::Silent("it is not there yet"),
        });
        insta::assert_snapshot!("access-otherwise", told(&other));
    }

    #[test]
    fn the_answer_is_frozen() {
        let stack = stack();
        let user = Subject::User(&stack.config.users[0]);
        let resource = format!("{}/k.jpg", stack.names.bucket_arn(BucketRole::Source));
        let mut text = String::new();
        for (action, asked) in [
            ("s3:GetObject", Asked::Agrees),
            ("s3:DeleteObjectVersion", Asked::Disagrees),
            ("s3:PutObject", Asked::Silent("these credentials lack iam:SimulatePrincipalPolicy")),
        ] {
            let question = Question::new(&stack, action, resource.clone(), "");
            text += &access_answer_text(&question, &decide(&stack, user, &question), asked);
        }
        insta::assert_snapshot!("access-answer", anstream::adapter::strip_str(&text));
    }
}
