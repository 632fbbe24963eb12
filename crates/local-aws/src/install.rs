//! Installs the local AWS into a private virtual environment, once per version.
//!
//! The folder's name holds a hash of the pinned requirements and the Python version, so a new pin never
//! meets an old installation. A virtual environment can't be moved into place when it is complete (its
//! scripts hold absolute paths), so it is made in place under a lock, and a marker file written last says
//! that it is whole; one without its marker is thrown away.
//!
//! Only wheels, each checked against its hash: nothing that was downloaded runs during the installation.

use super::home::{cache_folder, create_private_folder, last_lines, remove_folder};
use super::python::{self, Python, find_program};
use super::{Error, OnProgress, Progress, VERSION, atomic, lock, system};
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::process::Command;

const REQUIREMENTS: &str = include_str!("requirements.txt");
/// Written last.
const MARKER: &str = "complete";
/// How long we let another process install.
const PATIENCE: Duration = Duration::from_secs(900);
/// How long a download may take.
const INSTALL_SECONDS: u64 = 600;

/// Installs what the local AWS needs, unless it is there already, and returns its Python.
pub async fn install(on_progress: OnProgress<'_>) -> Result<PathBuf, Error> {
    system::supported()?;
    let installer =
        Installer { folder: cache_folder()?, search_path: std::env::var_os("PATH").unwrap_or_default() };
    installer.install(on_progress).await
}

/// Where to, and with what.
struct Installer {
    folder: PathBuf,
    search_path: OsString,
}

impl Installer {
    async fn install(&self, on_progress: OnProgress<'_>) -> Result<PathBuf, Error> {
        let uv = find_program("uv", &self.search_path);
        let python = match python::find(&self.search_path).await {
            Ok(python) => Some(python),
            // uv downloads a Python when there is none.
            Err(_) if uv.is_some() => None,
            Err(error) => return Err(error),
        };
        let environment = self.environment(python.as_ref());
        if is_complete(&environment) {
            return Ok(interpreter(&environment));
        }
        create_private_folder(&self.folder)?;
        let _lock = lock::take(&beside(&environment, ".lock"), PATIENCE, on_progress).await?;
        if is_complete(&environment) {
            return Ok(interpreter(&environment));
        }
        on_progress(Progress::Installing);
        self.fill(&environment, uv.as_deref(), python.as_ref()).await?;
        atomic::write(&environment.join(MARKER), "", 0o644)?;
        Ok(interpreter(&environment))
    }

    /// The folder of this version for this Python.
    fn environment(&self, python: Option<&Python>) -> PathBuf {
        let mut hash = Sha256::new();
        hash.update(REQUIREMENTS);
        hash.update(python.map_or("uv's own", |python| &python.version));
        let hash: String = hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("ministack-{VERSION}-{hash}"))
    }

    /// Tries uv first, being ten times faster; pip knows mirrors that uv is not told about, so it is
    /// tried when uv fails.
    async fn fill(
        &self,
        environment: &Path,
        uv: Option<&Path>,
        python: Option<&Python>,
    ) -> Result<(), Error> {
        match (uv, python) {
            (Some(uv), Some(python)) => match with_uv(uv, Some(python), environment).await {
                Ok(()) => Ok(()),
                Err(_) => with_pip(python, environment).await,
            },
            (Some(uv), None) => with_uv(uv, None, environment).await,
            (None, Some(python)) => with_pip(python, environment).await,
            (None, None) => {
                Err(Error::NoPython { wanted: python::wanted(), found: "neither python3 nor uv".into() })
            }
        }
    }
}

async fn with_uv(uv: &Path, python: Option<&Python>, environment: &Path) -> Result<(), Error> {
    remove_folder(environment)?;
    let mut create = Command::new(uv);
    create.args(["venv", "--no-project", "--no-config", "--python"]);
    create.arg(python.map_or("3.13".as_ref(), |python| python.program.as_os_str())).arg(environment);
    run(create, "uv venv").await?;
    let requirements = write_requirements(environment)?;
    let mut install = Command::new(uv);
    install.args(["pip", "install", "--require-hashes", "--no-deps", "--only-binary", ":all:", "--python"]);
    install.arg(interpreter(environment)).arg("-r").arg(requirements);
    run(install, "uv pip install").await
}

async fn with_pip(python: &Python, environment: &Path) -> Result<(), Error> {
    remove_folder(environment)?;
    let mut create = Command::new(&python.program);
    create.args(["-I", "-m", "venv"]).arg(environment);
    run(create, "python3 -m venv").await.map_err(|error| without_venv(error, python))?;
    let requirements = write_requirements(environment)?;
    let mut install = Command::new(interpreter(environment));
    install.args(["-m", "pip", "install", "--require-hashes", "--no-deps", "--only-binary", ":all:"]);
    install.args(["--no-input", "--disable-pip-version-check", "-r"]).arg(requirements);
    // Set by some to be safe outside of environments; inside of one it makes pip refuse.
    install.env("PIP_USER", "0");
    run(install, "pip install").await
}

/// Debian's Python has a `venv` that is only there to say that it is not.
fn without_venv(error: Error, python: &Python) -> Error {
    match error {
        Error::Install { output, .. }
            if output.contains("ensurepip") || output.contains("No module named venv") =>
        {
            Error::NoVenv { python: python.program.display().to_string() }
        }
        other => other,
    }
}

fn write_requirements(environment: &Path) -> Result<PathBuf, Error> {
    let path = environment.join("requirements.txt");
    atomic::write(&path, REQUIREMENTS, 0o644)?;
    Ok(path)
}

/// Runs one step of the installation; the error has its last lines.
async fn run(mut command: Command, name: &str) -> Result<(), Error> {
    let failed = |output: String| Error::Install { command: name.to_owned(), output };
    for variable in ["PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"] {
        command.env_remove(variable);
    }
    command.stdin(std::process::Stdio::null()).kill_on_drop(true);
    let limit = Duration::from_secs(INSTALL_SECONDS);
    let output = tokio::time::timeout(limit, command.output())
        .await
        .map_err(|_| failed(format!("  it was not done after {INSTALL_SECONDS} seconds")))?
        .map_err(|error| failed(format!("  {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    Err(failed(last_lines(&String::from_utf8_lossy(&text), 8)))
}

/// `FOLDER.lock`; the dots of the version are no extension.
fn beside(environment: &Path, suffix: &str) -> PathBuf {
    let mut path = environment.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

fn interpreter(environment: &Path) -> PathBuf {
    environment.join("bin/python")
}

/// Whole, and its Python was not removed meanwhile (`exists` follows the link).
fn is_complete(environment: &Path) -> bool {
    environment.join(MARKER).exists() && interpreter(environment).exists()
}

#[cfg(test)]
mod tests {
    use super::super::python::tests::program;
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A machine with the given programs (shell scripts) and nothing else but the system's shell.
    struct Machine(tempfile::TempDir);

    impl Machine {
        fn with(programs: &[(&str, &str)]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            for (name, script) in programs {
                program(folder.path(), name, script);
            }
            Self(folder)
        }

        fn installer(&self) -> Installer {
            Installer { folder: self.0.path().join("cache"), search_path: self.0.path().into() }
        }

        async fn install(&self) -> Result<PathBuf, Error> {
            self.installer().install(&|_| ()).await
        }
    }

    /// Answers like Python 3.12; `-m venv DIR` makes one whose `bin/python` does the rest.
    fn python(pip: &str) -> String {
        format!(
            r#"case "$*" in
                *version_info*) echo 3 12 ;;
                *"-m venv"*) mkdir -p "$4/bin"
                    printf '%s\n' '#!/bin/sh' 'echo "$*" >> "$(dirname "$0")/../../calls"' '{pip}' > "$4/bin/python"
                    chmod +x "$4/bin/python" ;;
            esac"#
        )
    }

    #[tokio::test]
    async fn it_is_installed_once_with_hashes_and_wheels_only() {
        let machine = Machine::with(&[("python3", &python("exit 0"))]);
        let first = machine.install().await.unwrap();
        assert_eq!(machine.install().await.unwrap(), first);
        let calls = std::fs::read_to_string(machine.installer().folder.join("calls")).unwrap();
        assert_eq!(calls.lines().count(), 1);
        assert!(calls.contains("--require-hashes --no-deps --only-binary :all:"), "{calls}");
    }

    #[tokio::test]
    async fn several_at_once_install_once() {
        let machine = Machine::with(&[("python3", &python("sleep 0.3"))]);
        let installs = AtomicUsize::new(0);
        let count = |progress| {
            if progress == Progress::Installing {
                installs.fetch_add(1, Ordering::Relaxed);
            }
        };
        let installer = machine.installer();
        let (one, two) = tokio::join!(installer.install(&count), installer.install(&count));
        assert_eq!(one.unwrap(), two.unwrap());
        assert_eq!(installs.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn half_an_installation_is_done_again() {
        let machine = Machine::with(&[("python3", &python("exit 0"))]);
        let interpreter = machine.install().await.unwrap();
        let environment = interpreter.parent().unwrap().parent().unwrap();
        std::fs::remove_file(environment.join(MARKER)).unwrap();
        std::fs::write(environment.join("left over"), "").unwrap();
        machine.install().await.unwrap();
        assert!(!environment.join("left over").exists());
        assert!(is_complete(environment));
    }

    #[tokio::test]
    async fn a_python_that_was_removed_is_noticed() {
        let machine = Machine::with(&[("python3", &python("exit 0"))]);
        let interpreter = machine.install().await.unwrap();
        std::fs::remove_file(&interpreter).unwrap();
        machine.install().await.unwrap();
        assert!(interpreter.exists());
    }

    #[tokio::test]
    async fn without_python_the_error_names_the_package() {
        let error = Machine::with(&[]).install().await.unwrap_err();
        assert!(matches!(error, Error::NoPython { .. }), "{error}");
        assert!(error.hint().contains("`python3`"));
    }

    #[tokio::test]
    async fn debian_without_venv_is_told_the_package() {
        let script = r#"case "$*" in
            *version_info*) echo 3 12 ;;
            *) echo "The virtual environment was not created successfully because ensurepip is not available."; exit 1 ;;
        esac"#;
        let error = Machine::with(&[("python3", script)]).install().await.unwrap_err();
        assert!(matches!(error, Error::NoVenv { .. }), "{error}");
        assert!(error.hint().contains("`python3-venv`"));
    }

    #[tokio::test]
    async fn a_failing_pip_is_quoted_and_leaves_nothing_that_counts_as_installed() {
        let pip = "echo ERROR: could not reach the index >&2; exit 1";
        let machine = Machine::with(&[("python3", &python(pip))]);
        let error = machine.install().await.unwrap_err();
        assert!(
            error.to_string().contains("`pip install` failed\n  ERROR: could not reach the index"),
            "{error}"
        );
        assert!(error.hint().contains("network"));
        assert!(matches!(machine.install().await, Err(Error::Install { .. })));
    }

    #[tokio::test]
    async fn a_failing_uv_gives_way_to_pip() {
        let machine = Machine::with(&[("uv", "exit 2"), ("python3", &python("exit 0"))]);
        machine.install().await.unwrap();
    }

    #[test]
    fn every_requirement_is_pinned_and_hashed() {
        assert!(REQUIREMENTS.contains(&format!("\nministack=={VERSION} ")));
        let joined = REQUIREMENTS.replace("\\\n", " ");
        for line in joined.lines().filter(|line| !line.starts_with('#')) {
            assert!(line.contains("==") && line.contains("--hash=sha256:"), "{line}");
        }
    }
}
