//! How wrong configurations look to the one who wrote them, and that no text
//! at all makes the reader panic or lose an error.

use std::fs;

use super::config_errors_text;
use crate::json::Failed;
use engine::config::{ConfigErrors, Overrides, load, parse};
use proptest::prelude::*;

const SHIPPED: &str = include_str!("../../../../config.toml");

fn errors(text: &str) -> ConfigErrors {
    parse(text, "config.toml", &Overrides::default()).expect_err("the configuration is wrong")
}

fn rendered(text: &str) -> String {
    config_errors_text(&errors(text), false)
}

/// The name of the calling test is in the snapshot's, so the source need not be.
macro_rules! assert_shown {
    ($shown:expr) => {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!($shown) })
    };
}

fn config_errors_json(errors: &ConfigErrors) -> serde_json::Value {
    let failed = Failed::new(String::new(), 3, None).with_config(errors);
    serde_json::to_value(failed).unwrap()["error"]["errors"].take()
}

#[test]
fn syntax_errors() {
    assert_shown!(rendered(
        "stack = photos\n\n[function]\nmemory = \ntimeout = 60\ntimeout = 61\narchitecture = \"x86_64\n[trigger\n"
    ));
}

#[test]
fn unknown_keys() {
    assert_shown!(rendered(
        "stack = \"photos\"\nmemory = 1024\n\n[function]\nmemroy = 1024\nregion = \"eu-central-1\"\nvpc = \"none\"\n\n\
         [[user]]\nname = \"a\"\n"
    ));
}

#[test]
fn wrong_types() {
    assert_shown!(rendered(
        "stack = 7\naccount = 123456789012\nsource = \"photos-raw\"\n\n[destination]\nversioning = \"true\"\n\n\
         [function]\nmemory = \"1024\"\ntimeout = 1.5\nenvironment = { PORT = 80 }\n\n[trigger]\nsuffixes = \".jpg\"\n\n\
         [users]\nname = \"user-a\"\n"
    ));
}

#[test]
fn many_errors_at_once() {
    assert_shown!(rendered(
        "stack = \"Photos\"\nregion = \"eu-central-1a\"\naccount = \"1234-5678-9012\"\n\
         permissions_boundary = \"boundary\"\n\n[tags]\n\"aws:team\" = \"media\"\nCost = \"50%\"\ncost = \"x\"\n\n\
         [source]\nbucket = \"{stack}-{acount}\"\nversioning = false\nnoncurrent_days = 30\nkms_key = \"alias/photos\"\n\
         expire_days = 0\n\n[destination]\nbucket = \"photos.clean\"\nencryption = \"aws:kms\"\n\n\
         [function]\nmemory = 64\ntimeout = 901\narchitecture = \"amd64\"\nlog_retention_days = 31\n\
         reserved_concurrency = 0\norientation = \"uprigth\"\n\
         environment = { AWS_REGION = \"x\", SOURCE_BUCKET = \"y\" }\n\n\
         [trigger]\nprefix = \"/incoming/\"\nsuffixes = [\".jpg\", \"jpeg\", \"*.png\", \"-raw.jpg\", \".jpg\", \"\"]\n\n\
         [[users]]\nname = \"ann lee\"\nbucket = \"sorce\"\naccess = \"admin\"\n\n\
         [[users]]\nname = \"bob\"\naccess = \"read-only\"\nprefix = \"albums/*\"\n"
    ));
}

#[test]
fn trust() {
    let user = |name: &str, lines: &str| {
        format!("\n[[users]]\nname = \"{name}\"\nbucket = \"source\"\naccess = \"read-only\"\n{lines}\n")
    };
    let github = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
    let entries = format!(
        "kind = \"role\"\ntrust = [\n\"*\",\n\"arn:aws:iam::*:root\",\n\"1234-5678-9012\",\n\"lambda.amazonaws.com\",\n\
         \"arn:aws:iam::210987654321:saml-provider/okta\",\n\"{github}\",\n\
         {{ provider = \"{github}\", audience = \"sts.amazonaws.com\", subject = \"repo:*\" }},\n\
         {{ provider = \"{github}\", subject = \"repo:org/repo:*\" }},\n\
         {{ principal = \"123456789012\", audience = \"x\" }},\n{{ external_id = \"x1\" }},\n\
         {{ principle = \"123456789012\" }},\n\"123456789012\",\n\"123456789012\",\n]"
    );
    assert_shown!(rendered(&format!(
        "stack = \"photos\"\naccount = \"123456789012\"\n{}{}{}{}{}{}",
        user("a", "trust = [\"123456789012\"]"),
        user("b", "kind = \"role\""),
        user("c", "kind = \"rol\"\ntrust = [\"123456789012\"]"),
        user("d", "kind = \"role\"\ntrust = []"),
        user("Sanitizer", "kind = \"role\"\ntrust = \"123456789012\""),
        user("e", &entries),
    )));
}

#[test]
fn same_bucket_twice() {
    assert_shown!(rendered(
        "stack = \"photos\"\n[source]\nbucket = \"{stack}-raw\"\n[destination]\nbucket = \"photos-raw\"\n"
    ));
}

#[test]
fn names_that_s3_keeps_for_itself() {
    assert_shown!(rendered(
        "stack = \"sthree-photos\"\n[source]\nbucket = \"{stack}-raw\"\n[destination]\nversioning = true\n"
    ));
    let overrides = Overrides { stack: Some("xn--photos".to_owned()) };
    let errors = parse("stack = \"photos\"", "config.toml", &overrides).unwrap_err();
    assert!(errors.count() == 1 && errors.to_string().contains("\"xn--\""), "{errors}");
    // The name of a stack may begin so where the buckets do not.
    let text =
        "stack = \"xn--photos\"\nsource.bucket = \"raw-{stack}\"\ndestination.bucket = \"clean-{stack}\"";
    assert!(parse(text, "config.toml", &Overrides::default()).is_ok());
}

#[test]
fn more_entries_and_longer_ids_than_s3_takes() {
    let suffixes: Vec<String> = (0..101).map(|number| format!("\".{number:03}\"")).collect();
    let errors = errors(&format!("stack = \"photos\"\n[trigger]\nsuffixes = [{}]", suffixes.join(", ")));
    assert!(errors.count() == 1 && errors.to_string().contains("101 suffixes are 1 too many"), "{errors}");
    let long = format!("stack = \"photos\"\n[trigger]\nsuffixes = [\".{}\"]", "x".repeat(237));
    assert!(rendered(&long).contains("make the suffix 1 shorter"));
}

#[test]
fn shared_bucket_with_another_stack() {
    let overrides = Overrides { stack: Some("test".to_owned()) };
    let text = "stack = \"photos\"\n[source]\nbucket = \"photos-raw\"\n";
    assert_shown!(config_errors_text(&parse(text, "config.toml", &overrides).unwrap_err(), false));
    // The same file, and the stack that it is for.
    let overrides = Overrides { stack: Some("photos".to_owned()) };
    assert!(parse(text, "config.toml", &overrides).is_ok());
}

#[test]
fn wrong_stack_on_the_command_line() {
    let overrides = Overrides { stack: Some("My Test".to_owned()) };
    assert_shown!(config_errors_text(&parse(SHIPPED, "config.toml", &overrides).unwrap_err(), false));
}

#[test]
fn empty_file() {
    assert_shown!(rendered(""));
}

#[test]
fn json_has_the_place_and_the_words() {
    insta::assert_json_snapshot!(
        "json_with_a_place",
        config_errors_json(&errors("stack = \"photos\"\r\n[function]\r\ntimeout = 0\r\n"))
    );
    insta::assert_json_snapshot!("json_about_the_file", config_errors_json(&errors("")));
}

#[test]
fn colour_changes_nothing_but_colour() {
    let colored = config_errors_text(&errors("stack = \"P\""), true);
    assert!(colored.contains('\u{1b}'));
    assert_eq!(anstream::adapter::strip_str(&colored).to_string(), rendered("stack = \"P\""));
}

#[test]
fn the_shipped_file_is_valid_for_every_stack() {
    for stack in [None, Some("test".to_owned()), Some("a".repeat(32))] {
        let overrides = Overrides { stack: stack.clone() };
        let config = parse(SHIPPED, "config.toml", &overrides).unwrap();
        assert_eq!(config.stack, stack.unwrap_or_else(|| "photos".to_owned()));
    }
}

#[test]
fn editors_of_every_system_may_write_the_file() {
    let plain = parse(SHIPPED, "config.toml", &Overrides::default()).unwrap();
    let windows = format!("\u{feff}{}", SHIPPED.replace('\n', "\r\n"));
    assert_eq!(parse(&windows, "config.toml", &Overrides::default()).unwrap(), plain);
    // Places are the same with and without a byte order mark.
    assert_eq!(rendered("\u{feff}stack = 1"), rendered("stack = 1"));
}

#[test]
fn files_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("latin1.toml"), b"stack = \"photos\" # f\xfcr Fotos\n").unwrap();
    fs::write(path("utf16.toml"), b"\xff\xfes\0t\0a\0c\0k\0").unwrap();
    fs::write(path("picture.jpg"), vec![b' '; (1 << 20) + 1]).unwrap();
    let mut all = String::new();
    for name in ["missing.toml", ".", "latin1.toml", "utf16.toml", "picture.jpg"] {
        let errors = load(&path(name), &Overrides::default()).unwrap_err();
        assert_eq!(errors.count(), 1, "{name}");
        all.push_str(
            &config_errors_text(&errors, false).replace(&folder.path().display().to_string(), "/folder"),
        );
        all.push_str("\n\n");
    }
    assert_shown!(all);
}

/// As many titles in the rendering as there are errors, one summary, one entry
/// of JSON each.
fn shows_each_error_once(errors: &ConfigErrors) {
    let shown = config_errors_text(errors, false);
    assert!(errors.count() > 0);
    let titles = shown.lines().filter(|line| line.starts_with("error: ")).count();
    assert_eq!(titles, errors.count(), "{shown}");
    let noun = if errors.count() == 1 { "error" } else { "errors" };
    let summary = format!("config.toml: {} {noun}", errors.count());
    assert_eq!(shown.lines().last(), Some(summary.as_str()));
    assert_eq!(config_errors_json(errors).as_array().map(Vec::len), Some(errors.count()));
    // What a file contains must not reach the terminal as a command.
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    let _ = config_errors_text(errors, true);
}

/// Pieces that make random text look like a configuration.
fn fragments() -> impl Strategy<Value = String> {
    let words = [
        "stack",
        "source",
        "function",
        "memory",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "=",
        ",",
        ".",
        "\"",
        "'",
        "\"\"\"",
        "#",
        "\n",
        "\r\n",
        " ",
        "\t",
        "1",
        "-",
        "true",
        "users",
        "tags",
        "é",
        "\u{0}",
        "\u{1b}[31m",
        "日本",
        "\\u00e9",
        "suffixes",
        "{stack}",
        "99999999999999999999",
        "0x",
        "nan",
        "1979-05-27",
        "\u{202e}",
        "environment",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_text_panics(text in any::<String>()) {
        if let Err(errors) = parse(&text, "config.toml", &Overrides::default()) {
            shows_each_error_once(&errors);
        }
    }

    #[test]
    fn no_mixture_of_toml_panics(text in fragments()) {
        if let Err(errors) = parse(&text, "config.toml", &Overrides::default()) {
            shows_each_error_once(&errors);
        }
    }

    #[test]
    fn no_change_of_the_shipped_file_panics(
        at in any::<prop::sample::Index>(),
        length in 0_usize..30,
        insert in fragments(),
    ) {
        let start = SHIPPED.floor_char_boundary(at.index(SHIPPED.len()));
        let end = SHIPPED.ceil_char_boundary((start + length).min(SHIPPED.len()));
        let text = format!("{}{insert}{}", &SHIPPED[..start], &SHIPPED[end..]);
        if let Err(errors) = parse(&text, "config.toml", &Overrides::default()) {
            shows_each_error_once(&errors);
        }
    }
}
