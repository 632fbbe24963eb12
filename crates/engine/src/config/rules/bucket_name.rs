//! Bucket names: placeholders, and S3's grammar after they are filled in.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>

use std::net::Ipv4Addr;

use crate::config::errors::Problem;
use crate::config::keys;
use crate::config::reader::quoted;
use crate::stack::account_regional_suffix;

const RULES: &str = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html";
const PLACEHOLDERS: &[&str] = &["stack", "account", "region"];

/// Beginnings that S3 keeps for itself.
const RESERVED_PREFIXES: &[&str] = &["xn--", "sthree-", "amzn-s3-demo-"];
/// Endings that S3 keeps for access points and other kinds of buckets.
const RESERVED_SUFFIXES: &[&str] = &["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];
/// The ending of names in an account's own namespace.
const ACCOUNT_REGIONAL: &str = "-an";

/// Stands for an account that is not known yet: all have 12 digits.
const SOME_ACCOUNT: &str = "000000000000";
/// Stands for a region that is not known yet: none has a longer name.
const LONGEST_REGION: &str = "us-isof-south-1";

/// What is known of the values of placeholders when a file is checked.
#[derive(Debug, Clone, Copy)]
pub(in crate::config) struct Known<'a> {
    pub(in crate::config) stack: &'a str,
    pub(in crate::config) account: Option<&'a str>,
    pub(in crate::config) region: Option<&'a str>,
}

/// Fills in a bucket name of `config.toml`. Two names that differ in the file
/// can be equal afterwards; compare them.
#[must_use]
pub fn expand(template: &str, stack: &str, account: &str, region: &str) -> String {
    template.replace("{stack}", stack).replace("{account}", account).replace("{region}", region)
}

/// Everything that is wrong with a bucket name.
pub(in crate::config) fn check(template: &str, known: &Known<'_>) -> Vec<Problem> {
    let mut problems = placeholders(template);
    if !problems.is_empty() {
        return problems;
    }
    let account = known.account.unwrap_or(SOME_ACCOUNT);
    let name = expand(template, known.stack, account, known.region.unwrap_or(LONGEST_REGION));
    length(template, &name, known, &mut problems);
    characters(&name, &mut problems);
    reserved(&name, &mut problems);
    let suffix = account_regional_suffix(account, known.region.unwrap_or(LONGEST_REGION));
    if name.ends_with(ACCOUNT_REGIONAL) && !name.ends_with(&suffix) {
        problems.push(not_account_regional(template, &name, &suffix, known));
    }
    problems
}

/// S3 keeps the ending for names that say whose they are and where.
fn not_account_regional(template: &str, name: &str, suffix: &str, known: &Known<'_>) -> Problem {
    const HELP: &str = "end it with \"-{account}-{region}-an\", or choose another ending";
    let help = match (template.contains("{account}"), template.contains("{region}")) {
        (false, _) if known.account.is_none() => {
            format!("{HELP}; an account that is written out needs account = \"...\" at the top")
        }
        (_, false) if known.region.is_none() => {
            format!("{HELP}; a region that is written out needs region = \"...\" at the top")
        }
        _ => HELP.to_owned(),
    };
    let note = format!(
        "a name that ends so is in the namespace of one account and region, where nobody else can take it, and here \
         that needs the ending {suffix:?}: {RULES}"
    );
    Problem::new(format!("{name:?} ends with {ACCOUNT_REGIONAL:?} only"), note, help)
        .underlining(ACCOUNT_REGIONAL)
}

/// A name that the file does not give, and whose only part of the user's is the stack's name.
pub(in crate::config) fn check_default(template: &str, known: &Known<'_>) -> Option<Problem> {
    let problem = check(template, known).into_iter().next()?;
    Some(Problem {
        message: format!(
            "the buckets of the stack {} cannot have the names they are given: {}",
            quoted(known.stack),
            problem.message
        ),
        help:
            "give the stack another name, or [source] and [destination] a `bucket` that begins in another way"
                .to_owned(),
        ..problem
    })
}

/// Both buckets by the same name: the function would be started by what it
/// wrote itself, for ever.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html>
pub(in crate::config) fn check_distinct(
    source: &str,
    destination: &str,
    known: &Known<'_>,
) -> Option<Problem> {
    // What is not known stays as it is written, and equals only itself.
    let fill = |template| {
        expand(
            template,
            known.stack,
            known.account.unwrap_or("{account}"),
            known.region.unwrap_or("{region}"),
        )
    };
    let name = fill(source);
    (name == fill(destination)).then(|| {
        Problem::new(
            format!("[source] and [destination] are the same bucket, {}", quoted(&name)),
            "the function would be started by every picture it writes, in an endless and costly loop, and \
             raw and clean pictures could not be told apart: https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html",
            "give [destination] a bucket of its own, e.g. bucket = \"{stack}-clean-{account}\"",
        )
    })
}

/// `--stack` makes a copy of the stack: its buckets must have other names.
pub(in crate::config) fn check_follows_stack(template: &str, file: &str, asked: &str) -> Option<Problem> {
    if template.contains("{stack}") {
        return None;
    }
    let help = match template.strip_prefix(file) {
        Some(rest) => format!("write bucket = \"{{stack}}{rest}\""),
        None => format!("write bucket = \"{{stack}}-{template}\""),
    };
    Some(Problem::new(
        format!("with `--stack {asked}` this bucket would be shared with the stack {}", quoted(file)),
        "a bucket belongs to one stack; the name does not depend on the stack because it has no {stack} in it",
        help,
    ))
}

fn placeholders(template: &str) -> Vec<Problem> {
    const NOTE: &str = "possible: {stack}, {account}, {region}";
    let mut problems = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let from_brace = &rest[at..];
        let end = from_brace.find('}').filter(|_| from_brace.starts_with('{'));
        let Some(end) = end else {
            let help = "write placeholders as {stack}; braces stand for nothing else";
            let message = format!("a single `{}` in a bucket name", &from_brace[..1]);
            problems.push(Problem::new(message, NOTE, help).underlining(&from_brace[..1]));
            break;
        };
        let (whole, word) = (&from_brace[..=end], &from_brace[1..end]);
        if !PLACEHOLDERS.contains(&word) {
            let help = match keys::nearest(word, PLACEHOLDERS) {
                Some(meant) => format!("did you mean {{{meant}}}?"),
                None => "use one of those, or write the name out".to_owned(),
            };
            let message = format!("unknown placeholder {} in a bucket name", whole.escape_debug());
            problems.push(Problem::new(message, NOTE, help).underlining(whole));
        }
        rest = &from_brace[end + 1..];
    }
    problems
}

fn length(template: &str, name: &str, known: &Known<'_>, problems: &mut Vec<Problem>) {
    let length = name.chars().count();
    if (3..=63).contains(&length) {
        return;
    }
    let assumed = template.contains("{region}") && known.region.is_none();
    let help = match (length < 3, assumed) {
        (true, _) => "write a longer one, e.g. \"{stack}-uploads-{account}\"".to_owned(),
        (false, true) => format!(
            "make it {} shorter, or say which region is meant: region = \"eu-central-1\" at the top",
            length - 63
        ),
        (false, false) => format!("make it {} shorter", length - 63),
    };
    let filled = match (name == template, assumed) {
        (true, _) => String::new(),
        (false, false) => format!(" when filled in: {name}"),
        (false, true) => format!(" when filled in, in the region with the longest name: {name}"),
    };
    let plural = if length == 1 { "" } else { "s" };
    let message = format!("the bucket name has {length} character{plural}{filled}");
    problems.push(Problem::new(message, format!("a bucket name has 3 to 63 characters: {RULES}"), help));
}

fn characters(name: &str, problems: &mut Vec<Problem>) {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    if let Some(c) = name.chars().find(|c| !allowed(*c)) {
        let valid: String = name.to_lowercase().replace(['_', ' '], "-");
        let help = if valid.chars().all(allowed) {
            format!("for example {valid:?}")
        } else {
            "remove it".to_owned()
        };
        problems.push(
            Problem::new(
                format!("{c:?} cannot be in a bucket name"),
                format!("bucket names are made of a-z, 0-9 and hyphens: {RULES}"),
                help,
            )
            .underlining(c.to_string()),
        );
    } else if name.parse::<Ipv4Addr>().is_ok() {
        let note = format!("a bucket name must not look like an IP address: {RULES}");
        problems.push(Problem::new(format!("{name:?} is an IP address"), note, "choose a name with letters"));
    } else if name.contains('.') && !name.ends_with(".mrap") {
        problems.push(
            Problem::new(
                "a bucket name with a dot",
                format!(
                    "S3 allows dots, but its TLS certificate *.s3.amazonaws.com covers one label only, so HTTPS to \
                     the bucket fails; and this stack allows nothing but HTTPS: {RULES}"
                ),
                format!("use hyphens: {:?}", name.replace("..", ".").replace('.', "-")),
            )
            .underlining("."),
        );
    }
    if name.starts_with('-') || name.ends_with('-') {
        let note = format!("a bucket name begins and ends with a letter or digit: {RULES}");
        let help = format!("write it without: {:?}", name.trim_matches('-'));
        problems.push(Problem::new("a bucket name with a hyphen at its end", note, help));
    }
}

fn reserved(name: &str, problems: &mut Vec<Problem>) {
    if let Some(prefix) = RESERVED_PREFIXES.iter().find(|prefix| name.starts_with(**prefix)) {
        let note = format!("S3 keeps names that begin so for itself: {RULES}");
        let problem = Problem::new(
            format!("a bucket name cannot begin with {prefix:?}"),
            note,
            "choose another beginning",
        );
        problems.push(problem.underlining(*prefix));
    }
    if let Some(suffix) = RESERVED_SUFFIXES.iter().find(|suffix| name.ends_with(**suffix)) {
        let note =
            format!("S3 keeps names that end so for access points and other kinds of buckets: {RULES}");
        let problem =
            Problem::new(format!("a bucket name cannot end with {suffix:?}"), note, "choose another ending");
        problems.push(problem.underlining(*suffix));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: Known<'_> = Known { stack: "photos", account: None, region: None };

    #[test]
    fn names_that_s3_takes() {
        let longest = "a".repeat(63);
        for good in [
            "abc",
            "123",
            "{stack}-uploads-{account}",
            "{stack}-{account}-{region}",
            "{stack}-in-{account}-{region}-an",
            "{region}{stack}{account}",
            "a--b",
            longest.as_str(),
        ] {
            assert_eq!(check(good, &KNOWN), [], "{good}");
        }
    }

    #[test]
    fn names_that_s3_refuses_and_how_we_say_it() {
        let too_long = "a".repeat(64);
        for (bad, says) in [
            ("", "has 0 characters"),
            ("ab", "has 2 characters"),
            (too_long.as_str(), "has 64 characters"),
            ("Photos-raw", "'P' cannot be in"),
            ("photos_raw", "'_' cannot be in"),
            ("photos raw", "' ' cannot be in"),
            ("fotós", "'ó' cannot be in"),
            ("192.168.5.4", "is an IP address"),
            ("photos.raw", "with a dot"),
            ("photos..raw", "with a dot"),
            ("-photos", "hyphen at its end"),
            ("photos-", "hyphen at its end"),
            ("xn--photos", "cannot begin with \"xn--\""),
            ("sthree-photos", "cannot begin with \"sthree-\""),
            ("amzn-s3-demo-photos", "cannot begin with \"amzn-s3-demo-\""),
            ("photos-s3alias", "cannot end with \"-s3alias\""),
            ("photos--ol-s3", "cannot end with \"--ol-s3\""),
            ("photos.mrap", "cannot end with \".mrap\""),
            ("photos--x-s3", "cannot end with \"--x-s3\""),
            ("photos--table-s3", "cannot end with \"--table-s3\""),
            ("photos-123456789012-eu-central-1-an", "ends with \"-an\" only"),
            ("{stack}-{account}-an", "ends with \"-an\" only"),
            ("{stack}-{region}-{account}-an", "ends with \"-an\" only"),
            ("{stack}-{acount}", "unknown placeholder {acount}"),
            ("{stack}-{}", "unknown placeholder {}"),
            ("{stack", "a single `{`"),
            ("stack}", "a single `}`"),
        ] {
            let problems = check(bad, &KNOWN);
            assert_eq!(problems.len(), 1, "{bad}: {problems:?}");
            assert!(problems[0].message.contains(says), "{bad}: {}", problems[0].message);
        }
    }

    #[test]
    fn names_of_the_accounts_own_namespace_say_whose_and_where() {
        let full = Known { account: Some("123456789012"), region: Some("eu-west-1"), ..KNOWN };
        for good in ["a-123456789012-eu-west-1-an", "{stack}-123456789012-{region}-an"] {
            assert_eq!(check(good, &full), [], "{good}");
        }
        for bad in ["a-123456789013-eu-west-1-an", "a-{account}-eu-west-2-an", "human"] {
            assert_eq!(check(bad, &full).len(), usize::from(bad != "human"), "{bad}");
        }
        let unknown = &check("a-123456789012-{region}-an", &KNOWN)[0];
        assert!(unknown.help.contains("needs account = "), "{}", unknown.help);
    }

    #[test]
    fn several_mistakes_in_one_name_are_several_problems() {
        assert_eq!(check("{stak}-{acount}", &KNOWN).len(), 2);
        assert_eq!(check("sthree-UPPER-", &KNOWN).len(), 3);
    }

    #[test]
    fn lengths_are_judged_after_expansion() {
        // 63 in the longest region; 62 of it fixed would be too much.
        let template = format!("{}{{region}}", "a".repeat(63 - LONGEST_REGION.len()));
        assert_eq!(check(&template, &KNOWN), []);
        let longer = format!("a{template}");
        assert!(check(&longer, &KNOWN)[0].help.contains("say which region"));
        assert_eq!(check(&longer, &Known { region: Some("eu-west-1"), ..KNOWN }), []);
        let account = format!("{}{{account}}", "a".repeat(51));
        assert_eq!(check(&account, &KNOWN), []);
        assert!(check(&format!("a{account}"), &KNOWN)[0].message.contains("64 characters"));
    }

    #[test]
    fn the_two_buckets_are_never_one() {
        let full = Known { account: Some("123456789012"), region: Some("eu-west-1"), ..KNOWN };
        for (source, destination, known, same) in [
            ("a-b", "a-b", KNOWN, true),
            ("photos-raw", "{stack}-raw", KNOWN, true),
            ("{stack}-{account}", "photos-{account}", KNOWN, true),
            ("{stack}-123456789012", "{stack}-{account}", full, true),
            ("p-eu-west-1", "p-{region}", full, true),
            // The stand-in for an unknown account is not an account.
            ("{stack}-000000000000", "{stack}-{account}", KNOWN, false),
            ("{stack}-a", "{stack}-b", full, false),
        ] {
            assert_eq!(check_distinct(source, destination, &known).is_some(), same, "{source} {destination}");
        }
    }

    #[test]
    fn another_stack_needs_other_buckets() {
        assert_eq!(check_follows_stack("{stack}-raw", "photos", "test"), None);
        let problem = check_follows_stack("photos-raw", "photos", "test").unwrap();
        assert!(problem.help.contains("\"{stack}-raw\""), "{}", problem.help);
    }
}
