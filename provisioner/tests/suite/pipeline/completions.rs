//! What shells complete that AWS alone knows.

use super::stage::Stage;

/// As fish asks: a line for each, with what it is behind a tab.
fn complete(stage: &Stage, words: &[&str]) -> String {
    let environment = stage.local.env();
    let mut pairs: Vec<(&str, &str)> =
        environment.iter().map(|(key, value)| (*key, value.as_str())).collect();
    pairs.push(("PROVISIONER_COMPLETE", "fish"));
    stage.run_with(&[&["--", "provisioner"], words].concat(), &pairs).out
}

#[tokio::test]
async fn keys_and_stacks_are_completed() {
    let stage = Stage::new().await;
    assert_eq!(complete(&stage, &["--stack", ""]), "photos\tof the configuration\n");
    stage.ok(&["up", "--yes"]);
    stage.ok(&["up", "--yes", "--stack", "holiday"]);
    assert_eq!(
        complete(&stage, &["keys", "revoke", "user-a", ""]).lines().find(|line| line.starts_with("AKIA")),
        None
    );
    let issued = stage.ok(&["keys", "issue", "user-a"]).out;
    let id = issued.lines().find_map(|line| line.strip_prefix("AWS_ACCESS_KEY_ID=")).unwrap();
    let shown = complete(&stage, &["keys", "revoke", "user-a", ""]);
    assert!(shown.contains(&format!("{id}\tuser-a, active, made ")), "{shown}");
    let shown = complete(&stage, &["keys", "revoke", "user-b", ""]);
    assert!(!shown.contains(id), "{shown}");
    let shown = complete(&stage, &["--stack", ""]);
    assert!(shown.starts_with("photos\t") && shown.contains("\nholiday\tin this account"), "{shown}");
}
