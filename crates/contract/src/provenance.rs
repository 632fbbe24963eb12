//! What a clean copy says of itself, as user metadata of the object.

/// The name of the entry with the version id of the picture that the copy was made of. Only where bucket A has
/// versioning. The id means nothing to anybody who may not read bucket A.
pub const CLEANED_FROM: &str = "cleaned-from";

/// The name of the entry with the version of the sanitizer that made the copy ([`sanitizer::VERSION`]).
pub const CLEANED_BY: &str = "cleaned-by";

/// Whether an entry is one of these, and not an uploader's.
#[must_use]
pub fn is_ours(name: &str) -> bool {
    [CLEANED_FROM, CLEANED_BY].contains(&name)
}
