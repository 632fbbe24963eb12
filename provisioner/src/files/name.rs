//! What systems make of the names of files.

use std::ffi::OsString;
use std::path::Path;

#[cfg(any(windows, test))]
pub(super) use of_windows::{is_device, must_be_usable};

/// Whether file systems commonly take `A.jpg` and `a.jpg` for one name, as those of Windows and macOS do.
const CASELESS: bool = cfg!(any(windows, target_os = "macos"));

/// The same for all paths that may be one file on this system. It is for comparing: it need not be a path.
pub(crate) fn as_one_name(path: &Path) -> OsString {
    if CASELESS { without_case(path) } else { path.as_os_str().to_owned() }
}

/// Two paths too many are taken for one here rather than two too few: `ß` and `SS` as well.
fn without_case(path: &Path) -> OsString {
    match path.to_str() {
        Some(text) => text.to_uppercase().into(),
        None => path.as_os_str().to_ascii_uppercase(),
    }
}

/// A path without the prefix that tells Windows to take it as it is, which nobody types and not every program reads. Only
/// canonical paths have it.
pub(crate) fn without_prefix(path: &Path) -> &Path {
    path.to_str().and_then(plain).map_or(path, Path::new)
}

/// `C:\...` of `\\?\C:\...`. Longer ones need the prefix, and so do those of servers.
fn plain(path: &str) -> Option<&str> {
    /// Of a path without the prefix, in UTF-16
    /// (<https://learn.microsoft.com/windows/win32/fileio/maximum-file-path-limitation>).
    const LONGEST: usize = 259;
    let rest = path.strip_prefix(r"\\?\")?;
    let is_of_drive = matches!(rest.as_bytes(), [b'a'..=b'z' | b'A'..=b'Z', b':', b'\\', ..]);
    (is_of_drive && rest.encode_utf16().count() <= LONGEST).then_some(rest)
}

/// Names that Windows has plans of its own for. They are refused for new files: by the paths that are written with, files
/// could be made that no other program opens.
/// <https://learn.microsoft.com/windows/win32/fileio/naming-a-file#naming-conventions>
#[cfg(any(windows, test))]
mod of_windows {
    use std::ffi::OsStr;
    use std::io;

    /// Whether a name stands for a device, in each folder and whatever its extension.
    pub(in super::super) fn is_device(name: &OsStr) -> bool {
        let name = name.to_string_lossy().to_ascii_uppercase();
        let base = name.split(['.', ':']).next().unwrap_or_default().trim_end_matches(' ');
        if let Some(number) = base.strip_prefix("COM").or_else(|| base.strip_prefix("LPT")) {
            return matches!(number.chars().next(), Some('0'..='9' | '\u{b9}' | '\u{b2}' | '\u{b3}'))
                && number.chars().count() == 1;
        }
        ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&base)
    }

    /// Whether a new file or folder may have a name.
    pub(in super::super) fn must_be_usable(name: &OsStr) -> io::Result<()> {
        let text = name.to_string_lossy();
        let why = if is_device(name) {
            "Windows has this name for a device; choose another one"
        } else if text.contains(|letter| letter < ' ' || r#"<>:"/\|?*"#.contains(letter)) {
            r#"names on Windows have none of < > : " / \ | ? *; choose another one"#
        } else if text.ends_with(['.', ' ']) {
            "names on Windows do not end in a dot or a space; choose another one"
        } else {
            return Ok(());
        };
        Err(io::Error::new(io::ErrorKind::InvalidInput, why))
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn devices_are_known_by_any_form_of_their_names() {
        for name in [
            "NUL",
            "nul",
            "con.jpg",
            "Aux.tar.gz",
            "COM1",
            "lpt9.txt",
            "com\u{b2}",
            "PRN .jpg",
            "CONIN$",
            "nul:",
        ] {
            assert!(is_device(OsStr::new(name)), "{name}");
        }
        for name in ["null", "console.jpg", "com", "COM10", "lpt.jpg", "a.nul", "", ".con", "nul_", "comx"] {
            assert!(!is_device(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn new_names_are_those_that_any_program_opens() {
        for name in ["a.jpg", "a b.jpg", "\u{fc}.jpg", ".hidden", "a..jpg", " a", "it's (1) & 2 [x] #%.jpg"] {
            must_be_usable(OsStr::new(name)).unwrap();
        }
        for name in
            ["a.jpg:stream", "a?.jpg", "a*", "a|b", "a<b", "a\\b", "a/b", "a\"b", "a\nb", "a.", "a ", "AUX"]
        {
            assert!(must_be_usable(OsStr::new(name)).is_err(), "{name:?}");
        }
    }

    #[test]
    fn paths_that_differ_in_case_alone_are_one() {
        let one = |a: &str, b: &str| without_case(Path::new(a)) == without_case(Path::new(b));
        assert!(one("DCIM/Img_1.JPG", "dcim/IMG_1.jpg"));
        assert!(one("\u{e9}t\u{e9}.jpg", "\u{c9}T\u{c9}.JPG"));
        assert!(!one("a.jpg", "b.jpg"));
        // Where case counts they are two.
        assert_eq!(as_one_name(Path::new("a.JPG")) == as_one_name(Path::new("A.jpg")), CASELESS);
    }

    #[test]
    fn paths_are_told_as_they_are_typed() {
        let long = format!(r"\\?\C:\{}", "d".repeat(300));
        for (path, told) in [
            (r"\\?\C:\Users\ann\a.jpg", r"C:\Users\ann\a.jpg"),
            (r"\\?\UNC\server\share\a", r"\\?\UNC\server\share\a"),
            (r"\\?\Volume{1}\a", r"\\?\Volume{1}\a"),
            (r"C:\a", r"C:\a"),
            ("/home/ann", "/home/ann"),
            (&long, &long),
        ] {
            assert_eq!(without_prefix(Path::new(path)), Path::new(told));
        }
    }
}
