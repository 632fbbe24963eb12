//! What must be true of every clean HEIC and AVIF.

use sanitizer::{Options, Sanitized, sanitize};

pub(crate) const CANARY: &[u8] = b"CANARY";

/// Of the units that the builder makes, only the form is right.
pub(crate) fn form() -> Options {
    let mut options = Options::default();
    options.verify_entropy = false;
    options
}

pub(crate) fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// Cleans, and checks what must be true of every clean file.
pub(crate) fn clean_well(options: &Options, name: &str, bytes: &[u8]) -> (Vec<u8>, Sanitized) {
    let clean = |bytes: &[u8]| sanitize(bytes.to_vec(), options);
    let cleaned = clean(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    let out = cleaned.clone().into_bytes().to_vec();
    assert!(!holds(&out, CANARY), "{name}: the canary is still there");
    assert!(cleaned.pieces().iter().all(|piece| !piece.is_empty()), "{name}: an empty piece");
    let again = clean(&out).unwrap_or_else(|error| panic!("{name}: its own output: {error}"));
    assert_eq!(again.report.removed, [], "{name}: something was left to remove");
    assert_eq!(again.into_bytes(), out, "{name}: not idempotent");
    (out, cleaned)
}
