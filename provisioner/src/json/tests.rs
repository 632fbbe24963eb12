//! Every document and line, frozen, and compared with `docs/json.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::reference::{self, fields_of, paths};
use super::sample_stack::{creation, stack};
use super::samples::all;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/json.md");

#[test]
fn every_output_is_frozen() {
    for sample in all() {
        let text = sample.printed.join("\n");
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(sample.name, text) });
    }
}

#[test]
fn the_plan_of_a_new_stack_is_frozen() {
    let text = super::document(&super::Plan::of(&creation(), &stack(), true)).unwrap();
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!("plan-of-a-new-stack", text) });
}

/// What is printed has no field that the types do not tell, and the samples show every field there is: so neither the
/// page nor the snapshots miss one.
#[test]
fn types_and_samples_have_the_same_fields() {
    let mut missing: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for sample in all() {
        let told: BTreeSet<String> = fields_of(&sample.schema).into_iter().map(|field| field.path).collect();
        assert!(!told.is_empty(), "{}", sample.command);
        let mut shown = BTreeSet::new();
        for text in &sample.printed {
            paths(&serde_json::from_str(text).unwrap(), &sample.schema, &mut shown);
        }
        shown.remove("version");
        let unknown: Vec<_> = shown.difference(&told).collect();
        assert!(unknown.is_empty(), "{} prints what its type does not tell: {unknown:?}", sample.command);
        // `up` and `down` print lines of one type, and each not all of them.
        missing.entry(sample.schema.to_string()).or_insert(told).retain(|path| !shown.contains(path));
    }
    // The plan has a sample of its own.
    let missing: Vec<_> =
        missing.into_values().flatten().filter(|path| !path.starts_with("planned:")).collect();
    assert!(missing.is_empty(), "no sample has {missing:?}");
}

#[test]
fn every_first_line_has_the_version() {
    for sample in all() {
        let versions: Vec<Value> = (sample.printed.iter())
            .map(|text| serde_json::from_str::<Value>(text).unwrap()["version"].clone())
            .collect();
        assert_eq!(versions[0], 1, "{}", sample.command);
        assert!(versions[1..].iter().all(Value::is_null), "{}", sample.command);
    }
}

#[test]
fn every_field_has_a_comment() {
    for sample in all() {
        for field in fields_of(&sample.schema).iter().filter(|field| !field.path.ends_with("event")) {
            assert!(!field.meaning.is_empty(), "{}: {}", sample.command, field.path);
        }
    }
}

/// `UPDATE_DOCS=1 cargo test` writes it.
#[test]
fn the_page_is_what_the_types_say() {
    let wanted = reference::page(&all());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(Path::new(PAGE).parent().unwrap()).unwrap();
        std::fs::write(PAGE, &wanted).unwrap();
    }
    let page = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        page == wanted,
        "docs/json.md is not what the types in src/json say: UPDATE_DOCS=1 cargo test --bins"
    );
}

/// The types of this folder are all JSON there is: what is put together by hand has no comment and no snapshot.
#[test]
fn no_json_is_put_together_by_hand() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut read = 0;
    for entry in walkdir::WalkDir::new(source).into_iter().map(Result::unwrap) {
        if entry.path().extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let by_hand = concat!("json", "!(");
            assert!(!text.contains(by_hand), "{}: a type in src/json, please", entry.path().display());
            read += 1;
        }
    }
    assert!(read > 50, "{read} files");
}
