//! Which files are uploaded, and under which keys.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use crate::files::{Entry, Location, Seen, walk};
use engine::config::{TriggerConfig, UserConfig};
use engine::resources::trigger::suffix_words;

/// The longest key that S3 takes, in bytes of UTF-8
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>).
const LONGEST_KEY: usize = 1024;

/// What was found under the paths that the user named.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// What to upload, in the order of the paths, folders by name.
    pub pictures: Vec<Picture>,
    /// What is in folders and is left out.
    pub skipped: Vec<Skipped>,
    /// What cannot be uploaded.
    pub problems: Vec<Problem>,
}

/// A file to upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    /// Its path, to show.
    pub path: PathBuf,
    /// Where it is.
    pub location: Location,
    /// Where it goes, in both buckets.
    pub key: String,
    /// Its length.
    pub bytes: u64,
}

/// Something in a folder that is not uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Skipped {
    /// Its path.
    pub path: PathBuf,
    /// Why not.
    pub why: String,
}

/// A path that cannot be uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The path.
    pub path: PathBuf,
    /// Why not, and what to do about it.
    pub why: String,
}

/// What decides about keys.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    /// Which keys start the function.
    pub trigger: &'a TriggerConfig,
    /// What the user wants before each key.
    pub prefix: Option<&'a str>,
    /// In whose name; some users may write under one prefix only.
    pub user: Option<&'a UserConfig>,
}

impl Rules<'_> {
    /// What every key begins with. Whatever the trigger's prefix does not match
    /// would never be cleaned, so it comes first, unless it is there already.
    fn base(&self) -> String {
        let mut wanted = self.prefix.unwrap_or_default().to_owned();
        if !wanted.is_empty() && !wanted.ends_with('/') {
            wanted.push('/');
        }
        let trigger = &self.trigger.prefix;
        if wanted.starts_with(trigger.as_str()) { wanted } else { format!("{trigger}{wanted}") }
    }

    fn starts_the_function(&self, name: &[u8]) -> bool {
        self.trigger.suffixes.iter().any(|suffix| name.ends_with(suffix.as_bytes()))
    }

    /// What names must end in, in words.
    fn endings(&self) -> String {
        suffix_words(self.trigger.suffixes.iter().map(String::as_str))
    }

    fn check(&self, key: &str) -> Result<(), String> {
        if !self.starts_the_function(key.as_bytes()) {
            return Err(format!(
                "nothing would clean it: only names that end in {} start the function (case matters); \
                 rename it, or add its ending to trigger.suffixes in config.toml",
                self.endings()
            ));
        }
        if key.len() > LONGEST_KEY {
            return Err(format!(
                "its key has {} bytes, and S3 takes {LONGEST_KEY}; shorten its path",
                key.len()
            ));
        }
        match self.user {
            Some(user) if !key.starts_with(&user.prefix) => Err(format!(
                "{} may only write keys that begin with {:?}, and this one is {key:?}; add --prefix {:?}",
                user.name, user.prefix, user.prefix
            )),
            _ => Ok(()),
        }
    }
}

/// Looks at the paths. A file goes by its name; what is in a folder goes by its
/// path from there, with `/` on every system.
#[must_use]
pub(crate) fn select(paths: &[PathBuf], rules: &Rules<'_>) -> Selection {
    let mut collector =
        Collector { rules, base: rules.base(), taken: HashMap::new(), selection: Selection::default() };
    for path in paths {
        match std::fs::metadata(path) {
            Err(error) => collector.problem(path, error.to_string()),
            Ok(metadata) if metadata.is_dir() => collector.folder(path),
            Ok(metadata) if metadata.is_file() => {
                let name = path.file_name().map(PathBuf::from).unwrap_or_default();
                collector.file(path, Location::Named(path.clone()), &name, metadata.len());
            }
            Ok(_) => collector.problem(path, "it is neither a file nor a folder".to_owned()),
        }
    }
    collector.selection
}

/// The key of a picture that has a name and is in no folder, such as one dropped on the page.
///
/// # Errors
/// Why it can have none, and what to do about it.
pub(crate) fn key_of(name: &str, rules: &Rules<'_>) -> Result<String, String> {
    let path = Path::new(name);
    // A name with folders in it is none; neither is one that a path would not give back as it is.
    if path.file_name().is_none_or(|file| file != name) {
        return Err("it has no name that can be a key".to_owned());
    }
    let key = format!("{}{name}", rules.base());
    rules.check(&key).map(|()| key)
}

struct Collector<'a> {
    rules: &'a Rules<'a>,
    base: String,
    taken: HashMap<String, PathBuf>,
    selection: Selection,
}

impl Collector<'_> {
    fn problem(&mut self, path: &Path, why: String) {
        self.selection.problems.push(Problem { path: path.to_path_buf(), why });
    }

    fn folder(&mut self, folder: &Path) {
        for Entry { location, relative, seen } in walk(folder) {
            let path = location.path();
            let why = match seen {
                // Whatever its name: what it holds is not ours to publish, and a name is quickly given.
                Seen::Other(kind) => kind.to_string(),
                Seen::File(bytes) if self.rules.starts_the_function(&key_bytes(&relative)) => {
                    self.file(&path, location, &relative, bytes);
                    continue;
                }
                Seen::File(_) => {
                    format!("its name ends in none of {}", self.rules.endings())
                }
                Seen::Unreadable(error) => {
                    self.problem(&path, error.to_string());
                    continue;
                }
            };
            self.selection.skipped.push(Skipped { path, why });
        }
    }

    fn file(&mut self, path: &Path, location: Location, relative: &Path, bytes: u64) {
        let Some(relative) = with_slashes(relative) else {
            return self.problem(path, "its name is not UTF-8, as keys must be; rename it".to_owned());
        };
        let key = format!("{}{relative}", self.base);
        if let Err(why) = self.rules.check(&key) {
            return self.problem(path, why);
        }
        if let Some(other) = self.taken.get(&key) {
            let same = |path: &Path| std::fs::canonicalize(path).ok();
            if same(other) != same(path) {
                let why = format!(
                    "{} would have the same key, {key:?}; name the folder above both, or use --prefix",
                    other.display()
                );
                self.problem(path, why);
            }
            return;
        }
        self.taken.insert(key.clone(), path.to_path_buf());
        self.selection.pictures.push(Picture { path: path.to_path_buf(), location, key, bytes });
    }
}

/// The bytes of a relative path as in a key, for endings with a `/` in them; of one that is not UTF-8 as they are.
fn key_bytes(path: &Path) -> Vec<u8> {
    match with_slashes(path) {
        Some(text) => text.into_bytes(),
        None => path.as_os_str().as_encoded_bytes().to_owned(),
    }
}

/// A relative path as part of a key. `None` when it is not UTF-8.
fn with_slashes(path: &Path) -> Option<String> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => parts.push(name.to_str()?),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;
    use engine::config::{Access, BucketRole, UserKind};

    fn trigger(prefix: &str) -> TriggerConfig {
        TriggerConfig {
            prefix: prefix.to_owned(),
            suffixes: vec![".jpg".to_owned(), ".JPG".to_owned()],
            mirror_deletes: false,
        }
    }

    fn folder(names: &[&[u8]]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(OsStr::from_bytes(name));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"12345").unwrap();
        }
        folder
    }

    fn keys(selection: &Selection) -> Vec<&str> {
        selection.pictures.iter().map(|picture| picture.key.as_str()).collect()
    }

    #[test]
    fn a_name_alone_is_a_key_below_the_prefix_of_the_trigger() {
        let trigger = trigger("incoming/");
        let rules = Rules { trigger: &trigger, prefix: None, user: None };
        assert_eq!(key_of("a b.jpg", &rules).as_deref(), Ok("incoming/a b.jpg"));
        for name in ["", ".", "..", "../a.jpg", "a/b.jpg", "/a.jpg", "a.jpg/", "a.txt", &"a".repeat(2000)] {
            assert!(key_of(name, &rules).is_err(), "{name}");
        }
    }

    #[test]
    fn odd_names_are_keys_exactly() {
        let names = ["a%2Bb.jpg", "holiday photos/été +1 (2).jpg", "日本.jpg"];
        let folder = folder(&names.map(str::as_bytes));
        let trigger = trigger("");
        let rules = Rules { trigger: &trigger, prefix: None, user: None };
        let selection = select(&[folder.path().to_path_buf()], &rules);
        assert_eq!(keys(&selection), names);
        assert!(selection.problems.is_empty() && selection.skipped.is_empty());
        assert_eq!(selection.pictures[0].bytes, 5);
        // A file that is named goes by its name, wherever it is.
        let selection = select(&[folder.path().join(names[1])], &rules);
        assert_eq!(keys(&selection), ["été +1 (2).jpg"]);
    }

    #[test]
    fn folders_are_searched_and_named_files_must_fit() {
        let folder = folder(&[b"a.jpg", b"b/c.JPG", b"b/notes.txt", b"d.Jpg"]);
        let trigger = trigger("");
        let rules = Rules { trigger: &trigger, prefix: None, user: None };
        let at = |name: &str| folder.path().join(name);
        let selection = select(&[folder.path().to_path_buf()], &rules);
        assert_eq!(keys(&selection), ["a.jpg", "b/c.JPG"]);
        let skipped: Vec<_> = selection.skipped.iter().map(|skipped| &skipped.path).collect();
        assert_eq!(skipped, [&at("b/notes.txt"), &at("d.Jpg")]);
        assert_eq!(selection.skipped[0].why, "its name ends in none of .jpg .JPG");

        let selection = select(&[at("d.Jpg"), at("nowhere.jpg"), at("a.jpg")], &rules);
        assert_eq!(keys(&selection), ["a.jpg"]);
        assert_eq!(selection.problems.len(), 2);
        assert!(selection.problems[0].why.contains("only names that end in .jpg .JPG"), "{selection:?}");
        assert!(selection.problems[1].why.contains("No such file"), "{selection:?}");
    }

    #[test]
    fn links_in_folders_are_left_out_and_named_ones_followed() {
        let folder = folder(&[b"in/a.jpg", b"elsewhere/secret.jpg"]);
        let at = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink("../elsewhere/secret.jpg", at("in/holiday.jpg")).unwrap();
        std::os::unix::fs::symlink("../elsewhere", at("in/more.jpg")).unwrap();
        let trigger = trigger("");
        let rules = Rules { trigger: &trigger, prefix: None, user: None };
        let selection = select(&[at("in")], &rules);
        assert_eq!(keys(&selection), ["a.jpg"]);
        let skipped: Vec<_> =
            selection.skipped.iter().map(|skipped| (&skipped.path, skipped.why.as_str())).collect();
        let link = "a symbolic link";
        assert_eq!(skipped, [(&at("in/holiday.jpg"), link), (&at("in/more.jpg"), link)]);
        let selection = select(&[at("in/holiday.jpg"), at("in/more.jpg")], &rules);
        assert_eq!(keys(&selection), ["holiday.jpg", "secret.jpg"]);
        assert_eq!(select(&["/dev/null".into()], &rules).problems.len(), 1);
    }

    #[test]
    fn names_that_are_not_utf8_are_refused_one_by_one() {
        let folder = folder(&[b"\xff.jpg", b"fine.jpg", b"\xff.txt"]);
        let trigger = trigger("");
        let rules = Rules { trigger: &trigger, prefix: None, user: None };
        let selection = select(&[folder.path().to_path_buf()], &rules);
        assert_eq!(keys(&selection), ["fine.jpg"]);
        assert_eq!((selection.skipped.len(), selection.problems.len()), (1, 1));
        assert!(selection.problems[0].why.contains("not UTF-8"));
    }

    #[test]
    fn the_prefixes_of_trigger_and_user_hold() {
        let folder = folder(&[b"a.jpg"]);
        let paths = [folder.path().join("a.jpg")];
        for (of_trigger, wanted, key) in [
            ("", None, "a.jpg"),
            ("", Some("x"), "x/a.jpg"),
            ("", Some("x/"), "x/a.jpg"),
            ("in/", None, "in/a.jpg"),
            ("in/", Some("x/y"), "in/x/y/a.jpg"),
            ("in/", Some("in"), "in/a.jpg"),
            ("in/", Some("in/x"), "in/x/a.jpg"),
        ] {
            let trigger = trigger(of_trigger);
            let rules = Rules { trigger: &trigger, prefix: wanted, user: None };
            assert_eq!(keys(&select(&paths, &rules)), [key], "{of_trigger} {wanted:?}");
        }
        let user = UserConfig {
            name: "anna".to_owned(),
            bucket: BucketRole::Source,
            access: Access::WriteOnly,
            prefix: "anna/".to_owned(),
            kind: UserKind::User,
        };
        let trigger = trigger("");
        let selection = select(&paths, &Rules { trigger: &trigger, prefix: None, user: Some(&user) });
        assert!(selection.problems[0].why.contains("add --prefix \"anna/\""), "{selection:?}");
        let selection = select(&paths, &Rules { trigger: &trigger, prefix: Some("anna"), user: Some(&user) });
        assert_eq!(keys(&selection), ["anna/a.jpg"]);
    }

    #[test]
    fn one_key_is_one_file() {
        let folder = folder(&[b"a/x.jpg", b"b/x.jpg"]);
        let trigger = trigger("");
        let rules = Rules { trigger: &trigger, prefix: None, user: None };
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        let selection = select(&[a.clone(), b, a.join("x.jpg")], &rules);
        assert_eq!(keys(&selection), ["x.jpg"]);
        assert_eq!(
            selection.problems.len(),
            1,
            "the same file twice is fine, two files are not: {selection:?}"
        );
    }

    #[test]
    fn keys_too_long_for_s3_are_refused() {
        let folder = folder(&[b"a.jpg"]);
        let trigger = trigger("");
        let long = "d".repeat(1030);
        let rules = Rules { trigger: &trigger, prefix: Some(&long), user: None };
        let selection = select(&[folder.path().join("a.jpg")], &rules);
        assert!(selection.problems[0].why.contains("1036 bytes"), "{selection:?}");
    }
}
