//! Everything that is wrong with a configuration, in one value.

use std::error::Error;
use std::fmt;
use std::ops::Range;

/// What a rule says about a value. The place in the file is added by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// What is wrong.
    pub(super) message: String,
    /// Why: the rule behind it.
    pub(super) note: Option<String>,
    /// The fix.
    pub(super) help: String,
    /// The piece of the value to underline, when it is not all of it.
    pub(super) part: Option<String>,
}

impl Problem {
    pub(super) fn new(message: impl Into<String>, note: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), note: Some(note.into()), help: help.into(), part: None }
    }

    /// A problem that explains itself.
    pub(super) fn plain(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), note: None, help: help.into(), part: None }
    }

    pub(super) fn underlining(mut self, part: impl Into<String>) -> Self {
        self.part = Some(part.into());
        self
    }
}

/// One error of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    pub(super) message: String,
    pub(super) note: Option<String>,
    pub(super) help: String,
    /// Bytes of the source text; without, the error is about the whole file.
    pub(super) span: Option<Range<usize>>,
    pub(super) kind: Kind,
}

/// Decides which errors are believed in a file with syntax errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The text is not TOML.
    Syntax,
    /// Something is not there; perhaps only because of a syntax error.
    Missing,
    /// A value breaks a rule.
    Rule,
}

impl ConfigError {
    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Why it is wrong.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The bytes of the source text that it is about; `None`: the whole file.
    #[must_use]
    pub fn span(&self) -> Option<Range<usize>> {
        self.span.clone()
    }

    /// How to fix it.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }
}

/// All errors of one configuration; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors {
    pub(super) file: String,
    pub(super) source: String,
    pub(super) errors: Vec<ConfigError>,
}

impl ConfigErrors {
    /// An error about the file itself, of which no text can be shown.
    pub(super) fn of_file(file: &str, problem: Problem) -> Self {
        let mut found = Findings::new("");
        found.add(None, problem);
        found.into_errors(file)
    }

    /// The errors, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigError> {
        self.errors.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.errors.len()
    }

    /// The file's name, as it was given.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The file's text; empty when it could not be read.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Line and column (in characters) of an error, both from 1; `None` when it is about the whole file.
    #[must_use]
    pub fn position(&self, error: &ConfigError) -> Option<(usize, usize)> {
        error.span.as_ref().map(|span| position(&self.source, span.start))
    }
}

/// Line and column (in characters) of a byte, both from 1.
fn position(source: &str, offset: usize) -> (usize, usize) {
    let before = source.get(..offset).unwrap_or(source);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}", self.file)?;
            if let Some((line, column)) = self.position(error) {
                write!(f, ":{line}:{column}")?;
            }
            write!(f, ": {}", error.message)?;
            if let Some(note) = &error.note {
                write!(f, "; {note}")?;
            }
            write!(f, "; {}", error.help)?;
        }
        Ok(())
    }
}

impl Error for ConfigErrors {}

/// Collects errors while a file is read.
#[derive(Debug)]
pub(super) struct Findings<'t> {
    source: &'t str,
    errors: Vec<ConfigError>,
}

impl<'t> Findings<'t> {
    pub(super) fn new(source: &'t str) -> Self {
        Self { source, errors: Vec::new() }
    }

    /// A broken rule, at a place in the file.
    pub(super) fn add(&mut self, span: Option<Range<usize>>, problem: Problem) {
        self.push(Kind::Rule, span, problem);
    }

    /// Something that ought to be there.
    pub(super) fn add_missing(&mut self, span: Option<Range<usize>>, problem: Problem) {
        self.push(Kind::Missing, span, problem);
    }

    /// Text that is not TOML.
    pub(super) fn add_syntax(&mut self, span: Option<Range<usize>>, problem: Problem) {
        self.push(Kind::Syntax, span, problem);
    }

    fn push(&mut self, kind: Kind, span: Option<Range<usize>>, problem: Problem) {
        let span = span.map(|span| self.narrow(self.clamp(span), problem.part.as_deref()));
        let Problem { message, note, help, .. } = problem;
        self.errors.push(ConfigError { message, note, help, span, kind });
    }

    /// Spans come from the parser; whatever it says, never slice outside the
    /// text or inside a character.
    fn clamp(&self, span: Range<usize>) -> Range<usize> {
        let start = self.source.floor_char_boundary(span.start);
        let end = self.source.ceil_char_boundary(span.end);
        start..end.max(start)
    }

    /// The place of `part` within `span`, when it stands there exactly once.
    fn narrow(&self, span: Range<usize>, part: Option<&str>) -> Range<usize> {
        let Some(part) = part.filter(|part| !part.is_empty()) else { return span };
        let mut matches = self.source[span.clone()].match_indices(part);
        match (matches.next(), matches.next()) {
            (Some((at, _)), None) => span.start + at..span.start + at + part.len(),
            _ => span,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// In the order of the file, without what only follows from a syntax error.
    pub(super) fn into_errors(mut self, file: &str) -> ConfigErrors {
        let broken: Vec<usize> = (self.errors.iter())
            .filter(|error| error.kind == Kind::Syntax)
            .flat_map(|error| error.span.clone().map(|span| self.lines(&span)).unwrap_or(0..=0))
            .collect();
        if self.errors.iter().any(|error| error.kind == Kind::Syntax) {
            let source = self.source;
            self.errors.retain(|error| match (&error.kind, &error.span) {
                (Kind::Syntax, _) => true,
                (Kind::Missing, _) | (Kind::Rule, None) => false,
                (Kind::Rule, Some(span)) => !lines(source, span).any(|line| broken.contains(&line)),
            });
        }
        let key = |error: &ConfigError| error.span.as_ref().map_or((0, 0), |span| (span.start, span.end));
        self.errors.sort_by_key(key);
        self.errors.dedup();
        ConfigErrors { file: file.to_owned(), source: self.source.to_owned(), errors: self.errors }
    }

    fn lines(&self, span: &Range<usize>) -> std::ops::RangeInclusive<usize> {
        lines(self.source, span)
    }
}

/// The lines that a span touches.
fn lines(source: &str, span: &Range<usize>) -> std::ops::RangeInclusive<usize> {
    position(source, span.start).0..=position(source, span.end).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let text = "a = 1\nü = é\r\nlast";
        assert_eq!(position(text, 0), (1, 1));
        assert_eq!(position(text, 6), (2, 1));
        assert_eq!(position(text, text.find('é').unwrap()), (2, 5));
        assert_eq!(position(text, text.len()), (3, 5));
        assert_eq!(position(text, 999), (3, 5));
    }

    #[test]
    fn a_part_is_underlined_only_when_it_is_unique() {
        let found = Findings::new("x = \"a{b}c{b}d{e}\"");
        assert_eq!(found.narrow(4..18, Some("{e}")), 14..17);
        assert_eq!(found.narrow(4..18, Some("{b}")), 4..18);
        assert_eq!(found.narrow(4..18, Some("absent")), 4..18);
        assert_eq!(found.narrow(4..18, None), 4..18);
    }

    #[test]
    fn impossible_spans_are_clamped() {
        let found = Findings::new("é");
        assert_eq!(found.clamp(1..99), 0..2);
        let reversed = Range { start: 2, end: 1 };
        assert_eq!(found.clamp(reversed), 2..2);
    }

    #[test]
    fn what_follows_from_a_syntax_error_is_not_reported() {
        let mut found = Findings::new("a = = 1\nb = 2\n");
        found.add_syntax(Some(4..5), Problem::plain("syntax", "h"));
        found.add(Some(0..1), Problem::plain("same line", "h"));
        found.add_missing(None, Problem::plain("missing", "h"));
        found.add(Some(8..9), Problem::plain("elsewhere", "h"));
        let messages: Vec<_> = found.into_errors("f").errors.into_iter().map(|error| error.message).collect();
        assert_eq!(messages, ["syntax", "elsewhere"]);
    }
}
