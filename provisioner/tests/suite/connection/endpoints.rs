//! Endpoints: one for all services, one for each, in variables and in the profile; FIPS and dual-stack.

use super::Home;
use testkit::proxy::{Forward, Front, Pace};
use testkit::stage::Stage;

/// The services that `status` asks, by the names that their variables and sections have:
/// <https://docs.aws.amazon.com/sdkref/latest/guide/ss-endpoints-table.html>.
const SERVICES: [&str; 7] =
    ["s3", "iam", "sts", "lambda", "cloudwatch", "cloudwatch_logs", "resource_groups_tagging_api"];

#[track_caller]
fn all_is_found(stage: &Stage, environment: &[(String, String)]) {
    stage.proxy.begin(Vec::new(), Pace::Free);
    let mut command = stage.command(&["status"]);
    let output = command.env_remove("AWS_ENDPOINT_URL").envs(environment.iter().cloned()).output().unwrap();
    stage.proxy.end();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("All 9 resources are as in config.toml"), "{text}");
}

#[test]
fn each_service_may_have_its_own() {
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    let endpoint = stage.proxy.endpoint();
    let variables =
        SERVICES.map(|name| (format!("AWS_ENDPOINT_URL_{}", name.to_ascii_uppercase()), endpoint.clone()));
    all_is_found(&stage, &variables);
    // One that is for all others leads nowhere.
    let nowhere = ("AWS_ENDPOINT_URL".to_owned(), "http://127.0.0.1:9".to_owned());
    all_is_found(&stage, &[variables.as_slice(), &[nowhere]].concat());
    let sections: String =
        SERVICES.iter().map(|name| format!("{name} =\n  endpoint_url = {endpoint}\n")).collect();
    let profile =
        stage.file("profile", format!("[default]\nservices = here\n[services here]\n{sections}").as_bytes());
    all_is_found(&stage, &[("AWS_CONFIG_FILE".to_owned(), profile.display().to_string())]);
}

#[test]
fn fips_and_dual_stack_have_names_of_their_own() {
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    let region = stage.aws.region.clone();
    let names = [
        format!("*.{region}.amazonaws.com"),
        format!("*.s3-fips.{region}.amazonaws.com"),
        format!("*.{region}.api.aws"),
        format!("*.s3.dualstack.{region}.amazonaws.com"),
        format!("*.dualstack.{region}.amazonaws.com"),
        "*.amazonaws.com".to_owned(),
        "*.global.api.aws".to_owned(),
        "*.api.aws".to_owned(),
    ];
    let front = Front::start(&names.each_ref().map(String::as_str), &stage.proxy.endpoint());
    let bundle = stage.file("authority.pem", front.authority().as_bytes()).display().to_string();
    for (variable, sts, s3) in [
        (
            "AWS_USE_FIPS_ENDPOINT",
            format!("sts-fips.{region}.amazonaws.com"),
            format!(".s3-fips.{region}.amazonaws.com"),
        ),
        (
            "AWS_USE_DUALSTACK_ENDPOINT",
            format!("sts.{region}.api.aws"),
            format!(".s3.dualstack.{region}.amazonaws.com"),
        ),
    ] {
        let forward = Forward::start(front.address(), None);
        all_is_found(
            &stage,
            &[
                (variable.to_owned(), "true".to_owned()),
                ("HTTPS_PROXY".to_owned(), format!("http://{}", forward.address())),
                ("AWS_CA_BUNDLE".to_owned(), bundle.clone()),
            ],
        );
        let asked = forward.asked();
        for host in [sts, s3] {
            assert!(asked.iter().any(|line| line.ends_with(&format!("{host}:443"))), "{host}: {asked:?}");
        }
    }
}

#[test]
fn what_runs_the_function_and_what_has_the_buckets_is_asked_of_each_service() {
    let home = Home::new();
    std::fs::create_dir(home.path("terraform")).unwrap();
    std::fs::write(home.path("terraform/main.tf"), "").unwrap();
    for (variable, address, path_style) in [
        ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9", true),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9", true),
        ("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:9", false),
        ("AWS_ENDPOINT_URL_S3", "https://bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com", false),
        ("AWS_ENDPOINT_URL_S3", "", false),
    ] {
        let output = std::process::Command::new(testkit::program())
            .args(["export", "tfvars"])
            .env_clear()
            .env("HOME", home.path(""))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env(variable, address)
            .current_dir(home.path(""))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let tfvars = std::fs::read_to_string(home.path("terraform/stack.auto.tfvars.json")).unwrap();
        assert_eq!(tfvars.contains("path_style\": true"), path_style, "{variable}={address}: {tfvars}");
    }
}

/// What lacks its scheme is told as that; the SDK would show a whole request.
#[test]
fn an_endpoint_without_a_scheme_is_told() {
    let keys = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_REGION", "us-east-1")];
    for (variable, service) in [("AWS_ENDPOINT_URL", "STS"), ("AWS_ENDPOINT_URL_LAMBDA", "LAMBDA")] {
        let run = Home::new().run(&[&keys[..], &[(variable, "127.0.0.1:4600")]].concat());
        assert_eq!(run.code, Some(5), "{}", run.err);
        let told = format!("the endpoint of {service} is \"127.0.0.1:4600\", which is no URL");
        assert!(run.err.contains(&told) && run.err.contains("http://127.0.0.1:4600"), "{}", run.err);
        assert!(!run.err.contains("SdkBody"), "{}", run.err);
    }
}
