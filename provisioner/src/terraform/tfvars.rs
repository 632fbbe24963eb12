//! `config.toml` as values of Terraform's variables. Every value is written out,
//! so that the defaults in `variables.tf` decide nothing that the file decides.

use std::collections::BTreeMap;

use serde::Serialize;

use engine::config::{BucketConfig, Config, Encryption, FunctionConfig, Trusted, UserConfig};

/// The content of `stack.auto.tfvars.json`. What is not set is left to the defaults.
#[derive(Serialize)]
pub(crate) struct Variables<'a> {
    stack: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions_boundary: Option<&'a str>,
    tags: &'a BTreeMap<String, String>,
    source_bucket: Bucket<'a>,
    destination_bucket: Bucket<'a>,
    function: Function<'a>,
    trigger: Trigger<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alarms: Option<Alarms<'a>>,
    users: Vec<User<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    s3_use_path_style: Option<bool>,
}

#[derive(Serialize)]
struct Bucket<'a> {
    bucket: &'a str,
    versioning: bool,
    encryption: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key: Option<&'a str>,
    former_kms_keys: &'a [String],
    noncurrent_days: Days,
    abort_multipart_days: Days,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_days: Option<u32>,
}

/// A number, or `"never"`.
#[derive(Serialize)]
#[serde(untagged)]
enum Days {
    After(u32),
    Never(&'static str),
}

#[derive(Serialize)]
struct Function<'a> {
    memory: u32,
    timeout: u32,
    architecture: &'static str,
    environment: &'a BTreeMap<String, String>,
    log_retention_days: u32,
    keep_user_metadata: bool,
    orientation: &'static str,
    icc: &'static str,
    gain_maps: &'static str,
    hidden_pixels: &'static str,
    max_megapixels: u32,
    keep: Vec<&'static str>,
    max_event_age: u32,
    retries: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_failure: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reserved_concurrency: Option<u32>,
}

#[derive(Serialize)]
struct Trigger<'a> {
    prefix: &'a str,
    suffixes: &'a [String],
    mirror_deletes: bool,
}

#[derive(Serialize)]
struct Alarms<'a> {
    actions: &'a [String],
    errors: u32,
    throttles: u32,
    dropped: u32,
    rejected: u32,
    near_timeout: u32,
}

#[derive(Serialize)]
struct User<'a> {
    name: &'a str,
    bucket: &'static str,
    access: &'static str,
    prefix: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    trust: Option<Vec<Trust<'a>>>,
}

/// Who may assume a role. Terraform has no list of strings and tables, so all are tables.
#[derive(Serialize)]
struct Trust<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
}

/// The variables. `path_style` is for endpoints other than AWS's own.
#[must_use]
pub(crate) fn tfvars(config: &Config, path_style: bool) -> Variables<'_> {
    Variables {
        stack: &config.stack,
        region: config.region.as_deref(),
        account: config.account.as_deref(),
        permissions_boundary: config.permissions_boundary.as_deref(),
        tags: &config.tags,
        source_bucket: bucket(&config.source),
        destination_bucket: bucket(&config.destination),
        function: function(&config.function),
        trigger: Trigger {
            prefix: &config.trigger.prefix,
            suffixes: &config.trigger.suffixes,
            mirror_deletes: config.trigger.mirror_deletes,
        },
        alarms: config.alarms.as_ref().map(|alarms| Alarms {
            actions: &alarms.actions,
            errors: alarms.errors,
            throttles: alarms.throttles,
            dropped: alarms.dropped,
            rejected: alarms.rejected,
            near_timeout: alarms.near_timeout,
        }),
        users: config.users.iter().map(user).collect(),
        s3_use_path_style: path_style.then_some(true),
    }
}

fn bucket(config: &BucketConfig) -> Bucket<'_> {
    let days = |days: Option<u32>| days.map_or(Days::Never("never"), Days::After);
    let (encryption, kms_key) = match &config.encryption {
        Encryption::Aes256 => ("AES256", None),
        Encryption::Kms { key } => ("aws:kms", Some(key.as_str())),
    };
    Bucket {
        bucket: &config.bucket,
        versioning: config.versioning,
        encryption,
        kms_key,
        former_kms_keys: &config.former_kms_keys,
        noncurrent_days: days(config.noncurrent_days),
        abort_multipart_days: days(config.abort_multipart_days),
        expire_days: config.expire_days,
    }
}

fn function(config: &FunctionConfig) -> Function<'_> {
    Function {
        memory: config.memory,
        timeout: config.timeout,
        architecture: config.architecture.as_str(),
        environment: &config.environment,
        log_retention_days: config.log_retention_days,
        keep_user_metadata: config.keep_user_metadata,
        orientation: config.cleaning.orientation.as_str(),
        icc: config.cleaning.icc.as_str(),
        gain_maps: config.cleaning.gain_maps.as_str(),
        hidden_pixels: config.cleaning.hidden_pixels.as_str(),
        max_megapixels: config.cleaning.max_megapixels,
        keep: config.cleaning.keep.iter().map(sanitizer::Right::as_str).collect(),
        max_event_age: config.asynchronous.max_event_age,
        retries: config.asynchronous.retries,
        on_failure: config.asynchronous.on_failure.as_deref(),
        reserved_concurrency: config.reserved_concurrency,
    }
}

fn user(config: &UserConfig) -> User<'_> {
    User {
        name: &config.name,
        bucket: config.bucket.as_str(),
        access: config.access.as_str(),
        prefix: &config.prefix,
        kind: config.kind.as_str(),
        trust: config.trust().map(|trust| trust.iter().map(trusted).collect()),
    }
}

fn trusted(trusted: &Trusted) -> Trust<'_> {
    let none = Trust { principal: None, external_id: None, provider: None, audience: None, subject: None };
    match trusted {
        Trusted::Principal { principal, external_id } => {
            Trust { principal: Some(principal), external_id: external_id.as_deref(), ..none }
        }
        Trusted::Oidc { provider, audience, subject } => {
            Trust { provider: Some(provider), audience: Some(audience), subject: Some(subject), ..none }
        }
        Trusted::Saml { provider, audience } => {
            Trust { provider: Some(provider), audience: audience.as_deref(), ..none }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use engine::config::{Overrides, parse};

    fn of(text: &str) -> Value {
        let config = parse(text, "config.toml", &Overrides::default()).unwrap();
        serde_json::to_value(tfvars(&config, false)).unwrap()
    }

    #[test]
    fn every_key_has_a_value() {
        let all = of(r#"
            stack = "abc"
            region = "eu-central-1"
            account = "123456789012"
            permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
            [tags]
            team = "media"
            [source]
            bucket = "{stack}-in"
            encryption = "aws:kms"
            kms_key = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
            expire_days = 5
            noncurrent_days = "never"
            [destination]
            versioning = false
            [function]
            reserved_concurrency = 3
            environment = { RUST_LOG = "info" }
            [trigger]
            prefix = "in/"
            suffixes = [".png"]
            [alarms]
            errors = 9
            [[users]]
            name = "one"
            bucket = "source"
            access = "write-only"
            prefix = "a/"
            [[users]]
            name = "two"
            bucket = "destination"
            access = "read-only"
            kind = "role"
            trust = ["210987654321", { provider = "arn:aws:iam::123456789012:saml-provider/okta", audience = "https://x" }]
        "#);
        assert_eq!(all["source_bucket"]["expire_days"], 5);
        assert_eq!(all["source_bucket"]["encryption"], "aws:kms");
        assert_eq!(all["source_bucket"]["noncurrent_days"], "never");
        assert_eq!(all["destination_bucket"]["noncurrent_days"], 30, "old versions still go");
        assert_eq!(all["function"]["reserved_concurrency"], 3);
        assert_eq!(
            all["users"][0],
            serde_json::from_str::<Value>(
                r#"{"name": "one", "bucket": "source", "access": "write-only", "prefix": "a/", "kind": "user"}"#
            )
            .unwrap()
        );
        assert_eq!(
            all["users"][1]["trust"],
            serde_json::from_str::<Value>(
                r#"[{"principal": "210987654321"},
                    {"provider": "arn:aws:iam::123456789012:saml-provider/okta", "audience": "https://x"}]"#
            )
            .unwrap()
        );
        for name in ["stack", "region", "account", "permissions_boundary", "tags", "trigger", "alarms"] {
            assert!(all.get(name).is_some(), "{name}");
        }
    }

    /// The defaults in `variables.tf` are those of the configuration: whoever
    /// uses the HCL alone gets the same stack.
    #[test]
    fn the_defaults_of_the_hcl_are_those_of_the_configuration() {
        let hcl = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../terraform/variables.tf"))
            .unwrap();
        let defaults = of("stack = \"abc\"\n[alarms]\n");
        let block = |name: &str| {
            let start =
                hcl.find(&format!("variable \"{name}\" {{")).unwrap_or_else(|| panic!("no variable {name}"));
            let end = hcl[start..].find("\n}\n").unwrap();
            &hcl[start..start + end]
        };
        let mut compared = 0;
        for name in ["source_bucket", "destination_bucket", "function", "trigger", "alarms"] {
            for (key, value) in defaults[name].as_object().unwrap() {
                let line = block(name)
                    .lines()
                    .find(|line| line.split_whitespace().next() == Some(key))
                    .unwrap_or_else(|| panic!("{name} has no {key}"));
                let default = line.split_once(", ").unwrap_or_else(|| panic!("{line} has no default")).1;
                let default = default.strip_suffix(')').unwrap();
                // Days may be a word, so Terraform holds them as text.
                let text = value.to_string();
                let same = default == text || default.trim_matches('"') == text;
                let same =
                    same || serde_json::from_str::<Value>(default).is_ok_and(|default| default == *value);
                assert!(same, "{name}.{key}: {default} in variables.tf, {value} here");
                compared += 1;
            }
        }
        assert_eq!(compared, 6 + 6 + 14 + 3 + 6);
        assert!(of("stack = \"abc\"").get("alarms").is_none() && block("alarms").contains("default = null"));
        assert!(block("tags").contains("default     = {}") && block("users").contains("default = []"));
    }
}
