//! Typed access to the parsed file. Every value keeps its place in the text; a
//! value of the wrong type is reported and then treated as absent, so that
//! one mistake makes one error.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::errors::{Findings, Problem};
use super::keys;
use super::quantity;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

/// What a number stands for: its limits, and whose they are.
#[derive(Debug)]
pub(super) struct Limits {
    pub(super) range: RangeInclusive<i64>,
    pub(super) unit: &'static str,
    /// Why, with the address of the rule.
    pub(super) why: &'static str,
}

/// One entry of a list that has strings and tables.
pub(super) enum Entry<'a, 'i> {
    Text(At<String>),
    Table(Section<'a, 'i>),
}

/// One table of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Section<'a, 'i> {
    table: &'a DeTable<'i>,
    /// As the file writes it, e.g. `[function]`; empty for the top level.
    name: &'static str,
    span: Option<(usize, usize)>,
}

impl<'a, 'i> Section<'a, 'i> {
    /// The file itself.
    pub(super) fn top(table: &'a DeTable<'i>, found: &mut Findings<'_>) -> Self {
        let section = Self { table, name: "", span: None };
        section.refuse_unknown(keys::TOP, found);
        section
    }

    fn named(
        table: &'a DeTable<'i>,
        span: Range<usize>,
        name: &'static str,
        known: &[&str],
        found: &mut Findings<'_>,
    ) -> Self {
        let section = Self { table, name, span: Some((span.start, span.end)) };
        section.refuse_unknown(known, found);
        section
    }

    fn refuse_unknown(&self, known: &[&str], found: &mut Findings<'_>) {
        for (key, _) in self.table {
            let word: &str = key.get_ref();
            if known.contains(&word) {
                continue;
            }
            let place = if self.name.is_empty() { String::new() } else { format!(" in {}", self.name) };
            let help = match (keys::nearest(word, known), keys::home(word)) {
                (Some(meant), _) => format!("did you mean `{meant}`?"),
                (None, Some(home)) => format!("move it {home}"),
                (None, None) => "remove it".to_owned(),
            };
            let note = format!("known here: {}", known.join(", "));
            found.add(
                Some(key.span()),
                Problem::new(format!("unknown key {}{place}", quoted(word)), note, help),
            );
        }
    }

    /// Whether it has no other keys than these.
    pub(super) fn has_only(&self, known: &[&str]) -> bool {
        self.table.iter().all(|(key, _)| known.contains(&key.get_ref().as_ref()))
    }

    /// Where the table stands.
    pub(super) fn span(&self) -> Option<Range<usize>> {
        self.span.map(|(start, end)| start..end)
    }

    /// Whether the file has the key, with whatever value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    fn find(&self, key: &str) -> Option<&'a Spanned<DeValue<'i>>> {
        self.table.iter().find(|(candidate, _)| candidate.get_ref() == key).map(|(_, value)| value)
    }

    /// The value's place, for errors that are about more than one value.
    pub(super) fn span_of(&self, key: &str) -> Option<Range<usize>> {
        self.find(key).map(Spanned::span)
    }

    /// The string under a key, for a message about something else.
    pub(super) fn text_of(&self, key: &str) -> Option<&'a str> {
        self.find(key)?.get_ref().as_str()
    }

    pub(super) fn string(&self, key: &str, found: &mut Findings<'_>) -> Option<At<String>> {
        let value = self.find(key)?;
        string(value, key, found)
    }

    pub(super) fn boolean(&self, key: &str, found: &mut Findings<'_>) -> Option<bool> {
        let value = self.find(key)?;
        match value.get_ref() {
            DeValue::Boolean(boolean) => Some(*boolean),
            other => {
                let help = match other {
                    DeValue::String(text) if text == "true" || text == "false" => {
                        format!("remove the quotes: {key} = {text}")
                    }
                    _ => format!("write {key} = true or {key} = false"),
                };
                wrong_type(value, key, "true or false", help, found);
                None
            }
        }
    }

    pub(super) fn number(&self, key: &str, limits: &Limits, found: &mut Findings<'_>) -> Option<At<u32>> {
        self.number_or(key, limits, None, found)
    }

    /// A number; `word` is what may stand in its place.
    ///
    /// No hint ever proposes the least number: of days to keep data that would delete most of it.
    fn number_or(
        &self,
        key: &str,
        limits: &Limits,
        word: Option<&str>,
        found: &mut Findings<'_>,
    ) -> Option<At<u32>> {
        let value = self.find(key)?;
        let or_word = word.map(|word| format!(", or \"{word}\"")).unwrap_or_default();
        let (least, most) = (*limits.range.start(), *limits.range.end());
        let DeValue::Integer(integer) = value.get_ref() else {
            let text = value.get_ref().as_str();
            let meant = text.and_then(|text| quantity::meant(text, limits.unit));
            let help = match (text, word, meant) {
                (Some(text), Some(word), _) if quantity::means_never(text) => {
                    format!("did you mean \"{word}\"?")
                }
                (Some(text), _, Some(number)) if text.trim().parse() == Ok(number) => {
                    format!("remove the quotes: {key} = {number}")
                }
                (Some(_), _, Some(number)) if limits.range.contains(&number) => {
                    format!("write the number of {}: {key} = {number}", limits.unit)
                }
                _ => format!("write a whole number of {}{or_word}", limits.unit),
            };
            wrong_type(value, key, &format!("a whole number{or_word}"), help, found);
            return None;
        };
        let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let allowed =
            number.filter(|number| limits.range.contains(number)).and_then(|n| u32::try_from(n).ok());
        if allowed.is_none() {
            let help = match (most == i64::from(i32::MAX), number.is_some_and(|number| number < least)) {
                (true, true) => format!("it must be at least {least}{or_word}"),
                (true, false) => format!("it must be at most {most}{or_word}"),
                (false, _) => format!("use a value from {least} to {most}{or_word}"),
            };
            let message = format!("`{key}` cannot be {integer} {}", limits.unit);
            found.add(Some(value.span()), Problem::new(message, limits.why, help));
        }
        allowed.map(|number| At { value: number, span: value.span() })
    }

    /// A number of days, or `"never"`: `Some(None)`.
    pub(super) fn days_or_never(
        &self,
        key: &str,
        limits: &Limits,
        found: &mut Findings<'_>,
    ) -> Option<Option<u32>> {
        let value = self.find(key)?;
        if let DeValue::String(text) = value.get_ref()
            && text == "never"
        {
            return Some(None);
        }
        self.number_or(key, limits, Some("never"), found).map(|days| Some(days.value))
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(
        &self,
        key: &str,
        choices: &[(&'static str, T)],
        found: &mut Findings<'_>,
    ) -> Option<At<T>> {
        let text = self.string(key, found)?;
        chosen(key, text, choices, found)
    }

    /// A list of a few words; each is judged by itself. None when it is not there.
    pub(super) fn choices<T: Copy>(
        &self,
        key: &str,
        choices: &[(&'static str, T)],
        found: &mut Findings<'_>,
    ) -> Vec<T> {
        let words = self.strings(key, found).map(|at| at.value).unwrap_or_default();
        words.into_iter().filter_map(|word| Some(chosen(key, word, choices, found)?.value)).collect()
    }

    pub(super) fn strings(&self, key: &str, found: &mut Findings<'_>) -> Option<At<Vec<At<String>>>> {
        let value = self.find(key)?;
        let DeValue::Array(array) = value.get_ref() else {
            let help = match value.get_ref() {
                DeValue::String(text) => format!("put it into brackets: {key} = [{}]", toml_string(text)),
                _ => format!("write a list: {key} = [\"...\", \"...\"]"),
            };
            wrong_type(value, key, "a list of strings", help, found);
            return None;
        };
        let before = array.len();
        let strings: Vec<_> = array.iter().filter_map(|item| string(item, key, found)).collect();
        // A list with holes would be judged wrongly ("it is empty").
        (strings.len() == before).then(|| At { value: strings, span: value.span() })
    }

    /// A list in which each entry is a string, or a table of what one string cannot say.
    pub(super) fn entries(
        &self,
        key: &str,
        name: &'static str,
        known: &[&str],
        found: &mut Findings<'_>,
    ) -> Option<At<Vec<Entry<'a, 'i>>>> {
        let value = self.find(key)?;
        let DeValue::Array(array) = value.get_ref() else {
            let help = match value.get_ref() {
                DeValue::String(text) => format!("put it into brackets: {key} = [{}]", toml_string(text)),
                DeValue::Table(_) => format!("put it into brackets: {key} = [{{ ... }}]"),
                _ => format!("write a list: {key} = [\"...\"]"),
            };
            wrong_type(value, key, "a list", help, found);
            return None;
        };
        let before = array.len();
        let entries: Vec<_> = (array.iter())
            .filter_map(|item| match item.get_ref() {
                DeValue::Table(table) => {
                    Some(Entry::Table(Section::named(table, item.span(), name, known, found)))
                }
                _ => string(item, key, found).map(Entry::Text),
            })
            .collect();
        // A list with holes would be judged wrongly ("it is empty").
        (entries.len() == before).then(|| At { value: entries, span: value.span() })
    }

    /// A table whose keys the user chooses and whose values are strings: the
    /// places of the key and of the value.
    pub(super) fn free_table(&self, key: &str, found: &mut Findings<'_>) -> Vec<(At<String>, At<String>)> {
        let Some(value) = self.find(key) else { return Vec::new() };
        let DeValue::Table(table) = value.get_ref() else {
            let help = format!("write {key} = {{ NAME = \"value\" }}");
            wrong_type(value, key, "a table of strings", help, found);
            return Vec::new();
        };
        let mut entries: Vec<_> = (table.iter())
            .filter_map(|(name, value)| {
                let text = string(value, name.get_ref(), found)?;
                Some((At { value: name.get_ref().to_string(), span: name.span() }, text))
            })
            .collect();
        entries.sort_by_key(|(name, _)| name.span.start);
        entries
    }

    /// A table of this one.
    pub(super) fn table(
        &self,
        key: &str,
        name: &'static str,
        known: &[&str],
        found: &mut Findings<'_>,
    ) -> Option<Section<'a, 'i>> {
        let value = self.find(key)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(Section::named(table, value.span(), name, known, found)),
            other => {
                let help = match other {
                    DeValue::Array(array) if holds_tables(array) => {
                        format!("there is one only: write {name} with single brackets")
                    }
                    _ => format!("write a table: {name} on a line of its own, its keys below"),
                };
                wrong_type(value, key, "a table", help, found);
                None
            }
        }
    }

    /// The tables of an array of tables, `[[key]]`.
    pub(super) fn tables(
        &self,
        key: &str,
        name: &'static str,
        known: &[&str],
        found: &mut Findings<'_>,
    ) -> Vec<Section<'a, 'i>> {
        let Some(value) = self.find(key) else { return Vec::new() };
        let DeValue::Array(array) = value.get_ref() else {
            let help = format!("write {name} with double brackets, once for each");
            wrong_type(value, key, "a list of tables", help, found);
            return Vec::new();
        };
        (array.iter())
            .filter_map(|item| match item.get_ref() {
                DeValue::Table(table) => Some(Section::named(table, item.span(), name, known, found)),
                _ => {
                    let help = format!("write {name} on a line of its own, the keys below");
                    wrong_type(item, key, "a table", help, found);
                    None
                }
            })
            .collect()
    }
}

fn string(value: &Spanned<DeValue<'_>>, key: &str, found: &mut Findings<'_>) -> Option<At<String>> {
    if let DeValue::String(text) = value.get_ref() {
        return Some(At { value: text.to_string(), span: value.span() });
    }
    let help = match value.get_ref() {
        DeValue::Integer(number) => format!("put it into quotes: \"{number}\""),
        DeValue::Float(number) => format!("put it into quotes: \"{number}\""),
        DeValue::Boolean(boolean) => format!("put it into quotes: \"{boolean}\""),
        DeValue::Datetime(date) => format!("put it into quotes: \"{date}\""),
        DeValue::Array(_) => "write one string, without brackets".to_owned(),
        DeValue::String(_) | DeValue::Table(_) => "write one string, in quotes".to_owned(),
    };
    wrong_type(value, key, "a string", help, found);
    None
}

/// The one of `choices` that a word names.
fn chosen<T: Copy>(
    key: &str,
    text: At<String>,
    choices: &[(&'static str, T)],
    found: &mut Findings<'_>,
) -> Option<At<T>> {
    let chosen = choices.iter().find(|(word, _)| *word == text.value);
    if let Some((_, choice)) = chosen {
        return Some(At { value: *choice, span: text.span });
    }
    let words: Vec<&'static str> = choices.iter().map(|(word, _)| *word).collect();
    let known = words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
    let help = match keys::nearest(&text.value, &words) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None => format!("choose one: {known}"),
    };
    let message = format!("`{key}` cannot be {}", quoted(&text.value));
    found.add(Some(text.span), Problem::new(message, format!("possible: {known}"), help));
    None
}

fn wrong_type(value: &Spanned<DeValue<'_>>, key: &str, wanted: &str, help: String, found: &mut Findings<'_>) {
    let is = match value.get_ref() {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(array) if holds_tables(array) => "a list of tables",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    let message = format!("{} must be {wanted}, but is {is}", ticked(key));
    found.add(Some(value.span()), Problem::plain(message, help));
}

fn holds_tables(array: &DeArray<'_>) -> bool {
    array.iter().next().is_some_and(|item| matches!(item.get_ref(), DeValue::Table(_)))
}

/// A word of the file inside a message.
fn ticked(word: &str) -> String {
    format!("`{}`", word.escape_debug())
}

/// A value of the file inside a message; long ones are cut.
pub(super) fn quoted(value: &str) -> String {
    const LONGEST: usize = 60;
    if value.chars().count() <= LONGEST {
        return format!("{value:?}");
    }
    let start: String = value.chars().take(LONGEST).collect();
    format!("{start:?}... ({} characters)", value.chars().count())
}

fn toml_string(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
