//! Windows: paths below folders that are held, so that they lead to the same place as long as that is.
//!
//! A handle of a folder that does not share `FILE_SHARE_DELETE` keeps it from being renamed and removed, and those that it
//! is in as well; what is not empty cannot become a junction. So a path from there leads where it did. Each name that is
//! opened is opened with `FILE_FLAG_OPEN_REPARSE_POINT`, and refused when it is a symbolic link or a junction.
//! <https://learn.microsoft.com/windows/win32/fileio/reparse-points-and-file-operations>
//!
//! What it cannot promise as Unix does:
//!
//! - A folder that is held cannot be moved meanwhile: whoever tries is told that it is in use.
//! - Whoever may write into an *empty* folder can make it a junction while it is held. This is seen as soon as there is a
//!   file of ours, which is removed again, and nothing is given a name there.
//! - There are no modes. A new file has the access list that its folder passes on: in a user's profile, the user's own. One
//!   that was given to the original by hand is not on the clean picture.
//! - A file with the attribute "read-only" is not replaced.
//! - Names are not waited for until they are on the disk; NTFS has them in its journal.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use tempfile::TempPath;
use winapi_util::file::information;

use crate::files::folder::{Kind, Status, other_kind};
use crate::files::name;

// From the headers of Windows: winnt.h, winbase.h.
const FILE_SHARE_READ: u32 = 0x1;
const FILE_SHARE_WRITE: u32 = 0x2;
const FILE_FLAG_BACKUP_SEMANTICS: u32 = 0x0200_0000;
const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
const FILE_ATTRIBUTE_REPARSE_POINT: u32 = 0x400;

/// The standard library calls whatever stands for another name a link: symbolic links and junctions. Files that a cloud
/// drive or a compressor keeps elsewhere are files.
fn kind_of(kind: FileType) -> Kind {
    if kind.is_symlink() {
        Kind::Link
    } else if kind.is_dir() {
        Kind::Folder
    } else {
        Kind::File
    }
}

/// What `path` stands for; `None` when there is nothing.
pub(in crate::files) fn kind_at(path: &Path) -> Option<Kind> {
    let is_device = path.file_name().is_some_and(name::is_device)
        || path.as_os_str().as_encoded_bytes().starts_with(br"\\.\");
    if is_device {
        return Some(Kind::Device);
    }
    fs::symlink_metadata(path).ok().map(|metadata| kind_of(metadata.file_type()))
}

/// The handle of a folder, and the path that leads to it as long as there is the handle.
#[derive(Debug)]
pub(in crate::files) struct Handle {
    file: File,
    path: PathBuf,
}

impl Handle {
    /// The folder at a path: links on the way are followed.
    pub(in crate::files) fn open(path: &Path) -> io::Result<Self> {
        let path = path.canonicalize()?;
        let handle = Self::at(path)?;
        // From now on no link can come into its path. One that came a moment ago is noticed.
        if handle.path.canonicalize()? == handle.path {
            Ok(handle)
        } else {
            Err(io::Error::other("its folder was exchanged for another one meanwhile; try again"))
        }
    }

    fn at(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE)
            .custom_flags(FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT)
            .open(&path)?;
        let handle = Self { file, path };
        handle.must_be_folder()?;
        Ok(handle)
    }

    /// An empty folder can become a junction while it is held.
    fn must_be_folder(&self) -> io::Result<()> {
        match kind_of(self.file.metadata()?.file_type()) {
            Kind::Folder => Ok(()),
            kind => Err(other_kind(kind, Kind::Folder)),
        }
    }

    /// A folder in this one.
    pub(in crate::files) fn folder(&self, name: &OsStr) -> io::Result<Self> {
        let folder = Self::at(self.path.join(name))?;
        self.must_be_folder()?;
        Ok(folder)
    }

    /// Makes a folder in this one.
    pub(in crate::files) fn make(&self, name: &OsStr) -> io::Result<()> {
        name::must_be_usable(name)?;
        fs::create_dir(self.path.join(name))
    }

    /// Another handle of the same folder.
    pub(in crate::files) fn again(&self) -> io::Result<Self> {
        Ok(Self { file: self.file.try_clone()?, path: self.path.clone() })
    }

    /// Opens what was a regular file in this folder a moment ago.
    pub(in crate::files) fn file(&self, name: &OsStr) -> io::Result<File> {
        let path = self.path.join(name);
        let itself = OpenOptions::new().read(true).custom_flags(FILE_FLAG_OPEN_REPARSE_POINT).open(&path)?;
        self.must_be_folder()?;
        let metadata = itself.metadata()?;
        match kind_of(metadata.file_type()) {
            Kind::File if metadata.file_attributes() & FILE_ATTRIBUTE_REPARSE_POINT == 0 => Ok(itself),
            // A cloud drive fetches the content only for who opens the file, and not what stands for it.
            Kind::File => {
                let content = File::open(&path)?;
                if identity(&content)? == identity(&itself)? {
                    Ok(content)
                } else {
                    Err(io::Error::other("it was exchanged for another file meanwhile; try again"))
                }
            }
            kind => Err(other_kind(kind, Kind::File)),
        }
    }

    /// What a name stands for here; `None` when there is nothing.
    pub(in crate::files) fn status(&self, name: &OsStr) -> io::Result<Option<Status>> {
        match fs::symlink_metadata(self.path.join(name)) {
            Ok(metadata) => {
                Ok(Some(Status { kind: kind_of(metadata.file_type()), bytes: metadata.file_size() }))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The names of what is in this folder, in any order.
    pub(in crate::files) fn names(&self) -> io::Result<Vec<OsString>> {
        let names = fs::read_dir(&self.path)?.map(|entry| Ok(entry?.file_name())).collect();
        self.must_be_folder()?;
        names
    }

    /// Makes a file that was not there, for writing. It has no mode.
    pub(in crate::files) fn create(&self, name: &OsStr, _mode: u32) -> io::Result<File> {
        let path = self.path.join(name);
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        // As there is a file in it, it stays what it is from now on.
        match self.must_be_folder() {
            Ok(()) => Ok(file),
            Err(error) => {
                drop(file);
                let _ = fs::remove_file(&path);
                Err(error)
            }
        }
    }

    /// Gives a file another name, in place of whatever has it.
    pub(in crate::files) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        name::must_be_usable(to)?;
        let to = self.path.join(to);
        // Versions of Windows differ in whether the rename itself minds.
        if fs::symlink_metadata(&to).is_ok_and(|there| there.permissions().readonly()) {
            let why = "it is read-only; take that attribute from it (attrib -r) to have it replaced";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
        }
        fs::rename(self.path.join(from), to)
    }

    /// Gives a file another name, if nothing has it.
    pub(in crate::files) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        name::must_be_usable(to)?;
        // The standard library's rename always replaces; this one never does.
        let from = TempPath::try_from_path(self.path.join(from))?;
        from.persist_noclobber(self.path.join(to)).map_err(|error| error.error)
    }

    /// Removes a file.
    pub(in crate::files) fn remove(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    /// There is nothing to wait for.
    pub(in crate::files) fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    /// The same for all handles of one folder.
    pub(in crate::files) fn identity(&self) -> io::Result<(u64, u64)> {
        identity(&self.file)
    }
}

/// Which file or folder it is: the disk's number, and its own on that.
fn identity(file: &File) -> io::Result<(u64, u64)> {
    let information = information(file)?;
    Ok((information.volume_serial_number(), information.file_index()))
}

/// Who may read a new file, its folder says.
pub(in crate::files) fn keep_access(_file: &File, _like: &Metadata, _in_its_place: bool) -> io::Result<()> {
    Ok(())
}

/// Which file it is, and its content as far as can be told without reading it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct State {
    file: (u64, u64),
    bytes: u64,
    modified: u64,
    /// Names that it has: more than one with hard links.
    names: u64,
}

impl State {
    /// The state of an open file now.
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        let of = information(file)?;
        Ok(Self {
            file: (of.volume_serial_number(), of.file_index()),
            bytes: of.file_size(),
            modified: of.last_write_time().unwrap_or(0),
            names: of.number_of_links(),
        })
    }

    /// Whether it has names besides the one that it was opened by.
    pub(crate) fn has_other_names(&self) -> bool {
        self.names > 1
    }

    /// Whether it is the same file as then, and was not written to since.
    pub(crate) fn is_unchanged(&self, since: &Self) -> bool {
        (self.file, self.bytes, self.modified) == (since.file, since.bytes, since.modified)
    }
}

/// Reads a part of a file, wherever others read it.
pub(crate) fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match file.seek_read(buffer, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                buffer = &mut buffer[read..];
                offset += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Makes a folder and its parents. Who may look into it, the folder that it is in says: the user's profile, the user alone.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}
