//! What README and docs tell people to type, typed: each page from top to bottom, in a folder and an AWS of its own, by the
//! real program. `--local` is a local AWS in that folder, too.
//!
//! A block that cannot be run here says so above it (`testkit::written`). Programs of others are in [`OTHERS`]. That every
//! command parses, these too, is tested in `src/cli/reference.rs`.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use local_aws::{Ephemeral, LocalAws};
use testkit::written::{self, Block};
use testkit::{offline, tools};

use super::stage::CONFIG;

/// What is typed and does nothing here, and why.
const OTHERS: [(&str, &str); 3] = [
    ("terraform", "takes minutes; `terraform_parity` runs the real one on the same files"),
    ("cargo test", "is what runs this"),
    ("cargo install", "builds everything once more"),
];

/// Programs that some blocks need, and most machines have.
const NEEDED: [&str; 3] = ["bash", "jq", "timeout"];

macro_rules! pages {
    ($($name:ident: $page:literal)*) => {
        const PAGES: &[&str] = &[$($page),*];

        $(
            #[tokio::test]
            async fn $name() {
                run($page).await;
            }
        )*
    };
}

pages! {
    the_readme: "README.md"
    install: "docs/install.md"
    first_stack: "docs/first-stack.md"
    pictures: "docs/pictures.md"
    the_stack: "docs/stack.md"
    operating: "docs/operating.md"
    aws_setup: "docs/aws-setup.md"
    terraform: "docs/terraform.md"
    security: "docs/security.md"
    configuration: "docs/configuration.md"
    comparison: "docs/comparison.md"
    troubleshooting: "docs/troubleshooting.md"
}

#[test]
fn every_page_with_commands_is_run() {
    for page in written::pages() {
        let is_run = PAGES.contains(&page.as_str());
        assert_eq!(is_run, !written::blocks(&page).is_empty(), "{page}");
    }
}

/// Each key of the shipped file has its row, and each row its key.
#[test]
fn the_configuration_page_has_every_key() {
    let page = written::text("docs/configuration.md");
    let shipped = CONFIG.lines().filter_map(|line| {
        let key = line.trim_start_matches("# ").split(" =").next()?;
        let is_key =
            line.contains(" = ") && key.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
        (is_key && key != "team").then(|| format!("| `{key}` |"))
    });
    let missing: Vec<String> = shipped.filter(|row| !page.contains(row)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let folder = tempfile::tempdir().unwrap();
    let mut read = 0;
    for block in page.split("```toml\n").skip(1) {
        std::fs::write(folder.path().join("config.toml"), block.split("```").next().unwrap()).unwrap();
        let mut check = Command::new(testkit::program());
        let checked = check.args(["config", "check"]).current_dir(folder.path()).output().unwrap();
        assert!(checked.status.success(), "{block}\n{}", String::from_utf8_lossy(&checked.stderr));
        read += 1;
    }
    assert!(read > 1);
}

/// The messages on the page about errors are what the program says: the pieces between "…" stand in its source.
#[test]
fn the_errors_that_are_explained_exist() {
    let mut source = String::new();
    for folder in ["crates/engine/src", "crates/local-aws/src", "crates/sanitizer/src", "provisioner/src"] {
        for entry in walkdir::WalkDir::new(written::root().join(folder)).into_iter().map(Result::unwrap) {
            if entry.path().extension().is_some_and(|extension| extension == "rs") {
                source.push_str(&std::fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    // A string that goes on in the next line.
    let pieces: Vec<&str> = source.split("\\\n").collect();
    let source = pieces.iter().map(|piece| piece.trim_start()).collect::<String>();
    let page = written::text("docs/troubleshooting.md");
    let mut read = 0;
    for title in page.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')) {
        for piece in title.split('…').map(|piece| piece.trim_matches([' ', ':', ',', ';', '(', ')'])) {
            assert!(source.contains(piece), "{title}: {piece:?} is not in the source");
        }
        read += 1;
    }
    assert!(read > 40, "{read} messages");
}

/// Where the commands of a page are typed.
struct Desk {
    aws: Ephemeral,
    folder: tempfile::TempDir,
    /// Where the last block has left the shell.
    here: PathBuf,
}

async fn run(page: &str) {
    for tool in NEEDED {
        if Command::new(tool).arg("--version").output().is_err() {
            tools::skip(tool, "it is not in PATH", "install it");
            return;
        }
    }
    let mut desk = Desk::new(LocalAws::ephemeral().await.unwrap());
    for block in written::blocks(page) {
        if block.not_run().is_none() {
            desk.type_in(&block);
        }
    }
}

impl Desk {
    fn new(aws: Ephemeral) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().join("checkout");
        for name in ["checkout/holiday", "checkout/terraform", "programs", "home"] {
            std::fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        std::fs::write(here.join("config.toml"), CONFIG).unwrap();
        for name in ["PHOTO.jpg", "holiday/rome.jpg", "holiday/lido.jpg"] {
            std::fs::write(here.join(name), offline::telling(6)).unwrap();
        }
        std::fs::write(here.join("holiday/notes.txt"), "no picture").unwrap();
        let desk = Self { aws, folder, here };
        desk.program("provisioner", &provisioner());
        desk.program("cargo", CARGO);
        desk.program("terraform", "exit 0");
        desk
    }

    /// A program that is found before those of the machine.
    fn program(&self, name: &str, script: &str) {
        let path = self.folder.path().join("programs").join(name);
        std::fs::write(&path, format!("#!/usr/bin/env bash\n{script}\n")).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[track_caller]
    fn type_in(&mut self, block: &Block) {
        if let Some(before) = block.before() {
            let ran = self.shell(before);
            assert!(ran.status.success(), "{}: before: {before}\n{}", block.place, said(&ran));
        }
        let ran = self.shell(&block.script);
        assert_eq!(
            ran.status.code(),
            Some(block.exits()),
            "{}\n{}\n{}",
            block.place,
            block.script,
            said(&ran)
        );
        if !block.printed.is_empty() {
            let out = String::from_utf8_lossy(&ran.stdout);
            assert_eq!(out.lines().collect::<Vec<_>>(), block.printed, "{}", block.place);
        }
    }

    /// Runs lines as a shell does that stops at the first failure.
    fn shell(&mut self, script: &str) -> Output {
        let place = self.folder.path().join("here");
        let folder = |name: &str| self.folder.path().join(name);
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new("bash");
        command
            .args(["-euo", "pipefail", "-c", &format!("{script}\npwd >'{}'", place.display())])
            .current_dir(&self.here)
            .env_clear()
            .envs(self.aws.env())
            .env("PATH", format!("{}:{path}", folder("programs").display()))
            .env("PROVISIONER_LOCAL_HOME", folder("local"))
            .env("AWS_SHARED_CREDENTIALS_FILE", folder("home/credentials"))
            .env("HOME", folder("home"));
        // Caches and toolchains are the machine's.
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        for (name, default) in
            [("XDG_CACHE_HOME", ".cache"), ("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")]
        {
            command.env(name, std::env::var_os(name).unwrap_or_else(|| home.join(default).into()));
        }
        for name in ["RUSTUP_TOOLCHAIN", "CARGO_TARGET_DIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        let ran = command.output().unwrap();
        if ran.status.success() {
            self.here = Path::new(std::fs::read_to_string(place).unwrap().trim()).to_owned();
        }
        ran
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if self.folder.path().join("local").exists() {
            let _ = self.shell("provisioner local stop");
        }
    }
}

fn said(ran: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr))
}

/// The real program. A person answers its question; here the answer is yes. What runs until Ctrl-C gets one.
fn provisioner() -> String {
    format!(
        r#"program='{}'
case " $* " in
*" --yes "* | *" -y "*) ;;
*" up "* | *" down "* | *" keys revoke "* | *" local reset "*) case " $* " in *" permissions "* | *" plan "*) ;; *) set -- "$@" --yes ;; esac ;;
esac
case " $* " in
*" --follow "* | *" local open "*)
    timeout --preserve-status --signal INT 5 "$program" "$@" && exit 0
    [ $? = 130 ]
    exit
    ;;
esac
exec "$program" "$@""#,
        testkit::program().display()
    )
}

/// `cargo run -- ...` is the program that is built already; what builds the function gets the real cargo.
const CARGO: &str = r#"case "$1" in
run) shift 2; exec provisioner "$@" ;;
test | install) exit 0 ;;
esac
PATH=${PATH#*:} exec cargo "$@""#;

/// What is not run does not grow unseen.
#[test]
fn what_is_not_run_has_its_reason() {
    let mut left_out = 0;
    for block in written::pages().iter().flat_map(|page| written::blocks(page)) {
        if let Some(why) = block.not_run() {
            assert!(why.len() > 10, "{}: {why:?}", block.place);
            left_out += 1;
        }
    }
    assert!(left_out <= 7, "{left_out} blocks are not run");
    assert!(OTHERS.iter().all(|(name, why)| !name.is_empty() && why.len() > 10));
}
