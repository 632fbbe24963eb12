//! The configurations that go both ways: as shipped, everything on, everything off, and in between. Few, because
//! Terraform's provider waits for a minute until a lifecycle rule has settled; so each has many options.

use engine::config::{Config, Overrides, parse};

use super::ground::CONFIG;
use super::parity::both_ways;

/// Versions in one bucket only, no users, other names, other values, lifecycle rules with one action each.
const BETWEEN: &str = r#"
stack = "abc"
account = "000000000000"
region = "us-east-1"
[tags]
team = "media"
"cost centre" = "é/1"
[source]
bucket = "{region}-{stack}-in"
versioning = false
expire_days = 3
abort_multipart_days = "never"
[destination]
noncurrent_days = "never"
[function]
memory = 512
timeout = 9
log_retention_days = 7
reserved_concurrency = 5
retries = 0
keep_user_metadata = true
orientation = "drop"
icc = "drop-srgb"
gain_maps = "drop"
hidden_pixels = "refuse"
max_megapixels = 50
keep = ["credit", "copyright", "credit"]
environment = { RUST_LOG = "info" }
[trigger]
prefix = "incoming/"
suffixes = [".png", ".JPG", "-raw.webp"]
"#;

/// Whatever the configuration has, users and roles with every kind of rights and trust included.
const EVERYTHING_ON: &str = r#"
stack = "five"
account = "000000000000"
region = "us-east-1"
permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
[tags]
team = "media"
[source]
encryption = "aws:kms"
kms_key = "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab"
former_kms_keys = ["arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890af"]
expire_days = 3
noncurrent_days = 5
abort_multipart_days = 2
[destination]
encryption = "aws:kms"
kms_key = "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ac"
former_kms_keys = [
    "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ad",
    "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ae",
]
expire_days = 400
[function]
reserved_concurrency = 5
on_failure = "arn:aws:s3:::failed-uploads"
max_event_age = 3600
retries = 1
keep_user_metadata = true
orientation = "tag"
icc = "drop"
environment = { RUST_LOG = "debug", RUST_BACKTRACE = "1" }
[trigger]
prefix = "in/"
mirror_deletes = true
[alarms]
actions = ["arn:aws:sns:us-east-1:000000000000:on-call", "arn:aws:sns:us-east-1:000000000000:log.fifo"]
errors = 2
throttles = 100
rejected = 7
near_timeout = 95
[[users]]
name = "one"
bucket = "source"
access = "read-write"
[[users]]
name = "Two"
bucket = "source"
access = "write-only"
prefix = "in/"
[[users]]
name = "three+3"
bucket = "destination"
access = "read-only"
prefix = "albums/"
[[users]]
name = "four@example.org"
bucket = "destination"
access = "read-write"
prefix = "x"
[[users]]
name = "five"
bucket = "source"
access = "read-only"
[[users]]
name = "partner"
bucket = "source"
access = "write-only"
prefix = "in/"
kind = "role"
trust = [
    "210987654321",
    "arn:aws:iam::000000000000:role/ci",
    { principal = "111111111111", external_id = "5f2c" },
]
[[users]]
name = "Site"
bucket = "destination"
access = "read-only"
kind = "role"
trust = [
    { provider = "arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com", audience = "sts.amazonaws.com", subject = "repo:org/site:*" },
    { provider = "arn:aws:iam::000000000000:oidc-provider/idp.example.org/a", audience = "photos", subject = "00u1" },
    "arn:aws:iam::000000000000:saml-provider/okta",
    { provider = "arn:aws:iam::000000000000:saml-provider/entra", audience = "https://example.org/saml" },
]
"#;

/// As little as there can be, on the other processor: no versions, no lifecycle rules, nobody.
const EVERYTHING_OFF: &str = r#"
stack = "off"
[source]
versioning = false
noncurrent_days = "never"
abort_multipart_days = "never"
[destination]
versioning = false
noncurrent_days = "never"
abort_multipart_days = "never"
[function]
architecture = "arm64"
[trigger]
suffixes = [".jpg"]
"#;

#[tokio::test]
async fn as_shipped() {
    both_ways(CONFIG).await;
}

#[tokio::test]
async fn in_between() {
    both_ways(BETWEEN).await;
}

#[tokio::test]
async fn everything_on() {
    both_ways(EVERYTHING_ON).await;
}

#[tokio::test]
async fn everything_off_on_the_other_processor() {
    both_ways(EVERYTHING_OFF).await;
}

/// A key that comes to the configuration later has to come to these, too.
#[test]
fn everything_is_on_and_everything_is_off() {
    let of = |text| parse(text, "config.toml", &Overrides::default()).unwrap();
    let (on, off) = (of(EVERYTHING_ON), of(EVERYTHING_OFF));
    assert!(!on.users.is_empty() && on.users.iter().any(|user| !user.prefix.is_empty()));
    assert!(on.users.iter().any(engine::config::UserConfig::is_role));
    let text = format!("{:#?}", Config { users: Vec::new(), ..on.clone() }).replace("users: []", "");
    // Nothing and empty are how the configuration says that a part is not there.
    for absent in ["None", "[]", "{}", "\"\""] {
        assert!(!text.contains(absent), "{absent} in {text}");
    }
    let Config { permissions_boundary, tags, source, destination, function, trigger, alarms, users, .. } =
        off;
    assert!(permissions_boundary.is_none() && tags.is_empty() && alarms.is_none() && users.is_empty());
    for bucket in [source, destination] {
        assert!(!bucket.versioning && bucket.former_kms_keys.is_empty());
        assert_eq!(
            (bucket.expire_days, bucket.noncurrent_days, bucket.abort_multipart_days),
            (None, None, None)
        );
    }
    assert!(function.reserved_concurrency.is_none() && function.environment.is_empty());
    assert!(on.trigger.mirror_deletes && on.function.keep_user_metadata);
    assert!(trigger.prefix.is_empty() && !trigger.mirror_deletes);
}
