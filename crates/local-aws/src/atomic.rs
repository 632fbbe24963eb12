//! Writes files that nobody may see half written.

use super::{Error, system};
use std::io::Write;
use std::path::Path;

/// Replaces a file in one step. It has its mode before it has its name, so a secret is readable by others at no
/// time.
pub(super) fn write(path: &Path, content: impl AsRef<[u8]>, mode: u32) -> Result<(), Error> {
    let failed = || Error::file("write", path);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed())?;
    file.write_all(content.as_ref()).map_err(failed())?;
    system::set_mode(file.as_file(), mode).map_err(failed())?;
    file.persist(path).map(drop).map_err(|error| failed()(error.error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_is_replaced_with_its_mode_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        for (content, mode) in [("one", 0o644), ("two", 0o600)] {
            write(&path, content, mode).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_names_the_file_and_leaves_the_old_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/secret");
        let error = write(&path, "x", 0o600).unwrap_err();
        assert!(error.to_string().ends_with("none/secret"), "{error}");
    }
}
