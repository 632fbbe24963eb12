//! Names of files, exact: a program must find the file again.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A path as text and, only when it is not UTF-8, as Base64 of its bytes (RFC 4648, with padding). Then U+FFFD stands in
/// the text for what is not.
pub(crate) fn exact(path: &Path) -> (String, Option<String>) {
    match path.to_str() {
        Some(text) => (text.to_owned(), None),
        None => {
            let bytes = STANDARD.encode(path.as_os_str().as_encoded_bytes());
            (path.to_string_lossy().into_owned(), Some(bytes))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn any_name_can_be_told() {
        assert_eq!(
            exact(Path::new("a\u{1b}\u{7f}\u{202e}.jpg")),
            ("a\u{1b}\u{7f}\u{202e}.jpg".to_owned(), None)
        );
        let (text, bytes) = exact(Path::new(OsStr::from_bytes(b"caf\xe9.jpg")));
        assert_eq!((text.as_str(), bytes.as_deref()), ("caf\u{fffd}.jpg", Some("Y2Fm6S5qcGc=")));
        assert_eq!(STANDARD.decode(bytes.unwrap()).unwrap(), b"caf\xe9.jpg");
    }
}
