//! Entries as people read them. The default has 33, one for each suffix in each case: one line says it.

use super::Entry;

/// More than so many suffixes become one line.
const LINES: usize = 4;

/// Suffixes in a few words: each of a few, else how many there are and each once, whatever its case.
///
/// `11 suffixes in 3 cases: .avif .gif ...; .tif`
#[must_use]
pub fn suffix_words<'a>(suffixes: impl IntoIterator<Item = &'a str>) -> String {
    let suffixes: Vec<&str> = suffixes.into_iter().collect();
    if suffixes.len() <= LINES {
        return suffixes.join(" ");
    }
    // In the order in which they come, each with its number of cases.
    let mut cases: Vec<(String, usize)> = Vec::new();
    for suffix in &suffixes {
        let folded = suffix.to_ascii_lowercase();
        match cases.iter_mut().find(|(known, _)| *known == folded) {
            Some((_, count)) => *count += 1,
            None => cases.push((folded, 1)),
        }
    }
    // Most come in as many cases; what does not is named as it is.
    let many = cases.iter().map(|(_, count)| *count).max().unwrap_or(1);
    let (full, odd): (Vec<_>, Vec<_>) = cases.iter().partition(|(_, count)| *count == many);
    if many == 1 || full.len() < odd.len() {
        return format!("{} suffixes: {}", suffixes.len(), suffixes.join(" "));
    }
    let each: Vec<&str> = full.iter().map(|(suffix, _)| suffix.as_str()).collect();
    let s = if each.len() == 1 { "" } else { "es" };
    let mut text = format!("{} suffix{s} in {many} cases: {}", each.len(), each.join(" "));
    let is_odd = |suffix: &&&str| odd.iter().any(|(folded, _)| suffix.eq_ignore_ascii_case(folded));
    let rest: Vec<&str> = suffixes.iter().filter(is_odd).copied().collect();
    if !rest.is_empty() {
        text += &format!("; {}", rest.join(" "));
    }
    text
}

/// What differs between two sets of entries, in lines of `name: value`, before and after. Only for sets that have one
/// prefix, one function and the same events each, as ours have.
pub(super) fn differing_lines(from: &[Entry], to: &[Entry]) -> Option<(Vec<String>, Vec<String>)> {
    let (old, new) = (uniform(from)?, uniform(to)?);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut compare = |name: &str, old: String, new: String| {
        if old != new {
            before.extend((!old.is_empty()).then(|| format!("{name}: {old}")));
            after.extend((!new.is_empty()).then(|| format!("{name}: {new}")));
        }
    };
    let prefix = |entry: &Entry| match entry.prefix.as_str() {
        "" => "none".to_owned(),
        prefix => prefix.to_owned(),
    };
    compare("prefix", prefix(old), prefix(new));
    compare("events", old.events.join(" "), new.events.join(" "));
    let name = |entry: &Entry| entry.function.rsplit(':').next().unwrap_or_default().to_owned();
    match name(old) == name(new) {
        true => compare("starts", old.function.clone(), new.function.clone()),
        false => compare("starts", name(old), name(new)),
    }
    let without = |these: &[Entry], those: &[Entry]| {
        let is_missing = |entry: &&Entry| !those.iter().any(|other| other.suffix == entry.suffix);
        suffix_words(these.iter().filter(is_missing).map(|entry| entry.suffix.as_str()))
    };
    let (gone, come) = (without(from, to), without(to, from));
    before.extend((!gone.is_empty()).then(|| format!("suffixes {gone}")));
    after.extend((!come.is_empty()).then(|| format!("suffixes {come}")));
    (!before.is_empty() || !after.is_empty()).then_some((before, after))
}

fn uniform(entries: &[Entry]) -> Option<&Entry> {
    let first = entries.first()?;
    entries.iter().all(|entry| is_alike(first, entry)).then_some(first)
}

/// Whether they differ in nothing but their suffix.
fn is_alike(left: &Entry, right: &Entry) -> bool {
    (&left.function, &left.events, &left.prefix) == (&right.function, &right.events, &right.prefix)
}

/// Entries in lines: those that differ in nothing but their suffix are told together when there are many.
pub(super) fn entry_lines(entries: &[Entry]) -> Vec<String> {
    lines(entries, |group| match group {
        [one] => one.to_string(),
        [first, ..] => {
            let keys = keys(first, group);
            let function = first.function.rsplit(':').next().unwrap_or_default();
            format!("{keys}, on {}, starts {function}", first.events.join(" "))
        }
        [] => String::new(),
    })
}

/// Which keys they are for, in lines.
#[must_use]
pub fn key_lines(entries: &[Entry]) -> Vec<String> {
    lines(entries, |group| match group {
        [one] => format!("{}*{}", one.prefix, one.suffix),
        [first, ..] => keys(first, group),
        [] => String::new(),
    })
}

fn keys(first: &Entry, group: &[Entry]) -> String {
    let suffixes = suffix_words(group.iter().map(|entry| entry.suffix.as_str()));
    if first.prefix.is_empty() { suffixes } else { format!("{}*, {suffixes}", first.prefix) }
}

fn lines(entries: &[Entry], line: impl Fn(&[Entry]) -> String) -> Vec<String> {
    let mut groups: Vec<Vec<Entry>> = Vec::new();
    for entry in entries {
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| is_alike(first, entry))) {
            Some(group) => group.push(entry.clone()),
            None => groups.push(vec![entry.clone()]),
        }
    }
    let of_group = |group: &Vec<Entry>| match group.len() {
        0..=LINES => group.chunks(1).map(&line).collect(),
        _ => vec![line(group)],
    };
    groups.iter().flat_map(of_group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_are_named_and_many_are_counted() {
        assert_eq!(suffix_words([".jpg", ".JPG", ".png"]), ".jpg .JPG .png");
        let three = [".jpg", ".png", ".JPG", ".PNG", ".Jpg", ".Png"];
        assert_eq!(suffix_words(three), "2 suffixes in 3 cases: .jpg .png");
        assert_eq!(suffix_words(three[..5].to_vec()), "1 suffix in 3 cases: .jpg; .png .PNG");
        assert_eq!(suffix_words([".a", ".b", ".c", ".d", ".e"]), "5 suffixes: .a .b .c .d .e");
    }

    #[test]
    fn of_two_sets_only_what_differs_is_told() {
        let entry = |prefix: &str, suffix: &str| Entry {
            id: suffix.to_owned(),
            function: "arn:aws:lambda:eu-west-1:1:function:f".to_owned(),
            events: vec!["s3:ObjectCreated:*".to_owned()],
            prefix: prefix.to_owned(),
            suffix: suffix.to_owned(),
        };
        let from = [entry("", ".jpg"), entry("", ".png")];
        let to = [entry("in/", ".jpg"), entry("in/", ".tif")];
        let lines = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            differing_lines(&from, &to),
            Some((lines(&["prefix: none", "suffixes .png"]), lines(&["prefix: in/", "suffixes .tif"])))
        );
        assert_eq!(differing_lines(&from[..1], &from), Some((Vec::new(), lines(&["suffixes .png"]))));
        assert_eq!(differing_lines(&from, &from), None, "ids alone are no words");
        assert_eq!(differing_lines(&[from[0].clone(), to[0].clone()], &from), None);
    }

    #[test]
    fn what_differs_is_told_apart() {
        let entry = |suffix: &str, function: &str| Entry {
            id: suffix.to_owned(),
            function: format!("arn:aws:lambda:eu-west-1:1:function:{function}"),
            events: vec!["s3:ObjectCreated:*".to_owned()],
            prefix: "in/".to_owned(),
            suffix: suffix.to_owned(),
        };
        let mut entries: Vec<Entry> = [".a", ".A", ".b", ".B", ".c"].map(|suffix| entry(suffix, "f")).into();
        entries.push(entry(".C", "g"));
        assert_eq!(
            entry_lines(&entries),
            [
                "in/*, 2 suffixes in 2 cases: .a .b; .c, on s3:ObjectCreated:*, starts f",
                "in/*.C on s3:ObjectCreated:* starts g",
            ]
        );
        assert_eq!(key_lines(&entries), ["in/*, 2 suffixes in 2 cases: .a .b; .c", "in/*.C"]);
        entries[5] = entry(".C", "f");
        assert_eq!(key_lines(&entries), ["in/*, 3 suffixes in 2 cases: .a .b .c"]);
        assert_eq!(key_lines(&entries[..2]), ["in/*.a", "in/*.A"]);
    }
}
