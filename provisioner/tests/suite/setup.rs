//! `init`, `config`, `completions`, `man`, the topics of the help: what sets things up, without an AWS.

use std::fs;
use std::path::Path;
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
        assert!(
            script.code == 0 && script.text().contains("PROVISIONER_COMPLETE"),
            "{shell}: {}",
            script.err
        );
    }
    fs::write(folder.path("provisioner.bash"), folder.run(&["completions", "bash"]).text()).unwrap();
    fs::write(
        folder.path("other.toml"),
        "stack = \"holiday\"\n[[users]]\nname = \"ann\"\nbucket = \"source\"\naccess = \"read-only\"\n",
    )
    .unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_provisioner")).parent().unwrap().display().to_string();
    let path = format!("{program}:{}", std::env::var("PATH").unwrap_or_default());
    for (words, word, completed) in [
        ("provisioner sta", "sta", "status"),
        ("provisioner config s", "s", "show schema"),
        // Names from the file, and nothing of a file that is not there.
        ("provisioner --config other.toml keys issue ''", "", "ann --profile"),
        ("provisioner --config other.toml upload --as ''", "", "ann"),
        ("provisioner --config other.toml --stack ''", "", "holiday"),
        ("provisioner upload --as ''", "", ""),
    ] {
        let last = words.split(' ').count() - 1;
        let script = format!(
            "source ./provisioner.bash; COMP_WORDS=({words}); COMP_CWORD={last}; \
             _clap_complete_provisioner provisioner '{word}' x; echo ${{COMPREPLY[@]}}"
        );
        let mut bash = Command::new("bash");
        bash.args(["-c", &script]).current_dir(folder.path("")).stdin(Stdio::null()).env("PATH", &path);
        // Nobody to ask.
        bash.env("AWS_EC2_METADATA_DISABLED", "true").env_remove("AWS_PROFILE");
        let Ok(shown) = bash.output() else {
            println!("skipped: there is no bash");
            return;
        };
        let shown = String::from_utf8_lossy(&shown.stdout).replace('\u{b}', " ");
        assert!(shown.trim().starts_with(completed), "{words}: {shown}");
        assert!(!completed.is_empty() || shown.trim().is_empty(), "{words}: {shown}");
    }
}

#[test]
fn what_a_configuration_comes_to_is_shown() {
    let folder = Folder::new(&[]);
    fs::write(folder.path("config.toml"), "stack = \"photos\"\naccount = \"123456789012\"\n").unwrap();
    let shown = folder.run(&["config", "show", "--stack", "photos-test"]).text();
    assert!(shown.contains("bucket = \"photos-test-uploads-123456789012\"\n"), "{shown}");
    assert!(shown.contains("\nmemory = 1024\n"), "{shown}");
    // Itself a configuration.
    fs::write(folder.path("shown.toml"), shown).unwrap();
    assert_eq!(folder.run(&["config", "check", "--config", "shown.toml"]).code, 0);
    let json = folder.run(&["config", "show", "--json"]).json();
    assert_eq!((&json["version"], &json["source"]["noncurrent_days"]), (&1.into(), &30.into()), "{json}");

    let schema = folder.run(&["config", "schema"]).json();
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(folder.run(&["config", "schema", "--json"]).json()["schema"], schema);
    let committed = include_str!("../../../docs/config.schema.json");
    assert_eq!(folder.run(&["config", "schema"]).text(), committed);
}

#[test]
fn a_stack_is_explained_and_drawn_without_aws() {
    let folder = Folder::new(&[]);
    folder.run(&["init"]);
    let all = folder.run(&["explain"]).text();
    assert!(all.contains("source bucket photos-uploads-{account}\n"), "{all}");
    let role = folder.run(&["explain", "role"]).text();
    assert!(role.contains("may write every object in photos-clean-{account}"), "{role}");
    assert!(folder.run(&["explain", "cost"]).text().contains("Once for 1000 pictures of 3 MB: $0.02\n"));
    let json = folder.run(&["explain", "user-a", "--json"]).json();
    assert_eq!(json["resources"][0]["name"], "photos-user-a", "{json}");
    let wrong = folder.run(&["explain", "bukcet"]);
    assert!(wrong.code == 64 && wrong.err.contains("did you mean `bucket`?"), "{}", wrong.err);

    let drawn = |format: &str| folder.run(&["graph", "--format", format]).text();
    assert!(drawn("mermaid").starts_with("flowchart LR\n"));
    assert!(drawn("dot").starts_with("digraph \"photos\" {\n"));
    assert!(drawn("svg").starts_with("<svg ") && drawn("svg").ends_with("</svg>\n"));
    assert_eq!(folder.run(&["graph", "--json"]).code, 64, "it does nothing there");
    assert_eq!(folder.run(&["plan", "--markdown", "--json"]).code, 64);
}

#[test]
fn topics_and_the_version_are_told() {
    let folder = Folder::new(&[]);
    let topic = folder.run(&["help", "exit-codes"]);
    assert!(topic.code == 0 && topic.text().contains("  130  interrupted by Ctrl-C\n"), "{}", topic.text());
    let config = folder.run(&["help", "config"]).text();
    assert!(config.contains("  schema  ") && config.contains("  memory = 1024\n"), "{config}");
    let wrong = folder.run(&["help", "exitcodes"]);
    assert!(wrong.code == 64 && wrong.err.contains("'help exit-codes'"), "{}", wrong.err);
    let version = folder.run(&["--version"]).text();
    assert!(version.starts_with(&format!("provisioner {}", env!("CARGO_PKG_VERSION"))), "{version}");
    assert!(version.contains(" build for "), "{version}");
}

#[test]
fn colours_and_words_as_asked_for() {
    let folder = Folder::new(&[]);
    let is_coloured = |arguments: &[&str]| folder.run(arguments).err.contains('\u{1b}');
    assert!(!is_coloured(&["config", "check"]), "no terminal");
    assert!(is_coloured(&["config", "check", "--color", "always"]));
    assert!(!is_coloured(&["config", "check", "--color=never"]));
    assert!(folder.run(&["--color", "always", "--help"]).text().contains('\u{1b}'));

    let quiet = folder.run(&["init", "--quiet"]);
    assert_eq!((quiet.code, quiet.err.as_str()), (0, ""));
    let failed = folder.run(&["init", "-q"]);
    assert!(failed.code == 4 && failed.err.contains("exists already"), "errors stay: {}", failed.err);
    assert_eq!(folder.run(&["init", "-q", "-v"]).code, 64);

    let policies = folder.run(&["export", "policies"]);
    assert!(policies.err.contains("this is for account 123456789012 and region"), "{}", policies.err);
    let local = folder.run(&["export", "policies", "--local"]);
    assert!(local.err.is_empty() && local.text().contains("000000000000"), "{}", local.err);
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
