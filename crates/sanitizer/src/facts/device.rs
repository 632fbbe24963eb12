//! Names of devices.

/// Make and model as one name; models often repeat the make.
pub(super) fn device(make: &str, model: &str) -> String {
    let (make, model) = (make.trim(), model.trim());
    let first_word = make.split_whitespace().next().unwrap_or_default().to_lowercase();
    if !first_word.is_empty() && model.to_lowercase().starts_with(&first_word) {
        return model.to_owned();
    }
    format!("{make} {model}").trim().to_owned()
}
