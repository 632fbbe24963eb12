//! What the function's log tells: a line a picture.

use std::time::Duration;

use anstyle::Style;

use super::styles::{ALARM, GOOD, QUIET, WARN};
use super::{bytes, foreign, seconds};
use crate::json::LogRead;
use crate::moment::rfc3339;
use contract::log::{Line, Message};
use engine::logs::{Told, What};

/// One thing that the log tells.
#[must_use]
pub(crate) fn log_line(told: &Told) -> String {
    let time = rfc3339(told.at.div_euclid(1000));
    let (style, word, text) = match &told.what {
        What::Picture(line) => {
            let (style, text) = picture(line);
            (style, line.message.as_str(), text)
        }
        // Each line of a stack trace would be a line without a time.
        What::Trouble(text) => (ALARM, "Lambda", foreign(&text.replace(['\n', '\t'], " "))),
        What::Routine(text) => (QUIET, "Lambda", foreign(&text.replace(['\n', '\t'], " "))),
    };
    format!("{QUIET}{time}{QUIET:#}  {style}{word:<8}{style:#}  {text}\n")
}

fn picture(line: &Line) -> (Style, String) {
    let mut text = line.key.as_deref().map(foreign).unwrap_or_default();
    let reason = line.reason.as_deref().map(foreign);
    let style = match line.message {
        Message::Cleaned => {
            text.push_str(&format!(": {}", made(line)));
            GOOD
        }
        Message::Rejected => WARN,
        Message::Failed => ALARM,
        Message::Removed | Message::Ignored => QUIET,
    };
    match reason {
        Some(reason) if text.is_empty() => text = reason,
        Some(reason) => text.push_str(&format!(": {reason}")),
        None => {}
    }
    (style, text)
}

/// What was made of a picture: `2.3 MB -> 2.1 MB in 120 ms; removed 34 kB: exif, thumbnail`.
fn made(line: &Line) -> String {
    let mut text = match (line.input_bytes, line.output_bytes) {
        (Some(input), Some(output)) => format!("{} -> {}", bytes(input), bytes(output)),
        _ => "cleaned".to_owned(),
    };
    if let Some(ms) = line.total_milliseconds {
        text.push_str(&format!(" in {}", seconds(Duration::from_millis(ms))));
    }
    let mut kinds: Vec<String> =
        line.removed.iter().map(|part| foreign(&part.category.replace('-', " "))).collect();
    kinds.dedup();
    match kinds.as_slice() {
        [] => text.push_str("; nothing to remove"),
        kinds => {
            let sum = line.removed.iter().map(|part| part.bytes).sum();
            text.push_str(&format!("; removed {}: {}", bytes(sum), kinds.join(", ")));
        }
    }
    text
}

/// The sums of `logs`.
#[must_use]
pub(crate) fn log_read_text(sums: &LogRead) -> String {
    let LogRead { cleaned, rejected, failed, removed, ignored, trouble, .. } = *sums;
    let counts = [
        (cleaned, "cleaned"),
        (rejected, "rejected"),
        (failed, "failed"),
        (removed, "removed"),
        (ignored, "ignored"),
        (trouble, if trouble == 1 { "invocation ended badly" } else { "invocations ended badly" }),
    ];
    let told: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if told.is_empty() {
        "The log tells nothing of that.".to_owned()
    } else {
        format!("{}.", told.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_are_frozen() {
        let lines = [
            r#"{"message":"cleaned","key":"a \u001b[2J.jpg","input_bytes":2300000,"output_bytes":2266000,"total_milliseconds":123,"removed":[{"category":"exif","location":"APP1","bytes":30000},{"category":"exif","location":"x","bytes":1000},{"category":"second-picture","location":"MPF","bytes":3000}]}"#,
            r#"{"message":"cleaned","key":"b.jpg","input_bytes":9,"output_bytes":9,"removed":[]}"#,
            r#"{"message":"rejected","key":"c.jpg","reason":"cut off\nhere"}"#,
            r#"{"message":"failed","key":"d.jpg","reason":"PutObject: SlowDown","phase":"put"}"#,
            r#"{"message":"failed","reason":"not an S3 event"}"#,
            r#"{"message":"removed","key":"e.jpg"}"#,
            r#"{"message":"ignored","key":"f.jpg","reason":"it is gone"}"#,
        ];
        let pictures = lines.map(|line| What::Picture(Box::new(Line::read(line).unwrap())));
        let lambda = [
            What::Trouble(
                "r-1 Error: Runtime exited with error: signal: killed\nRuntime.ExitError".to_owned(),
            ),
            What::Routine("START RequestId: r-1".to_owned()),
        ];
        let all = pictures.into_iter().chain(lambda);
        let text: String = all.map(|what| log_line(&Told { at: 1_795_654_800_500, what })).collect();
        insta::assert_snapshot!("log_lines", anstream::adapter::strip_str(&text));
        let sums = LogRead { cleaned: 373, rejected: 30, trouble: 1, ..Default::default() };
        let text = [sums, LogRead::default()].map(|sums| log_read_text(&sums)).join("\n");
        insta::assert_snapshot!("log_read", text);
    }
}
