//! Entries as people read them. The default has 33, one for each suffix in each case: one line says it.

use super::Entry;

/// More than so many suffixes become one line.
const LINES: usize = 4;

/// Suffixes in a few words: each of a few, else how many there are and each once, whatever its case.
///
/// `11 suffixes in 3 cases: .avif .gif ...`
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
    match cases.first() {
        Some(&(_, many @ 2..)) if cases.iter().all(|(_, count)| *count == many) => {
            let each: Vec<&str> = cases.iter().map(|(suffix, _)| suffix.as_str()).collect();
            format!("{} suffixes in {many} cases: {}", each.len(), each.join(" "))
        }
        _ => format!("{} suffixes: {}", suffixes.len(), suffixes.join(" ")),
    }
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
    let is_alike = |left: &Entry, right: &Entry| {
        (&left.function, &left.events, &left.prefix) == (&right.function, &right.events, &right.prefix)
    };
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
        assert_eq!(suffix_words(three[..5].to_vec()), "5 suffixes: .jpg .png .JPG .PNG .Jpg");
        assert_eq!(suffix_words([".a", ".b", ".c", ".d", ".e"]), "5 suffixes: .a .b .c .d .e");
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
                "in/*, 5 suffixes: .a .A .b .B .c, on s3:ObjectCreated:*, starts f",
                "in/*.C on s3:ObjectCreated:* starts g",
            ]
        );
        assert_eq!(key_lines(&entries), ["in/*, 5 suffixes: .a .A .b .B .c", "in/*.C"]);
        entries[5] = entry(".C", "f");
        assert_eq!(key_lines(&entries), ["in/*, 3 suffixes in 2 cases: .a .b .c"]);
        assert_eq!(key_lines(&entries[..2]), ["in/*.a", "in/*.A"]);
    }
}
