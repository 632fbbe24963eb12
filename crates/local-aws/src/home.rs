//! Where things are: the folder of one local AWS, and the folder of all installations.

use super::profile::Profile;
use super::{Error, system};
use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Environment variable that moves the default home elsewhere.
pub(super) const HOME_VARIABLE: &str = "PROVISIONER_LOCAL_HOME";

/// The cache folder of this program: `~/.cache/provisioner`, `~/Library/Caches/provisioner`.
pub(super) fn cache_folder() -> Result<PathBuf, Error> {
    let folders = directories::ProjectDirs::from("", "", "provisioner").ok_or(Error::NoCacheFolder)?;
    Ok(folders.cache_dir().to_owned())
}

/// The home of `--local`.
pub(super) fn default_home() -> Result<Home, Error> {
    match std::env::var_os(HOME_VARIABLE).filter(|value| !value.is_empty()) {
        Some(folder) => Ok(Home::at(std::path::absolute(&folder).map_err(Error::file("find", folder))?)),
        // Nobody else puts anything there, so a home that was made before there were marks is ours, too.
        None => Ok(Home { folder: cache_folder()?.join("local"), ours_without_mark: true }),
    }
}

/// Makes a folder that only its owner can look into, and its parents.
pub(super) fn create_private_folder(path: &Path) -> Result<(), Error> {
    system::create_private_folder(path).map_err(Error::file("create the folder", path))
}

/// Says that a folder is a home, and so that we may delete in it.
const MARK: &str = "provisioner-local-aws";
const MARK_TEXT: &str = "This folder belongs to `provisioner local`. `provisioner local reset` empties it.\n";

/// The paths inside one home.
#[derive(Debug, Clone)]
pub(super) struct Home {
    pub(super) folder: PathBuf,
    ours_without_mark: bool,
}

impl Home {
    pub(super) fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), ours_without_mark: false }
    }

    /// Whether there is a home in the folder already. One with something else in it is refused, so that nothing
    /// of someone else's is deleted.
    pub(super) fn exists(&self) -> Result<bool, Error> {
        let failed = || Error::file("read", &self.folder);
        if self.folder.join(MARK).try_exists().map_err(failed())? {
            return Ok(true);
        }
        let mut entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(failed()(error)),
        };
        match entries.next() {
            None => Ok(false),
            Some(_) if self.ours_without_mark => Ok(true),
            Some(entry) => {
                let holds = entry.map_err(failed())?.file_name().to_string_lossy().into_owned();
                Err(Error::NotAHome { folder: self.folder.clone(), holds })
            }
        }
    }

    /// Held while someone starts, stops or resets it.
    pub(super) fn change_lock(&self) -> PathBuf {
        self.folder.join("change.lock")
    }

    /// Held by the server for as long as it lives.
    pub(super) fn server_lock(&self) -> PathBuf {
        self.folder.join("server.lock")
    }

    /// Written by the server: its process and port.
    pub(super) fn server_file(&self) -> PathBuf {
        self.folder.join("server.json")
    }

    /// The Python program of the server.
    pub(super) fn server_program(&self) -> PathBuf {
        self.folder.join("server")
    }

    /// The root user's access key. The server reads it, too.
    pub(super) fn root_key(&self) -> PathBuf {
        self.folder.join("root-key.json")
    }

    pub(super) fn profile(&self) -> Profile {
        Profile::at(&self.folder.join("aws"))
    }

    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    pub(super) fn certificates(&self) -> PathBuf {
        self.folder.join("tls")
    }

    /// All that `reset` forgets.
    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Scratch: the unpacked code of functions. Emptied at each start.
    pub(super) fn scratch(&self) -> PathBuf {
        self.folder.join("tmp")
    }

    /// Creates the folders, unless something else is in the folder; the home is for its owner's eyes only.
    pub(super) fn create(&self) -> Result<(), Error> {
        self.exists()?;
        create_private_folder(&self.folder)?;
        // In one step, without a temporary file beside it: who starts at the same time sees an empty folder or
        // a home. That it is there counts, not what is in it.
        let mark = self.folder.join(MARK);
        if !mark.exists() {
            let written = fs::File::create(&mark).and_then(|mut file| file.write_all(MARK_TEXT.as_bytes()));
            written.map_err(Error::file("create", mark))?;
        }
        system::protect_folder(&self.folder).map_err(Error::file("protect", &self.folder))?;
        for folder in [self.data(), self.scratch(), self.certificates()] {
            create_private_folder(&folder)?;
        }
        Ok(())
    }

    /// Bytes under [`Home::data`].
    pub(super) fn data_bytes(&self) -> u64 {
        let files = walkdir::WalkDir::new(self.data()).into_iter().flatten();
        files
            .filter(|entry| entry.file_type().is_file())
            .flat_map(|entry| entry.metadata())
            .map(|file| file.len())
            .sum()
    }

    /// The last lines of the log, for error messages.
    pub(super) fn log_tail(&self) -> String {
        const BYTES: u64 = 4096;
        let read = || -> std::io::Result<String> {
            let mut file = fs::File::open(self.log())?;
            let start = file.metadata()?.len().saturating_sub(BYTES);
            file.seek(SeekFrom::Start(start))?;
            let mut tail = Vec::new();
            file.read_to_end(&mut tail)?;
            Ok(String::from_utf8_lossy(&tail).into_owned())
        };
        last_lines(&read().unwrap_or_default(), 12)
    }
}

/// Removes a folder with all in it; one that is not there is fine.
pub(super) fn remove_folder(path: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::file("remove", path)(error)),
        _ => Ok(()),
    }
}

/// The last lines of a program's output, indented, to be quoted in an error.
pub(super) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let tail = &lines[lines.len().saturating_sub(count)..];
    if tail.is_empty() { "  (it said nothing)".to_owned() } else { format!("  {}", tail.join("\n  ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_home_is_private() {
        let temporary = tempfile::tempdir().unwrap();
        let home = Home::at(temporary.path().join("a/home"));
        assert!(!home.exists().unwrap());
        home.create().unwrap();
        assert_eq!(fs::metadata(&home.folder).unwrap().permissions().mode() & 0o777, 0o700);
        fs::write(home.data().join("x"), [0; 10]).unwrap();
        assert_eq!(home.data_bytes(), 10);
        assert!(home.exists().unwrap());
    }

    #[test]
    fn an_empty_folder_becomes_a_home_and_one_with_anything_in_it_does_not() {
        let temporary = tempfile::tempdir().unwrap();
        let home = Home::at(temporary.path());
        home.create().unwrap();
        home.create().unwrap();

        let temporary = tempfile::tempdir().unwrap();
        let home = Home::at(temporary.path());
        fs::write(home.folder.join("holiday.jpg"), "").unwrap();
        fs::set_permissions(&home.folder, fs::Permissions::from_mode(0o755)).unwrap();
        for result in [home.create(), home.exists().map(drop)] {
            let error = result.unwrap_err();
            assert!(matches!(&error, Error::NotAHome { holds, .. } if holds == "holiday.jpg"), "{error}");
        }
        assert_eq!(fs::metadata(&home.folder).unwrap().permissions().mode() & 0o777, 0o755);
        assert_eq!(fs::read_dir(&home.folder).unwrap().count(), 1);
    }

    #[test]
    fn a_home_in_our_cache_that_has_no_mark_yet_gets_one() {
        let temporary = tempfile::tempdir().unwrap();
        let home = Home { folder: temporary.path().to_owned(), ours_without_mark: true };
        fs::write(home.server_file(), "{}").unwrap();
        home.create().unwrap();
        assert!(Home::at(&home.folder).exists().unwrap());
    }

    #[test]
    fn the_tail_of_a_log_is_its_last_lines() {
        let text: String = (0..100).map(|number| format!("line {number}\n\n")).collect();
        assert_eq!(last_lines(&text, 2), "  line 98\n  line 99");
        assert_eq!(last_lines("", 2), "  (it said nothing)");
    }

    #[test]
    fn removing_what_is_not_there_is_fine() {
        let temporary = tempfile::tempdir().unwrap();
        remove_folder(&temporary.path().join("none")).unwrap();
    }
}
