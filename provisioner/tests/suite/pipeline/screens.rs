//! What a person reads, frozen.

use super::stage::{CONFIG, Run, Stage};

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"code [A-Za-z0-9+/]{12}", "code [hash]");
    settings.add_filter(r"\d+\.\d s", "[time]");
    settings.add_filter(r"\d\d:\d\d:\d\dZ", "[clock]");
    settings.add_filter(r"\d+\.\d [kM]B\)", "[size])");
    settings.add_filter(r"changed \d{4}-[0-9T:-]+", "changed [when]");
    settings.add_filter(r"https://[a-z0-9.]+:\d+", "[endpoint]");
    settings
}

#[tokio::test]
async fn plan_up_status_and_down() {
    let stage = Stage::new().await;
    settings().bind(|| insta::assert_snapshot!("plan_from_nothing", stage.ok(&["plan"]).out));
    stage.ok(&["up", "--yes"]);
    settings().bind(|| insta::assert_snapshot!("status", stage.ok(&["status"]).out));
    stage.configure(
        &CONFIG
            .replace("access = \"read-write\"", "access = \"write-only\"")
            .replace("memory = 1024", "memory = 2048"),
    );
    settings().bind(|| insta::assert_snapshot!("plan_of_an_update", stage.ok(&["plan"]).out));
    settings().bind(|| insta::assert_snapshot!("plan_json", stage.ok(&["plan", "--json"]).out));
    let Run { code, out, err } = stage.run(&["up"]);
    assert_eq!(code, 4, "{out}{err}");
    assert!(err.contains("--yes"), "{err}");
    stage.configure(CONFIG);
    settings().bind(|| insta::assert_snapshot!("down", stage.ok(&["down", "--yes"]).out));
}

#[tokio::test]
async fn help_and_wrong_arguments() {
    let stage = Stage::new().await;
    insta::assert_snapshot!("help", stage.ok(&["--help"]).out);
    insta::assert_snapshot!("help_up", stage.ok(&["up", "--help"]).out);
    insta::assert_snapshot!("help_down", stage.ok(&["down", "--help"]).out);
    assert_eq!(stage.run(&["plann"]).code, 64);
    assert_eq!(stage.run(&["down", "--delete-data", "--keep-data"]).code, 64);
}

#[tokio::test]
async fn access_errors_say_what_to_do() {
    let stage = Stage::new().await;
    let endpoint = stage.local.endpoint.clone();
    let bundle = stage.local.ca_bundle.display().to_string();
    let base = [
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_CA_BUNDLE", bundle.as_str()),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    let with = |more: &[(&str, &str)]| stage.run_with(&["status"], &[&base[..], more].concat());
    let region = ("AWS_REGION", "us-east-1");

    let no_region = with(&[("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")]);
    assert!(no_region.code == 5 && no_region.err.contains("AWS_REGION"), "{no_region:?}");
    let no_credentials = with(&[region]);
    assert!(no_credentials.code == 5 && no_credentials.err.contains("AWS_PROFILE"), "{no_credentials:?}");
    let wrong =
        with(&[region, ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "wrong")]);
    assert!(wrong.code == 5 && wrong.err.contains("does not know the access key"), "{wrong:?}");
    let nowhere = stage.run_with(
        &["status"],
        &[
            ("AWS_ENDPOINT_URL", "https://127.0.0.1:9"),
            region,
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ],
    );
    assert!(nowhere.code == 5 && nowhere.err.contains("reachable"), "{nowhere:?}");
    stage.configure(&CONFIG.replace("# account = \"123456789012\"", "account = \"999999999999\""));
    let account = stage.run(&["status"]);
    assert!(account.code == 5 && account.err.contains("999999999999"), "{account:?}");
    std::fs::remove_file(stage.config()).unwrap();
    let missing = stage.run(&["status"]);
    assert!(missing.code == 3 && missing.err.contains("--config"), "{missing:?}");
    assert!(missing.err.ends_with("1 error\n"), "{missing:?}");
}
