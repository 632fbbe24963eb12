//! `keys`: handed out once, replaced without a gap, taken away; and never one that nobody has, wherever a run dies.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Output;

use aws_sdk_iam::types::AccessKeyMetadata;
use serde_json::Value;
use testkit::proxy::{Fault, Rule};
use testkit::stage::Stage;

const THEIRS: &str = "# mine\n[default]\naws_access_key_id = AKIATHEIRS\naws_secret_access_key = s\n\n[sso]\nsso_session = x\n";

/// A stage with a file of credentials, in which somebody has profiles.
struct Bench {
    stage: Stage,
}

impl Bench {
    fn new() -> Self {
        let stage = Stage::new();
        stage.run(&["up", "--yes"]).ok();
        let bench = Self { stage };
        std::fs::create_dir_all(bench.file().parent().unwrap()).unwrap();
        std::fs::write(bench.file(), THEIRS).unwrap();
        bench
    }

    fn file(&self) -> PathBuf {
        self.stage.file("here", b"").with_file_name(".aws").join("credentials")
    }

    fn content(&self) -> String {
        std::fs::read_to_string(self.file()).unwrap()
    }

    /// The key that the profile `p` has, with its secret.
    fn profile(&self) -> Option<(String, String)> {
        let content = self.content();
        let (_, section) = content.split_once("[p]\n")?;
        let value = |name: &str| {
            let line = section.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_once(" = ").unwrap().1.to_owned()
        };
        Some((value("aws_access_key_id"), value("aws_secret_access_key")))
    }

    fn keys(&self) -> Vec<String> {
        let list = self.stage.aws.iam.list_access_keys().user_name("crash-writer").send();
        let list = self.stage.wait(list).unwrap();
        list.access_key_metadata()
            .iter()
            .filter_map(AccessKeyMetadata::access_key_id)
            .map(str::to_owned)
            .collect()
    }

    fn works(&self, (id, secret): &(String, String)) -> bool {
        let stack = self.stage.stack();
        let bucket = stack.names.bucket(engine::config::BucketRole::Source);
        let s3 = self.stage.aws.s3_as(id, secret);
        self.stage.wait(s3.list_objects_v2().bucket(bucket).send()).is_ok()
    }

    fn is_settled(&self, name: &str) {
        let plan = self.stage.run(&["plan", "--detailed-exitcode"]);
        assert_eq!(plan.code(), Some(0), "{name}\n{}", plan.text());
        assert!(
            !plan.stdout.contains("crash-writer has the access key"),
            "{name}: a tag is left\n{}",
            plan.text()
        );
    }
}

#[test]
fn a_key_is_shown_once_and_taken_away() {
    let bench = Bench::new();
    let stage = &bench.stage;
    let listed = stage.run(&["keys", "list"]).ok();
    assert!(listed.stdout.contains("writer (crash-writer)\n  no keys\n"), "{}", listed.text());
    let issued = stage.run(&["keys", "issue", "writer"]).ok();
    let lines: Vec<&str> = issued.stdout.lines().collect();
    let value = |at: usize, name: &str| lines[at].strip_prefix(name).unwrap().to_owned();
    let key = (value(0, "AWS_ACCESS_KEY_ID="), value(1, "AWS_SECRET_ACCESS_KEY="));
    assert_eq!(lines.len(), 2);
    assert!(bench.works(&key), "{}", issued.text());
    bench.is_settled("issued");

    // The first stays until somebody says that it is out of use.
    let second: Value =
        serde_json::from_str(&stage.run(&["keys", "rotate", "writer", "--json"]).ok().stdout).unwrap();
    assert_eq!(second["kept"], serde_json::json!([key.0]));
    assert!(second["secret_access_key"].is_string());
    let third = stage.run(&["keys", "issue", "writer"]);
    assert_eq!(third.code(), Some(4), "{}", third.text());
    assert!(
        third.stderr.contains("has 2 access keys already") && third.stderr.contains("keys revoke"),
        "{}",
        third.text()
    );
    let listed: Value =
        serde_json::from_str(&stage.run(&["keys", "list", "writer", "--json"]).ok().stdout).unwrap();
    assert_eq!(listed["users"][0]["keys"][0]["access_key_id"], key.0);

    let which = stage.run(&["keys", "revoke", "writer"]);
    assert!(which.code() == Some(4) && which.stderr.contains("has several access keys"), "{}", which.text());
    let asked = stage.run(&["keys", "revoke", "writer", &key.0]);
    assert!(asked.code() == Some(4) && asked.stderr.contains("--yes"), "{}", asked.text());
    assert!(bench.works(&key));
    stage.run(&["keys", "revoke", "writer", &key.0, "--yes"]).ok();
    assert!(!bench.works(&key));
    stage.run(&["keys", "revoke", "writer", "--yes"]).ok();
    assert_eq!(bench.keys(), [""; 0]);
    for (args, words) in [
        (["keys", "revoke", "writer"], "crash-writer has no access key"),
        (["keys", "issue", "nobody"], "config.toml has no user \"nobody\""),
    ] {
        let run = stage.run(&args);
        assert!(run.code() == Some(4) && run.stderr.contains(words), "{}", run.text());
    }
}

#[test]
fn a_profile_gets_the_key_and_what_is_others_stays() {
    let bench = Bench::new();
    let stage = &bench.stage;
    for (profile, words) in [
        ("default", "has the access key AKIATHEIRS, which is not one of crash-writer"),
        ("sso", "has its credentials from elsewhere"),
        ("a]b", "cannot be the name of a profile"),
    ] {
        let run = stage.run(&["keys", "issue", "writer", "--profile", profile]);
        assert!(run.code() == Some(4) && run.stderr.contains(words), "{}", run.text());
    }
    assert_eq!((bench.content(), bench.keys()), (THEIRS.to_owned(), Vec::new()));
    // Where nothing can be written no key is left.
    let nowhere = stage.command(&["keys", "issue", "writer", "--profile", "p"]);
    let Output { status, stderr, .. } =
        { nowhere }.env("AWS_SHARED_CREDENTIALS_FILE", "/proc/nowhere").output().unwrap();
    assert_eq!((status.code(), bench.keys()), (Some(1), Vec::new()), "{}", String::from_utf8_lossy(&stderr));

    let issued = stage.run(&["keys", "issue", "writer", "--profile", "p"]).ok();
    let first = bench.profile().unwrap();
    assert!(!issued.text().contains(&first.1), "{}", issued.text());
    assert!(bench.works(&first));
    assert!(bench.content().starts_with(THEIRS));
    assert_eq!(std::fs::metadata(bench.file()).unwrap().permissions().mode() & 0o777, 0o600);
    let again = stage.run(&["keys", "issue", "writer", "--profile", "p"]);
    assert!(
        again.code() == Some(4) && again.stderr.contains("keys rotate writer --profile p"),
        "{}",
        again.text()
    );

    let rotated = stage.run(&["keys", "rotate", "writer", "--profile", "p"]).ok();
    let second = bench.profile().unwrap();
    assert!(second.0 != first.0 && bench.works(&second) && !bench.works(&first), "{}", rotated.text());
    assert_eq!(bench.keys(), std::slice::from_ref(&second.0));

    // A key that somebody else uses is nothing that a rotation takes away.
    let other = stage.run(&["keys", "issue", "writer"]).ok();
    let other = other.stdout.lines().next().unwrap().strip_prefix("AWS_ACCESS_KEY_ID=").unwrap().to_owned();
    let full = stage.run(&["keys", "rotate", "writer", "--profile", "p"]);
    assert!(full.code() == Some(4) && full.stderr.contains("has 2 access keys already"), "{}", full.text());
    let mut keys = [second.0, other];
    keys.sort_unstable();
    let mut left = bench.keys();
    left.sort_unstable();
    assert_eq!(left, keys);
}

/// Killed before and after every call: run again, and the profile has the one key that there is, and it works.
#[test]
fn wherever_a_rotation_dies_the_next_run_ends_it() {
    let bench = Bench::new();
    let stage = &bench.stage;
    stage.run(&["keys", "issue", "writer", "--profile", "p"]).ok();
    let rotate = ["keys", "rotate", "writer", "--profile", "p"];
    let points = stage.run(&rotate).ok().calls.points();
    assert!(points.len() >= 10, "{points:?}");
    for point in &points {
        for (when, fault) in [("before", Fault::KillBefore), ("after", Fault::KillAfter)] {
            let name = format!("{when} {}", point.label);
            let killed = stage.run_with(&rotate, vec![Rule::at(point, fault)]);
            assert_eq!(killed.code(), None, "{name}: {}", killed.text());
            // Whatever is left, whoever has the profile can go on working.
            assert!(bench.works(&bench.profile().unwrap()), "{name}");
            stage.run(&rotate).ok();
            let profile = bench.profile().unwrap();
            assert!(bench.works(&profile), "{name}");
            assert_eq!(bench.keys(), [profile.0], "{name}");
            bench.is_settled(&name);
        }
    }
    assert!(bench.content().starts_with(THEIRS));
}

/// A key that was perhaps seen is nobody's to take away but the user's: it is told.
#[test]
fn a_key_that_was_perhaps_shown_is_told() {
    let bench = Bench::new();
    let stage = &bench.stage;
    let issue = ["keys", "issue", "writer"];
    let points = stage.run(&issue).ok().calls.points();
    let shown = points.iter().rfind(|point| point.label.starts_with("UntagUser")).unwrap();
    stage.run(&["keys", "revoke", "writer", "--yes"]).ok();
    let killed = stage.run_with(&issue, vec![Rule::at(shown, Fault::KillBefore)]);
    assert_eq!(killed.code(), None, "{}", killed.text());
    let [id] = &bench.keys()[..] else { panic!("{}", killed.text()) };
    let listed = stage.run(&["keys", "list"]).ok();
    assert!(listed.stdout.contains("a run was killed while it gave this key away"), "{}", listed.text());
    let plan = stage.run(&["plan"]).ok();
    assert!(
        plan.stdout.contains(&format!("crash-writer has the access key {id}: `keys` was giving it")),
        "{}",
        plan.text()
    );
    stage.run(&["keys", "revoke", "writer", id, "--yes"]).ok();
    bench.is_settled("revoked");
}
