//! What the TOML parser says, with the fix beside it.
//!
//! <https://toml.io/en/v1.1.0>

use std::ops::Range;

use toml::de::Error;

use super::errors::Problem;

const SPECIFICATION: &str = "the file is TOML: https://toml.io/en/v1.1.0";

/// Beginnings of the parser's messages, and what to do.
const FIXES: &[(&str, &str)] = &[
    ("duplicate key", "keep one of the two; a [table] is opened once, only [[users]] several times"),
    ("key with no value", "write KEY = VALUE on one line"),
    ("missing value", "write the value behind the `=`, or put a `#` before the line"),
    ("string values must be quoted", "put the text into quotes: \"...\""),
    ("invalid basic string", "close the string with `\"` on the same line"),
    ("unclosed array", "close the list with `]`"),
    ("unclosed inline table", "close the table with `}`"),
    ("unclosed table", "close the name of the table: [name], or [[users]]"),
];

/// Turns one of the parser's errors into ours.
pub(super) fn explain(error: &Error, text: &str) -> (Option<Range<usize>>, Problem) {
    let message = error.message().trim();
    let help = (FIXES.iter())
        .find(|(start, _)| message.starts_with(start))
        .map_or("write KEY = VALUE: text in quotes, numbers and true or false without", |(_, fix)| fix);
    // An error at the end of the text is shown in its last line that has any.
    let end = text.trim_end().len();
    let span = error.span().map(|span| if span.start > end { end..end } else { span });
    (span, Problem::new(message, SPECIFICATION, help))
}
