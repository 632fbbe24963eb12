//! Which commit this is built from, for `--version`.
//!
//! A release asks git, if this is a checkout; an archive made by `git archive`, as GitHub's are, has it in `commit.txt`;
//! and who packages may set PROVISIONER_COMMIT. Without any of them there is just no commit. A development build does not
//! ask: it would be built anew after each commit, and be of none while somebody edits.

use std::env;
use std::path::Path;
use std::process::Command;

/// Its words are exchanged by `git archive` (see .gitattributes).
const ARCHIVED: &str = "commit.txt";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={ARCHIVED}");
    println!("cargo:rerun-if-env-changed=PROVISIONER_COMMIT");
    let profile = env::var("PROFILE").unwrap_or_default();
    let target = env::var("TARGET").unwrap_or_default();
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let is_release = profile == "release";
    let commit = given().or_else(|| if is_release { from_git().or_else(archived) } else { archived() });
    let version = match commit {
        Some(commit) => format!("{version} ({commit})"),
        None => version,
    };
    println!("cargo:rustc-env=PROVISIONER_VERSION={version}");
    println!("cargo:rustc-env=PROVISIONER_TARGET={target}");
    println!("cargo:rustc-env=PROVISIONER_PROFILE={}", if is_release { "release" } else { "development" });
}

fn given() -> Option<String> {
    one_line(env::var("PROVISIONER_COMMIT").ok()?)
}

fn archived() -> Option<String> {
    let text = std::fs::read_to_string(ARCHIVED).ok()?;
    one_line(text).filter(|text| !text.starts_with('$'))
}

/// The commit of this checkout, and of no other that we may lie in.
fn from_git() -> Option<String> {
    let root = git(&["rev-parse", "--show-toplevel"])?;
    let ours = Path::new("..").canonicalize().ok()?;
    if Path::new(&root).canonicalize().ok()? != ours {
        return None;
    }
    // HEAD names a branch, which names the commit, in a file of its own or in the one for all.
    let branch = git(&["symbolic-ref", "--quiet", "HEAD"]);
    for name in ["HEAD", "packed-refs"].into_iter().chain(branch.as_deref()) {
        let path = git(&["rev-parse", "--git-path", name]).filter(|path| Path::new(path).exists());
        if let Some(path) = path {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    git(&["log", "-1", "--format=%h %cs"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten().and_then(one_line)
}

/// What is no single line would end the directive to cargo.
fn one_line(text: String) -> Option<String> {
    let line = text.trim();
    (!line.is_empty() && !line.contains('\n')).then(|| line.to_owned())
}
