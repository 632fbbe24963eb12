//! A profile in the file of credentials that the AWS CLI and all SDKs read.
//!
//! What else is in the file stays as it is, byte for byte. The new file takes the old one's place at once, and nobody but
//! its owner may read it.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::files;

const ID: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";
const TOKEN: &str = "aws_session_token";

/// A profile.
#[derive(Debug)]
pub(crate) struct Profile {
    name: String,
    file: PathBuf,
    text: String,
}

impl Profile {
    /// Reads the file of credentials; one that is not there is empty.
    ///
    /// # Errors
    /// When it cannot be read, there is no home, or the name cannot be that of a profile.
    pub(crate) fn open(name: &str) -> Result<Self, Failure> {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_.@+-".contains(letter);
        if name.is_empty() || !name.chars().all(is_plain) {
            return Err(Failure::Refused {
                what: format!("{name:?} cannot be the name of a profile"),
                hint: "use letters, digits and _ . @ + -".to_owned(),
            });
        }
        let file = Self::file()?;
        // Behind a link is what is meant, and the link stays.
        let file = std::fs::canonicalize(&file).unwrap_or(file);
        match std::fs::read_to_string(&file) {
            Ok(text) => Ok(Self { name: name.to_owned(), file, text }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Self { name: name.to_owned(), file, text: String::new() })
            }
            Err(source) => Err(Failure::File { path: file.display().to_string(), source }),
        }
    }

    fn file() -> Result<PathBuf, Failure> {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        if let Some(file) = set("AWS_SHARED_CREDENTIALS_FILE") {
            return Ok(file.into());
        }
        // As the SDK looks for it: on Windows there is often no HOME.
        let home = set("HOME").or_else(|| if cfg!(windows) { set("USERPROFILE") } else { None });
        match home {
            Some(home) => Ok(Path::new(&home).join(".aws").join("credentials")),
            None => Err(Failure::Refused {
                what: "there is no HOME, and so no file of credentials".to_owned(),
                hint: "set AWS_SHARED_CREDENTIALS_FILE to the file to write".to_owned(),
            }),
        }
    }

    /// Which profile of which file this is, in a few letters that tell nothing.
    pub(crate) fn token(&self) -> String {
        let hash = Sha256::new().chain_update(self.file.as_os_str().as_encoded_bytes()).chain_update([0]);
        let hash = hash.chain_update(&self.name).finalize();
        format!("profile-{}", hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    /// Where it is written.
    pub(crate) fn path(&self) -> &Path {
        files::without_prefix(&self.file)
    }

    /// The id of the key that it has.
    pub(crate) fn key_id(&self) -> Option<&str> {
        section(&self.text, &self.name)?.lines().find_map(|line| value(line, ID))
    }

    /// Whether it says more than a key: another source of credentials, such as a role or SSO.
    pub(crate) fn is_of_another_kind(&self) -> bool {
        let ours = [ID, SECRET, TOKEN, "region", "output"];
        section(&self.text, &self.name).is_some_and(|section| {
            section.lines().skip(1).any(|line| {
                let name = line.split_once('=').map(|(name, _)| name.trim());
                name.is_some_and(|name| !name.starts_with(['#', ';']) && !ours.contains(&name))
            })
        })
    }

    /// Writes the profile with this key.
    ///
    /// # Errors
    /// When the file cannot be written; then it is as before.
    pub(crate) fn write(&self, id: &str, secret: &str) -> Result<(), Failure> {
        let failed = |source| Failure::File { path: self.file.display().to_string(), source };
        if let Some(folder) = self.file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            files::create_private_folder(folder).map_err(failed)?;
        }
        files::replace_private(&self.file, with_key(&self.text, &self.name, id, secret).as_bytes())
            .map_err(failed)
    }
}

/// The lines of a profile, its heading included.
fn section<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (begin, end) = place(text, name)?;
    Some(&text[begin..end])
}

/// Where a profile begins and ends.
fn place(text: &str, name: &str) -> Option<(usize, usize)> {
    let mut begin = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some(heading) = heading(line) {
            if let Some(begin) = begin {
                return Some((begin, at));
            }
            begin = (heading == name).then_some(at);
        }
        at += line.len();
    }
    begin.map(|begin| (begin, at))
}

/// The name in `[name]`.
fn heading(line: &str) -> Option<&str> {
    let (name, _) = line.trim_start().strip_prefix('[')?.split_once(']')?;
    Some(name.trim())
}

fn value<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let (key, value) = line.split_once('=')?;
    (key.trim() == name).then(|| value.trim())
}

/// The file with the key in the profile.
fn with_key(text: &str, name: &str, id: &str, secret: &str) -> String {
    let key = format!("{ID} = {id}\n{SECRET} = {secret}\n");
    let Some((begin, end)) = place(text, name) else {
        let gap = if text.is_empty() || text.ends_with("\n\n") {
            ""
        } else if text.ends_with('\n') {
            "\n"
        } else {
            "\n\n"
        };
        return format!("{text}{gap}[{name}]\n{key}");
    };
    let mut lines = text[begin..end].split_inclusive('\n');
    let mut heading = lines.next().unwrap_or_default().to_owned();
    if !heading.ends_with('\n') {
        heading.push('\n');
    }
    let is_of_key = |line: &&str| [ID, SECRET, TOKEN].iter().any(|name| value(line, name).is_some());
    let rest: String = lines.filter(|line| !is_of_key(line)).collect();
    format!("{}{heading}{key}{rest}{}", &text[..begin], &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_the_file_stays_as_it_is() {
        let theirs = "# mine\n[default]\naws_access_key_id=OLD\n; note\nregion = eu-west-1\naws_session_token = T\n\n[ work ]\nrole_arn = r\n";
        assert_eq!(
            with_key(theirs, "default", "NEW", "s/+="),
            "# mine\n[default]\naws_access_key_id = NEW\naws_secret_access_key = s/+=\n; note\nregion = eu-west-1\n\n[ work ]\nrole_arn = r\n"
        );
        for (text, expected) in [
            ("", "[p]\naws_access_key_id = I\naws_secret_access_key = S\n"),
            ("[a]\nx = 1", "[a]\nx = 1\n\n[p]\naws_access_key_id = I\naws_secret_access_key = S\n"),
            ("[p]", "[p]\naws_access_key_id = I\naws_secret_access_key = S\n"),
            ("[pp]\n", "[pp]\n\n[p]\naws_access_key_id = I\naws_secret_access_key = S\n"),
        ] {
            assert_eq!(with_key(text, "p", "I", "S"), expected);
        }
    }

    #[test]
    fn a_profile_tells_its_key_and_what_else_it_is() {
        let profile = |name: &str| Profile {
            name: name.to_owned(),
            file: PathBuf::new(),
            text: "[a]\naws_access_key_id= AKIA1 \nregion=x\n# role_arn = no\n[b]\nrole_arn = r\n".to_owned(),
        };
        assert_eq!((profile("a").key_id(), profile("a").is_of_another_kind()), (Some("AKIA1"), false));
        assert_eq!((profile("b").key_id(), profile("b").is_of_another_kind()), (None, true));
        assert_eq!((profile("c").key_id(), profile("c").is_of_another_kind()), (None, false));
    }
}
