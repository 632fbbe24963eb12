//! `config.toml` as values of Terraform's variables. Every value is written out,
//! so that the defaults in `variables.tf` decide nothing that the file decides.

use serde_json::{Map, Value, json};

use engine::config::{AlarmsConfig, BucketConfig, Config, Encryption, FunctionConfig, UserConfig};

/// The content of `stack.auto.tfvars.json`. `path_style` is for endpoints other
/// than AWS's own.
#[must_use]
pub(crate) fn tfvars(config: &Config, path_style: bool) -> Value {
    let mut variables = Map::new();
    variables.insert("stack".to_owned(), json!(config.stack));
    for (name, value) in [
        ("region", &config.region),
        ("account", &config.account),
        ("permissions_boundary", &config.permissions_boundary),
    ] {
        if let Some(value) = value {
            variables.insert(name.to_owned(), json!(value));
        }
    }
    variables.insert("tags".to_owned(), json!(config.tags));
    variables.insert("source_bucket".to_owned(), bucket(&config.source));
    variables.insert("destination_bucket".to_owned(), bucket(&config.destination));
    variables.insert("function".to_owned(), function(&config.function));
    variables.insert(
        "trigger".to_owned(),
        json!({"prefix": config.trigger.prefix, "suffixes": config.trigger.suffixes}),
    );
    if let Some(alarms) = &config.alarms {
        variables.insert("alarms".to_owned(), of_alarms(alarms));
    }
    variables.insert("users".to_owned(), config.users.iter().map(user).collect());
    if path_style {
        variables.insert("s3_use_path_style".to_owned(), json!(true));
    }
    Value::Object(variables)
}

fn bucket(config: &BucketConfig) -> Value {
    let days = |days: Option<u32>| days.map_or_else(|| json!("never"), |days| json!(days));
    let mut value = json!({
        "bucket": config.bucket,
        "versioning": config.versioning,
        "encryption": "AES256",
        "noncurrent_days": days(config.noncurrent_days),
        "abort_multipart_days": days(config.abort_multipart_days),
    });
    if let Encryption::Kms { key } = &config.encryption {
        value["encryption"] = json!("aws:kms");
        value["kms_key"] = json!(key);
    }
    if let Some(days) = config.expire_days {
        value["expire_days"] = json!(days);
    }
    value
}

fn function(config: &FunctionConfig) -> Value {
    let mut value = json!({
        "memory": config.memory,
        "timeout": config.timeout,
        "architecture": config.architecture.as_str(),
        "environment": config.environment,
        "log_retention_days": config.log_retention_days,
        "keep_user_metadata": config.keep_user_metadata,
        "orientation": config.orientation.as_str(),
    });
    if let Some(most) = config.reserved_concurrency {
        value["reserved_concurrency"] = json!(most);
    }
    value
}

fn of_alarms(config: &AlarmsConfig) -> Value {
    json!({
        "actions": config.actions,
        "errors": config.errors,
        "throttles": config.throttles,
        "dropped": config.dropped,
    })
}

fn user(config: &UserConfig) -> Value {
    json!({
        "name": config.name,
        "bucket": config.bucket.as_str(),
        "access": config.access.as_str(),
        "prefix": config.prefix,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::config::{Overrides, parse};

    fn of(text: &str) -> Value {
        tfvars(&parse(text, "config.toml", &Overrides::default()).unwrap(), false)
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
        "#);
        assert_eq!(all["source_bucket"]["expire_days"], 5);
        assert_eq!(all["source_bucket"]["encryption"], "aws:kms");
        assert_eq!(all["source_bucket"]["noncurrent_days"], "never");
        assert_eq!(all["destination_bucket"]["noncurrent_days"], "never", "there are no versions");
        assert_eq!(all["function"]["reserved_concurrency"], 3);
        assert_eq!(
            all["users"][0],
            json!({"name": "one", "bucket": "source", "access": "write-only", "prefix": "a/"})
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
        assert_eq!(compared, 5 + 5 + 7 + 2 + 4);
        assert!(of("stack = \"abc\"").get("alarms").is_none() && block("alarms").contains("default = null"));
        assert!(block("tags").contains("default     = {}") && block("users").contains("default = []"));
    }
}
