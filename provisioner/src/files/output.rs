//! The folder that new files go into.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::folder::{Blocked, Folder};

/// A folder that a person named for new files. It is made when the first one comes, and held from then on: all that is
/// written goes into this very folder, and through no link in it.
#[derive(Debug)]
pub(crate) struct OutputFolder {
    path: PathBuf,
    folder: Mutex<Option<Arc<Folder>>>,
}

impl OutputFolder {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), folder: Mutex::new(None) }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder at `relative` in it, made if it is missing.
    pub(crate) fn made_below(&self, relative: &Path) -> Result<Folder, Blocked> {
        let folder = self.held().map_err(|source| Blocked { at: PathBuf::new(), source })?;
        folder.made_below(relative)
    }

    fn held(&self) -> io::Result<Arc<Folder>> {
        let mut held = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = &*held {
            return Ok(Arc::clone(folder));
        }
        fs::create_dir_all(&self.path)?;
        Ok(Arc::clone(held.insert(Arc::new(Folder::open(&self.path)?))))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Access, Existing, write};
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn an_output_exchanged_for_a_link_gets_nothing_more() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        let output = OutputFolder::new(&at("new/out"));
        assert!(!at("new").exists());
        let put = |name: &str| {
            let folder = output.made_below(Path::new("sub")).unwrap();
            write(&folder, name.as_ref(), &["x"], Access::Umask, Existing::Keep).unwrap();
        };
        put("a");
        fs::create_dir_all(at("elsewhere/sub")).unwrap();
        fs::rename(at("new/out"), at("moved")).unwrap();
        symlink("../elsewhere", at("new/out")).unwrap();
        put("b");
        assert!(at("moved/sub/a").exists() && at("moved/sub/b").exists());
        assert!(!at("elsewhere/sub/b").exists());
    }
}
