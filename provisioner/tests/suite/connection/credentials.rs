//! Each source of credentials in the SDK reference
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>): it works, or the error says what to
//! do about it, with the command for the profile in use.

use super::services::{services, told};
use super::{Home, KEYS, REGION};

const ARN: &str = "arn:aws:iam::123456789012:role/deployer";
/// SHA-1 of the session's name and of the address: where the AWS CLI keeps the tokens of IAM Identity Center.
const SSO_SESSION: &str = ".aws/sso/cache/34c6fceca75e456f25e7e99531e2425c6c1de443.json";
const SSO_LEGACY: &str = ".aws/sso/cache/0c54b6c27e90660baa89eaad85ac1d5dae26cb7d.json";
/// SHA-256 of `login_session`.
const LOGIN: &str = ".aws/login/cache/397b11bbda6668a5a8d17d42c91036373f4a376627089c204bef61ce0ae993c2.json";

const PROFILES: &str = "
[profile keys]
aws_access_key_id = AKIAPROFILE
aws_secret_access_key = s
[profile half]
aws_access_key_id = AKIAPROFILE
[profile role]
role_arn = arn:aws:iam::123456789012:role/deployer
source_profile = keys
[profile forbidden-role]
role_arn = arn:aws:iam::123456789012:role/forbidden
source_profile = keys
[profile role-of-nobody]
role_arn = arn:aws:iam::123456789012:role/deployer
[profile role-of-sso]
role_arn = arn:aws:iam::123456789012:role/deployer
source_profile = sso
[profile role-of-environment]
role_arn = arn:aws:iam::123456789012:role/deployer
credential_source = Environment
[profile process]
credential_process = printf '{\"Version\":1,\"AccessKeyId\":\"ASIAPROCESS\",\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\"}'
[profile broken-process]
credential_process = echo the vault is locked >&2; exit 3
[profile sso]
sso_session = dev
sso_account_id = 123456789012
sso_role_name = admin
[profile forbidden-sso]
sso_session = dev
sso_account_id = 123456789012
sso_role_name = forbidden
[profile half-sso]
sso_session = dev
sso_account_id = 123456789012
[profile legacy-sso]
sso_start_url = https://d-1.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 123456789012
sso_role_name = admin
[sso-session dev]
sso_start_url = https://d-1.awsapps.com/start
sso_region = eu-west-1
[profile console]
login_session = arn:aws:iam::123456789012:user/ada
[profile web]
role_arn = arn:aws:iam::123456789012:role/deployer
web_identity_token_file = token
[profile empty]
region = eu-west-1
";

struct Place {
    home: Home,
    services: String,
}

impl Place {
    fn new() -> Self {
        let home = Home::new();
        std::fs::write(home.path(".aws/config"), PROFILES).unwrap();
        std::fs::write(home.path("token"), "a token").unwrap();
        Self { home, services: services() }
    }

    fn file(&self, name: &str, text: &str) {
        let path = self.home.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[track_caller]
    fn says(&self, environment: &[(&str, &str)], texts: &[&str]) {
        let mut all = vec![REGION, ("AWS_ENDPOINT_URL", self.services.as_str())];
        all.extend(environment);
        let run = self.home.run(&all);
        run.says(5, texts);
        assert!(run.took.as_secs() < 20, "{:?}: {}", run.took, run.err);
    }

    /// The first call is signed with this key.
    #[track_caller]
    fn signs_with(&self, key: &str, environment: &[(&str, &str)]) {
        self.says(environment, &[&told(key)]);
    }
}

const PROFILE: &str = "AWS_PROFILE";

#[test]
fn every_source_of_the_sdk_reference_works() {
    let place = Place::new();
    let token = r#"{"accessToken":"t","expiresAt":"2099-01-01T00:00:00Z"}"#;
    place.file(SSO_SESSION, token);
    place.file(SSO_LEGACY, token);
    place.file(
        LOGIN,
        r#"{"accessToken":{"accessKeyId":"ASIALOGIN","secretAccessKey":"s","sessionToken":"t","accountId":"123456789012",
            "expiresAt":"2099-01-01T00:00:00Z"},"tokenType":"aws_sigv4","refreshToken":"r","clientId":"c","dpopKey":"k"}"#,
    );
    for (key, profile) in [
        ("AKIAPROFILE", "keys"),
        ("ASIAROLE", "role"),
        ("ASIAROLE", "role-of-sso"),
        ("ASIAPROCESS", "process"),
        ("ASIASSO", "sso"),
        ("ASIASSO", "legacy-sso"),
        ("ASIALOGIN", "console"),
        ("ASIAWEB", "web"),
    ] {
        place.signs_with(key, &[(PROFILE, profile)]);
    }
    place.signs_with("x", &KEYS);
    place.signs_with("x", &[(PROFILE, "keys"), KEYS[0], KEYS[1]]);
    let web = [("AWS_WEB_IDENTITY_TOKEN_FILE", "token"), ("AWS_ROLE_ARN", ARN)];
    place.signs_with("ASIAWEB", &web);
    let agent = format!("{}/agent", place.services);
    place.signs_with("ASIACONTAINER", &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", &agent)]);
    place.signs_with(
        "ASIAINSTANCE",
        &[("AWS_EC2_METADATA_DISABLED", "false"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &place.services)],
    );
}

/// A key of this test, for the proof of possession (RFC 9449) with which a session of `aws login` is renewed.
const KEY: &str = "-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEEIEQrFa9yiNrwDS6CaCoflzdXFddYKpaeJCMnjEHGTZN6oAoGCCqGSM49\\nAwEHoUQDQgAEtR1c\
                   UZhzJWCvz52noNLF74ukAp8DUBRWXyAxlgjwKJHwZF4R6ft7\\nhO1y5aUwtOjwC9YUGs2wO2+jRYbz6CmC8Q==\\n-----END EC PRIVATE KEY-----\\n";

#[test]
fn a_session_that_can_be_renewed_is_renewed() {
    let place = Place::new();
    let login = |refresh: &str| {
        format!(
            r#"{{"accessToken":{{"accessKeyId":"ASIAENDED","secretAccessKey":"s","sessionToken":"t","accountId":"123456789012",
                "expiresAt":"2020-01-01T00:00:00Z"}},"tokenType":"aws_sigv4","refreshToken":"{refresh}","clientId":"c",
                "dpopKey":"{KEY}"}}"#
        )
    };
    place.file(LOGIN, &login("good"));
    place.signs_with("ASIARENEWED", &[(PROFILE, "console")]);
    assert!(std::fs::read_to_string(place.home.path(LOGIN)).unwrap().contains("ASIARENEWED"));
    place.file(LOGIN, &login("ended"));
    place.says(
        &[(PROFILE, "console")],
        &["no credentials from profile console (aws login)", "hint: sign in: `aws login --profile console`"],
    );
    place.file(
        SSO_SESSION,
        r#"{"accessToken":"ended","expiresAt":"2020-01-01T00:00:00Z","refreshToken":"r","clientId":"c","clientSecret":"s",
            "registrationExpiresAt":"2099-01-01T00:00:00Z"}"#,
    );
    place.signs_with("ASIASSO", &[(PROFILE, "sso")]);
    // Signed out elsewhere: only IAM Identity Center knows.
    place.file(SSO_SESSION, r#"{"accessToken":"ended","expiresAt":"2099-01-01T00:00:00Z"}"#);
    place.says(
        &[(PROFILE, "sso")],
        &["Session token not found or invalid", "hint: sign in: `aws sso login --profile sso`"],
    );
}

#[test]
fn a_source_without_credentials_says_how_it_gets_them() {
    let place = Place::new();
    for (profile, says) in [
        (
            "half",
            [
                "profile half (access key)",
                "hint: profile half needs both `aws_access_key_id` and",
                "`aws configure --profile half`",
            ],
        ),
        ("sso", ["profile sso (IAM Identity Center)", "hint: sign in: `aws sso login --profile sso`", ""]),
        ("legacy-sso", ["profile legacy-sso", "hint: sign in: `aws sso login --profile legacy-sso`", ""]),
        (
            "half-sso",
            ["profile half-sso", "hint: complete the profile: `aws configure sso --profile half-sso`", ""],
        ),
        (
            "role-of-sso",
            ["with profile sso (IAM Identity Center)", "hint: sign in: `aws sso login --profile sso`", ""],
        ),
        ("console", ["profile console (aws login)", "hint: sign in: `aws login --profile console`", ""]),
        (
            "broken-process",
            [
                "the vault is locked",
                "hint: run the command that `credential_process` of profile broken-process",
                "",
            ],
        ),
        (
            "role-of-nobody",
            [
                "profile role-of-nobody",
                "hint: in profile role-of-nobody `role_arn` needs either `source_profile`",
                "",
            ],
        ),
        (
            "forbidden-role",
            [
                "sts:AssumeRole",
                "hint: profile keys (access key) needs the right to sts:AssumeRole for",
                "role/forbidden",
            ],
        ),
        ("role-of-environment", ["role-of-environment", "the environment (AWS_ACCESS_KEY_ID)", "hint: "]),
        (
            "empty",
            [
                "no credentials from the environment, a profile or this machine",
                "hint: set AWS_PROFILE, run `aws login`",
                "--local",
            ],
        ),
    ] {
        place.says(&[(PROFILE, profile)], &says);
    }
    let token = r#"{"accessToken":"t","expiresAt":"2099-01-01T00:00:00Z"}"#;
    place.file(SSO_SESSION, token);
    place.says(
        &[(PROFILE, "forbidden-sso")],
        &["No access", "`sso_account_id` and `sso_role_name` of the profile"],
    );
    // The token has ended.
    place.file(SSO_SESSION, &token.replace("2099", "2020"));
    place.says(&[(PROFILE, "sso")], &["hint: sign in: `aws sso login --profile sso`"]);
    // A profile of the default name needs no flag.
    let config = PROFILES.replace("[profile console]", "[default]");
    std::fs::write(place.home.path(".aws/config"), config).unwrap();
    place.says(&[], &["profile default (aws login)", "hint: sign in: `aws login`"]);
    std::fs::write(place.home.path(".aws/config"), "").unwrap();
    let web = [("AWS_WEB_IDENTITY_TOKEN_FILE", "missing"), ("AWS_ROLE_ARN", ARN)];
    place.says(&web, &["a web identity token", "hint: AWS_WEB_IDENTITY_TOKEN_FILE must be a file"]);
    place.file("token", "stale");
    let web = [("AWS_WEB_IDENTITY_TOKEN_FILE", "token"), ("AWS_ROLE_ARN", ARN)];
    place.says(&web, &["the token is not good", "hint: the trust policy of AWS_ROLE_ARN"]);
    let agent = format!("{}/nobody", place.services);
    place.says(
        &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", &agent)],
        &["the container's agent", "hint: does the agent run"],
    );
    place.says(&[], &["hint: set AWS_PROFILE, run `aws login`"]);
}

#[test]
fn an_access_key_without_its_secret_is_named() {
    let place = Place::new();
    // Whatever else there is: it may be of another account.
    for more in
        [[("AWS_SECRET_ACCESS_KEY", ""), (PROFILE, "keys")], [("AWS_SESSION_TOKEN", "t"), (PROFILE, "keys")]]
    {
        place.says(
            &[KEYS[0], more[0], more[1]],
            &[
                "error: AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not",
                "hint: set both, or unset it",
            ],
        );
    }
}

#[test]
fn credentials_that_aws_does_not_take_are_told_with_their_source() {
    let place = Place::new();
    place
        .says(&[(PROFILE, "keys")], &["hint: AWS does not know the access key of profile keys (access key)"]);
    let expired = super::answering(403, super::of_sts("ExpiredToken"));
    let token = r#"{"accessToken":"t","expiresAt":"2099-01-01T00:00:00Z"}"#;
    place.file(SSO_SESSION, token);
    let sts = ("AWS_ENDPOINT_URL_STS", expired.as_str());
    place.says(
        &[(PROFILE, "sso"), sts],
        &[
            "ExpiredToken",
            "(credentials from profile sso (IAM Identity Center))",
            "again with `aws sso login --profile sso`",
        ],
    );
    place.says(&[KEYS[0], KEYS[1], sts], &["hint: the session of AWS_SESSION_TOKEN has expired"]);
}
