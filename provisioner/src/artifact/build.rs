//! Runs `cargo` to build the function.
//!
//! For the AWS on this machine it is built exactly as this program was, so that
//! the SDK's crates, which take minutes, are there already. For Lambda it is built
//! small and quick to start.

use std::{
    collections::VecDeque,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

use super::{
    Error, elf,
    toolchain::{Method, Tools, choose, triple},
};
use engine::config::Architecture;

/// What to build for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// This machine, for the AWS that runs on it.
    Host,
    /// Lambda, for this processor.
    Lambda(Architecture),
}

/// Builds the function of `workspace` and returns the program's path.
pub(super) async fn build(workspace: &Path, target: Target, say: &dyn Fn(&str)) -> Result<PathBuf, Error> {
    match target {
        Target::Host => run(workspace, host_arguments(!cfg!(debug_assertions)), None, say).await,
        Target::Lambda(architecture) => {
            let libdir = target_libdir(workspace, triple(architecture)).await;
            let tools = Tools::look(architecture, libdir.as_deref());
            let method = choose(architecture, &tools)?;
            let program = run_method(workspace, &method, architecture, say).await?;
            // A distribution newer than Lambda's makes programs that need its own glibc.
            if method != Method::Zig && tools.zigbuild && tools.std && needs_newer_glibc(&program) {
                say("this machine's glibc is newer than Lambda's: building again with cargo-zigbuild");
                return run_method(workspace, &Method::Zig, architecture, say).await;
            }
            Ok(program)
        }
    }
}

/// With what the function would be built.
///
/// # Errors
/// What is missing.
pub(super) async fn how(workspace: &Path, target: Target) -> Result<&'static str, Error> {
    let Target::Lambda(architecture) = target else { return Ok("cargo build") };
    let libdir = target_libdir(workspace, triple(architecture)).await;
    Ok(match choose(architecture, &Tools::look(architecture, libdir.as_deref()))? {
        Method::Native => "cargo build",
        Method::Zig => "cargo zigbuild",
        Method::Cross { .. } => "cargo build with a cross compiler",
    })
}

fn needs_newer_glibc(program: &Path) -> bool {
    let file = std::fs::read(program).unwrap_or_default();
    elf::read(&file).is_ok_and(|elf| elf.glibc.is_some_and(|glibc| glibc > elf::LAMBDA_GLIBC))
}

/// `--workspace`, since cargo decides over the features of shared dependencies
/// by what is selected: with `--package function` it would build the SDK anew.
fn host_arguments(release: bool) -> Vec<OsString> {
    let mut arguments = words(&["build", "--workspace", "--bin", "bootstrap"]);
    if release {
        arguments.push("--release".into());
    }
    arguments
}

fn lambda_arguments(method: &Method, architecture: Architecture) -> Vec<OsString> {
    let command = if *method == Method::Zig { "zigbuild" } else { "build" };
    let mut arguments =
        words(&[command, "--package", "function", "--bin", "bootstrap", "--profile", "lambda"]);
    let triple = triple(architecture);
    match method {
        Method::Native => {}
        Method::Zig => {
            let with_glibc = format!("{triple}.{}", elf::LAMBDA_GLIBC);
            arguments.extend(words(&["--target", &with_glibc]));
        }
        Method::Cross { .. } => arguments.extend(words(&["--target", triple])),
    }
    arguments
}

async fn run_method(
    workspace: &Path,
    method: &Method,
    architecture: Architecture,
    say: &dyn Fn(&str),
) -> Result<PathBuf, Error> {
    let linker = match method {
        Method::Cross { linker } => {
            let triple = triple(architecture).to_uppercase().replace('-', "_");
            Some((format!("CARGO_TARGET_{triple}_LINKER"), *linker))
        }
        Method::Native | Method::Zig => None,
    };
    run(workspace, lambda_arguments(method, architecture), linker, say).await
}

/// Runs `cargo` and returns the path of the program that it built or found fresh.
async fn run(
    workspace: &Path,
    arguments: Vec<OsString>,
    linker: Option<(String, &str)>,
    say: &dyn Fn(&str),
) -> Result<PathBuf, Error> {
    let shown =
        arguments.iter().fold("cargo".to_owned(), |text, argument| format!("{text} {}", argument.display()));
    let mut command = Command::new(cargo());
    command
        .args(arguments)
        .args(["--locked", "--message-format", "json-render-diagnostics"])
        .current_dir(workspace)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    for variable in std::env::vars_os().map(|(name, _)| name).filter(|name| is_of_the_running_package(name)) {
        command.env_remove(variable);
    }
    if let Some((variable, linker)) = linker.filter(|(variable, _)| std::env::var_os(variable).is_none()) {
        command.env(variable, linker);
    }
    let mut child = command.spawn().map_err(|source| Error::NoCargo { source })?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (program, output) = tokio::join!(find_program(stdout), follow(stderr, say));
    let status = child.wait().await.map_err(|source| Error::NoCargo { source })?;
    if !status.success() {
        return Err(Error::Compile { command: shown, output });
    }
    program.ok_or(Error::NoProgram { command: shown })
}

/// The cargo that runs us, if one does, else the one on the path.
fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// `cargo run` and `cargo test` tell us about our own package. A cargo below them
/// would take these for changed settings of crates whose build scripts look at
/// them, and compile these crates, and all that depend on them, again.
fn is_of_the_running_package(variable: &std::ffi::OsStr) -> bool {
    let name = variable.to_string_lossy();
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"].iter().any(|prefix| name.starts_with(prefix))
        || ["CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"].contains(&name.as_ref())
}

/// Reads cargo's messages; the program's path is in one of them, also when there
/// was nothing to do. <https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages>
async fn find_program(stdout: Option<impl tokio::io::AsyncRead + Unpin>) -> Option<PathBuf> {
    let mut lines = BufReader::new(stdout?).lines();
    let mut program = None;
    while let Ok(Some(line)) = lines.next_line().await {
        program = program_in(&line).or(program);
    }
    program
}

fn program_in(message: &str) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Message {
        target: Option<MessageTarget>,
        executable: Option<PathBuf>,
    }
    #[derive(Deserialize)]
    struct MessageTarget {
        name: String,
    }
    let message: Message = serde_json::from_str(message).ok()?;
    message.executable.filter(|_| message.target.is_some_and(|target| target.name == "bootstrap"))
}

/// How many of cargo's last lines an error shows.
const TAIL: usize = 40;

/// How often a long build says where it is.
const INTERVAL: Duration = Duration::from_secs(5);

/// Follows what cargo tells a person, says now and then how far it is, and
/// returns the end of it.
async fn follow(stderr: Option<impl tokio::io::AsyncRead + Unpin>, say: &dyn Fn(&str)) -> String {
    let Some(stderr) = stderr else { return String::new() };
    let mut lines = BufReader::new(stderr).lines();
    let mut tail = VecDeque::new();
    let started = Instant::now();
    let mut said: Option<Instant> = None;
    while let Ok(Some(line)) = lines.next_line().await {
        let step = line.trim_start();
        if step.starts_with("Blocking") {
            say("building the function: another cargo is at work here, waiting for it");
        } else if let Some(crate_name) = step.strip_prefix("Compiling ") {
            let crate_name = crate_name.split(" (").next().unwrap_or(crate_name);
            if said.is_none_or(|said| said.elapsed() >= INTERVAL) {
                say(&format!("building the function: {} s, {crate_name}", started.elapsed().as_secs()));
                said = Some(Instant::now());
            }
            continue;
        }
        if tail.len() == TAIL {
            tail.pop_front();
        }
        tail.push_back(line);
    }
    Vec::from(tail).join("\n")
}

/// Where Rust keeps the standard library for `triple`; whether the folder exists
/// tells whether it is installed.
async fn target_libdir(workspace: &Path, triple: &str) -> Option<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", triple])
        .current_dir(workspace)
        .stderr(Stdio::null())
        .output()
        .await
        .ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(path.trim_end()))
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_these() {
        let shown = |arguments: Vec<OsString>| arguments.join(" ".as_ref()).into_string().unwrap();
        assert_eq!(shown(host_arguments(true)), "build --workspace --bin bootstrap --release");
        assert_eq!(
            shown(lambda_arguments(&Method::Native, Architecture::X86_64)),
            "build --package function --bin bootstrap --profile lambda"
        );
        assert_eq!(
            shown(lambda_arguments(&Method::Zig, Architecture::Arm64)),
            "zigbuild --package function --bin bootstrap --profile lambda --target aarch64-unknown-linux-gnu.2.34"
        );
        assert_eq!(
            shown(lambda_arguments(&Method::Cross { linker: "aarch64-linux-gnu-gcc" }, Architecture::Arm64)),
            "build --package function --bin bootstrap --profile lambda --target aarch64-unknown-linux-gnu"
        );
    }

    #[test]
    fn only_the_bootstrap_counts() {
        let message = |name: &str, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"name":"{name}","kind":["bin"]}},"executable":{executable}}}"#
            )
        };
        assert_eq!(
            program_in(&message("bootstrap", r#""/t/bootstrap""#)),
            Some(PathBuf::from("/t/bootstrap"))
        );
        assert_eq!(program_in(&message("bootstrap", "null")), None);
        assert_eq!(program_in(&message("provisioner", r#""/t/provisioner""#)), None);
        assert_eq!(program_in(r#"{"reason":"build-finished","success":true}"#), None);
        assert_eq!(program_in("not json"), None);
    }

    #[test]
    fn the_nested_cargo_does_not_learn_who_we_are() {
        for name in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "CARGO_BIN_EXE_x", "CARGO_PRIMARY_PACKAGE"] {
            assert!(is_of_the_running_package(name.as_ref()), "{name}");
        }
        for name in
            ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_NET_OFFLINE", "CARGO_BUILD_JOBS", "PATH", "RUSTFLAGS"]
        {
            assert!(!is_of_the_running_package(name.as_ref()), "{name}");
        }
    }

    #[tokio::test]
    async fn a_long_build_says_where_it_is_and_an_error_keeps_its_end() {
        let said = std::cell::RefCell::new(Vec::new());
        let mut cargo = "   Compiling aws-sdk-s3 v1.2.3\n   Compiling function v0.1.0 (/x)\n".to_owned();
        for line in 0..100 {
            cargo.push_str(&format!("error {line}\n"));
        }
        let tail = follow(Some(cargo.as_bytes()), &|text| said.borrow_mut().push(text.to_owned())).await;
        assert_eq!(*said.borrow(), ["building the function: 0 s, aws-sdk-s3 v1.2.3"]);
        assert!(tail.starts_with("error 60\n") && tail.ends_with("error 99"), "{tail}");
    }

    #[tokio::test]
    async fn a_compiler_error_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
        std::fs::create_dir_all(folder.path().join("function/src")).unwrap();
        write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"function\"]\n");
        write(
            "function/Cargo.toml",
            "[package]\nname = \"function\"\nedition = \"2024\"\n[[bin]]\nname = \"bootstrap\"\npath = \"src/main.rs\"\n",
        );
        write("function/src/main.rs", "fn main() { let broken: u8 = \"text\"; }");
        write("Cargo.lock", "version = 4\n[[package]]\nname = \"function\"\nversion = \"0.0.0\"\n");
        let error = build(folder.path(), Target::Host, &|_| ()).await.unwrap_err();
        assert!(error.to_string().contains("mismatched types"), "{error}");
    }
}
