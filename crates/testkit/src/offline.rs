//! A folder with pictures, and the program run in it.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::exif;
use crate::jpeg::{self, CANARY, Kind};

/// A clean picture.
pub fn plain() -> Vec<u8> {
    jpeg::picture(Kind::Ycc420, 48, 32)
}

/// [`plain`] with an EXIF block that tells much, a comment, and something behind its end.
pub fn telling(orientation: u16) -> Vec<u8> {
    let picture = plain();
    let exif = jpeg::segment(0xE1, &exif::telling(orientation, &jpeg::small(Kind::Grey)));
    let comment = jpeg::planted(0xFE, b"made for ");
    let inserted = jpeg::insert(&picture, 2, &[exif, comment].concat());
    [&inserted[..], b"MotionPhoto", CANARY].concat()
}

/// How a run of the program ended.
pub struct Ran {
    pub code: i32,
    pub out: Vec<u8>,
    pub err: String,
}

impl Ran {
    /// Stdout as text, the time it took left out.
    pub fn text(&self) -> String {
        untimed(std::str::from_utf8(&self.out).unwrap())
    }

    /// Everything that a person sees.
    pub fn screen(&self) -> String {
        format!("exit code {}\n--- stdout\n{}--- stderr\n{}", self.code, self.text(), untimed(&self.err))
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.out).unwrap()
    }
}

fn untimed(text: &str) -> String {
    let line = |line: &str| match line.rfind(" in ") {
        Some(at) if line.ends_with(" s") && line.contains("of metadata removed") => {
            format!("{} in [time]\n", &line[..at])
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// A folder of its own for a test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new(files: &[(&str, Vec<u8>)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, content) in files {
            let path = folder.path(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// All files below, in order.
    pub fn list(&self) -> Vec<String> {
        let files = walkdir::WalkDir::new(self.0.path()).sort_by_file_name();
        let files = files.into_iter().map(Result::unwrap).filter(|entry| !entry.file_type().is_dir());
        files.map(|entry| entry.path().strip_prefix(self.0.path()).unwrap().display().to_string()).collect()
    }

    /// Runs the program, with nothing of the machine's environment.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, &[])
    }

    pub fn run_with(&self, args: &[&str], stdin: &[u8]) -> Ran {
        let mut child = Command::new(crate::program())
            .args(args)
            .env_clear()
            .current_dir(self.0.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that does not read its input closes it.
        let _ = child.stdin.take().unwrap().write_all(stdin);
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        Ran { code: output.status.code().unwrap(), out: output.stdout, err }
    }
}
