//! Cleans each picture of a folder into another: `cargo run -p sanitizer --example strip_folder -- photos clean`.
//! What is refused is named, and left out.

#![expect(clippy::print_stderr, reason = "what it prints is for people")]

use std::{
    error::Error,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use sanitizer::{Options, sanitize};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut paths = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(from), Some(to)) = (paths.next(), paths.next()) else {
        return Err("usage: strip_folder FROM TO".into());
    };
    fs::create_dir_all(&to)?;
    let mut code = ExitCode::SUCCESS;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file()
            && let Err(error) = clean(&entry.path(), &to.join(entry.file_name()))
        {
            eprintln!("{}: {error}", entry.path().display());
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

fn clean(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let clean = sanitize(fs::read(from)?, &Options::default())?;
    // Refused when it exists: it may be the only copy of something.
    let mut file = File::create_new(to)?;
    for piece in clean.pieces() {
        file.write_all(piece)?;
    }
    Ok(())
}
