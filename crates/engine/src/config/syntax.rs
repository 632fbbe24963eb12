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
    let nothing_there =
        error.span().is_some_and(|span| text.get(span).is_some_and(|found| found.trim().is_empty()));
    let message = match error.message().trim() {
        // The parser takes what is not there for a string without quotes.
        quotes if quotes.starts_with("string values must be quoted") && nothing_there => "missing value",
        other => other,
    };
    let help = (FIXES.iter())
        .find(|(start, _)| message.starts_with(start))
        .map_or("write KEY = VALUE: text in quotes, numbers and true or false without", |(_, fix)| fix);
    // An error at the end of the text is shown in its last line that has any.
    let end = text.trim_end().len();
    let span = error.span().map(|span| if span.start > end { end..end } else { span });
    (span, Problem::new(message, SPECIFICATION, help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fix_fits_a_message_that_the_parser_still_has() {
        for (text, (start, fix)) in
            ["a = 1\na = 2", "a", "a = \n", "a = b", "a = \"b\n", "a = [1, 2", "a = { b = 1", "[a\n"]
                .iter()
                .zip(FIXES)
        {
            let (_, errors) = toml::de::DeTable::parse_recoverable(text);
            let problems: Vec<_> = errors.iter().map(|error| explain(error, text).1).collect();
            let fits = |problem: &Problem| problem.message.starts_with(start) && problem.help == *fix;
            assert!(problems.iter().any(fits), "{text:?}: no {start:?} in {problems:?}");
        }
    }
}
