//! From a path to text: everything that can be wrong with a file before its
//! first line is read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::errors::{ConfigErrors, Findings, Problem};
use super::model::Config;
use super::parse::{Overrides, parse};

/// No configuration is longer: whoever gives a picture or a disk image as
/// `--config` shall not wait for it.
const LARGEST: u64 = 1 << 20;

/// Reads and validates a configuration file.
///
/// # Errors
/// Everything that is wrong with it, at once.
pub fn load(path: &Path, overrides: &Overrides) -> Result<Config, ConfigErrors> {
    let name = path.display().to_string();
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(error) => return Err(ConfigErrors::of_file(&name, unreadable(path, &error))),
    };
    if bytes.len() as u64 > LARGEST {
        let problem = Problem::plain(
            "the file is larger than 1 MiB; that is not a configuration",
            "give the path of a config.toml: `--config FILE`",
        );
        return Err(ConfigErrors::of_file(&name, problem));
    }
    match String::from_utf8(bytes) {
        Ok(text) => parse(&text, &name, overrides),
        Err(error) => Err(not_utf8(&name, error.as_bytes(), error.utf8_error().valid_up_to())),
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    // Opening a directory works on Unix and only reading it fails; on Windows
    // opening fails with "access denied". Ask first, so both say the same.
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::NotFound => Problem::plain(
            "there is no such file",
            "name another with `--config FILE`, or go to the folder that has it; \
             one line makes a complete config.toml: stack = \"photos\"",
        ),
        io::ErrorKind::IsADirectory => Problem::plain(
            "this is a directory, not a file",
            format!("name the file in it: `--config {}`", path.join("config.toml").display()),
        ),
        io::ErrorKind::PermissionDenied => Problem::plain(
            "the file may not be read",
            "give yourself the right to read it (`chmod u+r FILE`)",
        ),
        _ => Problem::plain(format!("the file cannot be read: {error}"), "name another with `--config FILE`"),
    }
}

fn not_utf8(name: &str, bytes: &[u8], valid_up_to: usize) -> ConfigErrors {
    const NOTE: &str = "TOML files are UTF-8: https://toml.io/en/v1.1.0#preliminaries";
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let help = "save it again as UTF-8; in PowerShell: `Set-Content -Encoding utf8`";
        return ConfigErrors::of_file(name, Problem::new("the file is UTF-16", NOTE, help));
    }
    let text = String::from_utf8_lossy(bytes);
    let mut found = Findings::new(&text);
    let problem = Problem::new(
        format!("the byte 0x{:02x} is not UTF-8", bytes.get(valid_up_to).copied().unwrap_or_default()),
        NOTE,
        "save the file again with the encoding UTF-8",
    );
    // Up to the first bad byte the lossy text is the file, byte for byte; there
    // it has a replacement character.
    found.add(Some(valid_up_to..valid_up_to + char::REPLACEMENT_CHARACTER.len_utf8()), problem);
    found.into_errors(name)
}
