//! The page that `verify --html` writes: one file that asks nobody for anything, for who wants to see the proof.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sanitizer::facts::Facts;
use sanitizer::{Format, Rights};

use super::escape::escaped;
use super::judge::{Check, Shown, Verdict};
use crate::json::Verified;
use crate::pictures::inspect_bytes;
use crate::report::all_but;

/// The look of the local page, and what is laid out otherwise here.
const STYLE: [&str; 3] = [
    include_str!("../page/assets/page.css"),
    include_str!("../page/assets/card.css"),
    include_str!("assets/report.css"),
];
/// The map of the local page: modules there, one script here.
const SCRIPT: [&str; 4] = [
    include_str!("../page/assets/world.js"),
    include_str!("../page/assets/dom.js"),
    include_str!("../page/assets/map.js"),
    include_str!("assets/report.js"),
];
/// Not even this file itself may ask for anything.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
    base-uri 'none'; form-action 'none'";

/// What the page is about.
pub(crate) struct Proof<'a> {
    /// The stack, its account and region, in words.
    pub(crate) of: String,
    /// When it was made, in RFC 3339.
    pub(crate) at: String,
    /// What was checked.
    pub(crate) checks: &'a [Check],
    /// The sums.
    pub(crate) sums: &'a Verified,
}

impl Proof<'_> {
    /// The whole file.
    pub(crate) fn html(&self) -> String {
        let (pictures, others): (Vec<&Check>, Vec<&Check>) =
            self.checks.iter().partition(|check| check.shown.is_some());
        let mut body =
            format!("<main>\n<h1>{}</h1>\n<p class=\"quiet\">{}</p>\n", self.verdict(), escaped(&self.of));
        let _ = writeln!(body, "<p class=\"quiet\">{}</p>", escaped(&self.at));
        body += &self.times();
        body += "<h2>Who may do what</h2>\n";
        body += &table(&others);
        body += "<h2>Pictures that were sent, and what came out</h2>\n";
        for check in pictures {
            body += &card(check);
        }
        body += "</main>\n";
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{}</title>\n<style>\n{}</style>\n</head>\n<body class=\"report\">\n{body}<script>\n{}</script>\n\
             </body>\n</html>\n",
            escaped(&self.of),
            STYLE.concat(),
            SCRIPT.map(as_script).concat(),
        )
    }

    fn verdict(&self) -> String {
        match self.sums.failed {
            0 if self.sums.untried > 0 => all_but(self.sums),
            0 => format!("All {} checks are as they should be", self.sums.checks),
            failed => format!("{failed} of {} checks failed", self.sums.checks),
        }
    }

    fn times(&self) -> String {
        let (Some(median), Some(p95), Some(max)) = (self.sums.median_ms, self.sums.p95_ms, self.sums.max_ms)
        else {
            return String::new();
        };
        format!(
            "<p>From upload to clean copy: median {median} ms, 95 of 100 within {p95} ms, at most {max} ms.</p>\n"
        )
    }
}

/// A module as a script of the page: what it imports stands above it.
fn as_script(module: &str) -> String {
    let lines = module.lines().filter(|line| !line.starts_with("import "));
    lines.map(|line| format!("{}\n", line.strip_prefix("export ").unwrap_or(line))).collect()
}

fn table(checks: &[&Check]) -> String {
    let mut table = String::from("<table>\n");
    for check in checks {
        let (class, word, found) = verdict(check);
        let _ = writeln!(
            table,
            "<tr><th scope=\"row\">{}</th><td class=\"{class}\">{word}</td><td>{}</td></tr>",
            escaped(&check.what),
            escaped(found)
        );
    }
    table + "</table>\n"
}

fn verdict(check: &Check) -> (&'static str, &'static str, &str) {
    match &check.verdict {
        Verdict::Right(found) => ("good", "ok", found),
        Verdict::Wrong(found) => ("bad", "WRONG", found),
        Verdict::Untried(found) => ("quiet", "?", found),
    }
}

/// A picture: before, after, what it revealed and what is left.
fn card(check: &Check) -> String {
    let Some(shown) = &check.shown else { return String::new() };
    let (class, word, found) = verdict(check);
    let took = check.elapsed_ms.map(|ms| format!(" in {ms} ms")).unwrap_or_default();
    let mut card = format!(
        "<section class=\"proof\">\n<h3>{}</h3>\n<p><code>{}</code></p>\n<p class=\"{class}\">{word}: {}{took}</p>\n\
         <div class=\"pair\">\n",
        escaped(&check.what),
        escaped(&shown.key),
        escaped(found)
    );
    let before = facts(&shown.before);
    card += &half("Before", shown, Some(&shown.before), "revealed", &before);
    let after = shown.after.as_deref().map(facts).unwrap_or_default();
    card += &half("After", shown, shown.after.as_deref(), "left", &after);
    card += "</div>\n";
    if let Some(position) = before.positions.first() {
        let _ = writeln!(
            card,
            "<div data-latitude=\"{}\" data-longitude=\"{}\"></div>",
            position.latitude, position.longitude
        );
    }
    card + "</section>\n"
}

/// What a picture, or what is none, tells.
fn facts(bytes: &[u8]) -> Facts {
    match inspect_bytes(bytes.to_vec().into(), Rights::default()) {
        Ok(report) => report.facts.unwrap_or_default(),
        Err(unreadable) => unreadable.facts,
    }
}

fn half(title: &str, shown: &Shown, picture: Option<&[u8]>, word: &str, facts: &Facts) -> String {
    let mut half = format!("<div>\n<h4>{title}</h4>\n");
    match picture {
        None => half += "<p class=\"quiet\">nothing was published</p>\n",
        // What is no picture has none to show.
        Some(bytes) if Format::detect(bytes).is_ok() => {
            let _ = writeln!(
                half,
                "<img alt=\"{title}: {}\" src=\"data:{};base64,{}\">\n<p class=\"quiet\">{} bytes</p>",
                escaped(&shown.key),
                shown.content_type,
                STANDARD.encode(bytes),
                bytes.len()
            );
        }
        Some(bytes) => {
            let _ = writeln!(half, "<p class=\"quiet\">{} bytes, no picture</p>", bytes.len());
        }
    }
    let positions =
        facts.positions.iter().map(|one| (format!("{:.5}, {:.5}", one.latitude, one.longitude), one.source));
    let items = facts.items.iter().map(|fact| (fact.value.clone(), fact.source));
    let told: Vec<String> = (positions.chain(items))
        .map(|(value, source)| format!("<li>{} <span class=\"quiet\">{source}</span></li>", escaped(&value)))
        .collect();
    if picture.is_some() {
        half += &match told.is_empty() {
            true => format!("<p class=\"good\">nothing {word}</p>\n"),
            false => format!("<p>{word}:</p>\n<ul>{}</ul>\n", told.concat()),
        };
    }
    half + "</div>\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::canaries;
    use engine::config::TriggerConfig;

    fn page(key: &str, failed: usize) -> String {
        let suffixes = vec![".jpg".to_owned()];
        let trigger = TriggerConfig { prefix: String::new(), suffixes, mirror_deletes: false };
        let canary = canaries(&trigger, "").swap_remove(0);
        let after = sanitizer::sanitize(canary.content.clone(), &sanitizer::Options::default()).unwrap();
        let checks = [
            Check {
                what: "user-a".to_owned(),
                verdict: Verdict::Right("may write".to_owned()),
                elapsed_ms: None,
                shown: None,
            },
            Check {
                what: canary.what.clone(),
                verdict: Verdict::Right("clean".to_owned()),
                elapsed_ms: Some(420),
                shown: Some(Shown {
                    key: key.to_owned(),
                    content_type: canary.content_type,
                    before: canary.content.to_vec(),
                    after: Some(after.into_bytes().to_vec()),
                }),
            },
        ];
        let sums = Verified { checks: 2, failed, ..Verified::default() };
        let at = "2026-11-27T00:00:00Z".to_owned();
        Proof { of: "stack photos".to_owned(), at, checks: &checks, sums: &sums }.html()
    }

    #[test]
    fn it_shows_what_was_revealed_and_asks_nobody() {
        let page = page("a.jpg", 0);
        assert!(page.contains("nothing left") && page.contains("revealed:"), "{page:.4000}");
        assert!(page.contains("All 2 checks are as they should be"));
        assert_eq!(page.matches("src=\"data:image/jpeg;base64,").count(), 2);
        assert!(page.contains("data-latitude=\"41."));
        // The namespace of SVG is a name.
        let urls: Vec<&str> = page.match_indices("http").map(|(at, _)| &page[at..at + 12]).collect();
        assert!(
            urls.iter().all(|url| url.starts_with("http://www.w") || url.starts_with("http-equiv")),
            "{urls:?}"
        );
        assert!(!page.contains("\nimport ") && !page.contains("\nexport "));
    }

    #[test]
    fn what_strangers_name_is_text() {
        let page = page("<script>alert(1)</script>\u{1b}\"'.jpg", 1);
        assert!(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert(1)"), "{page:.300}");
        assert!(page.contains("1 of 2 checks failed"));
    }
}
