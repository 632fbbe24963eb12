//! What a clean copy says of itself, as user metadata of the object.

/// The name of the entry with the version id of the picture that the copy was made of. Only where bucket A has
/// versioning. The id means nothing to anybody who may not read bucket A.
pub const CLEANED_FROM: &str = "cleaned-from";
