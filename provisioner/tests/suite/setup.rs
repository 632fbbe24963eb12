//! `init`, `config check`, `completions`, `man`: what sets things up, without an AWS.

use std::fs;
use std::process::{Command, Stdio};

use testkit::offline::Folder;

#[test]
fn a_configuration_is_written_once_and_checked() {
    let folder = Folder::new(&[]);
    let written = folder.run(&["init", "--stack", "holiday", "--region", "eu-west-3"]);
    assert_eq!(written.code, 0, "{}", written.err);
    assert!(written.err.contains("provisioner up --local "), "{}", written.err);
    let text = String::from_utf8(folder.read("config.toml")).unwrap();
    assert!(
        text.contains("\nstack = \"holiday\"\n") && text.contains("\nregion = \"eu-west-3\"\n"),
        "{text}"
    );
    assert_eq!(folder.run(&["config", "check"]).text(), "config.toml: no errors; stack holiday, 2 users\n");

    // It is the user's now.
    fs::write(folder.path("config.toml"), "stak = 1\n").unwrap();
    let again = folder.run(&["init"]);
    assert!(again.code == 4 && again.err.contains("exists already"), "{}", again.err);
    assert_eq!(folder.read("config.toml"), b"stak = 1\n");
    let checked = folder.run(&["config", "check"]);
    assert_eq!(checked.code, 3);
    assert!(checked.err.contains("did you mean `stack`?"), "{}", checked.err);

    // A link that leads nowhere is something that is there.
    std::os::unix::fs::symlink("nowhere.toml", folder.path("link.toml")).unwrap();
    assert_eq!(folder.run(&["init", "--config", "link.toml"]).code, 4);
    assert!(!folder.path("nowhere.toml").exists());
    let nowhere = folder.run(&["init", "--region", "moon", "--config", "moon.toml"]);
    assert!(nowhere.code == 3 && !folder.path("moon.toml").exists(), "{}", nowhere.err);
}

#[test]
fn shells_understand_their_completions() {
    let folder = Folder::new(&[]);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = folder.run(&["completions", shell]);
        assert!(script.code == 0 && script.text().contains("sanitize"), "{shell}: {}", script.err);
    }
    fs::write(folder.path("provisioner.bash"), folder.run(&["completions", "bash"]).text()).unwrap();
    let script = "source ./provisioner.bash; COMP_WORDS=(provisioner sta); COMP_CWORD=1; \
                  _provisioner provisioner sta provisioner; echo ${COMPREPLY[@]}";
    let mut bash = Command::new("bash");
    match bash.args(["-c", script]).current_dir(folder.path("")).stdin(Stdio::null()).output() {
        Ok(completed) => assert_eq!(String::from_utf8_lossy(&completed.stdout), "status\n"),
        Err(_) => println!("skipped: there is no bash"),
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = Folder::new(&[]);
    assert!(folder.run(&["man"]).text().contains(".TH provisioner 1"));
    assert_eq!(folder.run(&["man", "pages"]).code, 0);
    let up = String::from_utf8(folder.read("pages/provisioner-up.1")).unwrap();
    assert!(up.contains("provisioner up") && up.contains("Skip the confirmation"), "{up}");
    assert!(up.contains(".SH EXAMPLES\n.nf\n") && !up.contains("EXTRA"), "{up}");
    for name in ["provisioner-config-check", "provisioner-local-start", "provisioner-keys-rotate"] {
        assert!(folder.path(&format!("pages/{name}.1")).exists(), "{name}");
    }
    // A second time they are replaced.
    assert_eq!(folder.run(&["man", "pages"]).code, 0);
}
