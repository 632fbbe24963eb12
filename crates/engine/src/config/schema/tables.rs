//! The tables of `config.toml`, each key with what it means.

use sanitizer::{GainMaps, HiddenPixels, IccPolicy, Orientation, Right};
use serde_json::{Value, json};

use super::keyword::{Key, boolean, choice, free_table, number, or, pattern, table, text, texts};
use crate::config::defaults;
use crate::config::model::{Access, Architecture, BucketRole};
use crate::config::rules::{alarms, function, lifecycle, tags, trigger, trust};

/// The whole file.
pub(super) fn file() -> Value {
    let keys = vec![
        (
            "stack",
            pattern(
                "Every name on AWS derives from this one, and everything is tagged with it. 3 to 32 characters: a-z, \
                 0-9 and hyphens.",
                "^[a-z][a-z0-9-]{1,30}[a-z0-9]$",
            ),
        ),
        ("region", text("The AWS region. Without it: AWS_REGION or your profile.")),
        ("account", pattern("Refuse to work in any other account.", "^[0-9]{12}$")),
        (
            "permissions_boundary",
            pattern("ARN of a managed policy that limits the role and the users.", "^arn:"),
        ),
        ("tags", free_table("Tags of your own, on everything that can be tagged.", Some(tags::MOST))),
        ("source", bucket("Bucket A: where people upload.", BucketRole::Source)),
        (
            "destination",
            bucket(
                "Bucket B: where the clean pictures appear, under the same keys.",
                BucketRole::Destination,
            ),
        ),
        ("function", function()),
        ("trigger", trigger()),
        ("alarms", alarms()),
        ("users", json!({ "description": "Who may do what.", "type": "array", "items": user() })),
    ];
    let mut file = table("The stack as `provisioner up` makes it.", &["stack"], keys);
    file["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    file["title"] = "config.toml of provisioner".into();
    file
}

fn bucket(about: &str, role: BucketRole) -> Value {
    let default = defaults::bucket(role);
    let arn = "^arn:";
    let never = |about: &str, days: Option<u32>| {
        let (least, most) = (lifecycle::DAYS.range.start(), lifecycle::DAYS.range.end());
        let days = days.map_or_else(|| "never".into(), Value::from);
        json!({
            "description": about,
            "anyOf": [{ "type": "integer", "minimum": least, "maximum": most }, { "const": "never" }],
            "default": days,
        })
    };
    let keys = vec![
        (
            "bucket",
            or(
                text("The bucket's name; `{stack}`, `{account}` and `{region}` stand for their values."),
                default.bucket,
            ),
        ),
        ("versioning", boolean("Keep old versions of objects.", default.versioning)),
        (
            "encryption",
            or(
                choice(
                    "How objects are encrypted at rest; \"aws:kms\" needs kms_key.",
                    &["AES256", "aws:kms"],
                ),
                "AES256",
            ),
        ),
        ("kms_key", pattern("ARN of the key of encryption = \"aws:kms\".", arn)),
        (
            "former_kms_keys",
            texts(
                "ARNs of keys that older objects are encrypted with: who reads may decrypt with them.",
                None,
            ),
        ),
        ("expire_days", number("Delete objects after so many days. Without it: never.", &lifecycle::DAYS)),
        (
            "noncurrent_days",
            never(
                "Delete overwritten and deleted versions after so many days, or \"never\".",
                default.noncurrent_days,
            ),
        ),
        (
            "abort_multipart_days",
            never(
                "Clean up after broken uploads after so many days, or \"never\".",
                default.abort_multipart_days,
            ),
        ),
    ];
    table(about, &[], keys)
}

fn function() -> Value {
    let default = defaults::function();
    let architectures = [Architecture::X86_64, Architecture::Arm64].map(Architecture::as_str);
    let mut keys = vec![
        (
            "memory",
            or(
                number("MB. More memory is also more CPU, and larger pictures.", &function::MEMORY),
                default.memory,
            ),
        ),
        ("timeout", or(number("Seconds.", &function::TIMEOUT), default.timeout)),
        (
            "architecture",
            or(choice("The function's processor.", &architectures), default.architecture.as_str()),
        ),
        ("environment", free_table("Environment variables of your own.", None)),
        (
            "reserved_concurrency",
            number("At most so many run at once. Without it: what the account has.", &function::CONCURRENCY),
        ),
        (
            "log_retention_days",
            json!({
                "description": "Days that the function's log is kept.",
                "type": "integer",
                "enum": function::RETENTION_DAYS,
                "default": default.log_retention_days,
            }),
        ),
        (
            "keep_user_metadata",
            boolean(
                "Whether what uploaders wrote into x-amz-meta-*, Content-Disposition and Content-Language goes to the \
                 clean copy.",
                default.keep_user_metadata,
            ),
        ),
    ];
    keys.extend(cleaning());
    let events = default.asynchronous;
    keys.extend([
        (
            "on_failure",
            pattern(
                "ARN of the queue, topic, bucket or event bus that Lambda tells of uploads that it gives up on.",
                "^arn:",
            ),
        ),
        (
            "max_event_age",
            or(number("Seconds for which Lambda tries.", &function::EVENT_AGE), events.max_event_age),
        ),
        (
            "retries",
            or(number("How often Lambda tries again what failed.", &function::RETRIES), events.retries),
        ),
    ]);
    table("The function between the buckets.", &[], keys)
}

/// How pictures are cleaned.
fn cleaning() -> Vec<Key> {
    let default = contract::cleaning::Cleaning::default();
    let rights: Vec<&str> = Right::ALL.iter().map(|one| one.as_str()).collect();
    let orientations: Vec<&str> = Orientation::ALL.iter().map(|one| one.as_str()).collect();
    let profiles: Vec<&str> = IccPolicy::ALL.iter().map(|one| one.as_str()).collect();
    let gain_maps: Vec<&str> = GainMaps::ALL.iter().map(|one| one.as_str()).collect();
    let hidden: Vec<&str> = HiddenPixels::ALL.iter().map(|one| one.as_str()).collect();
    vec![
        (
            "orientation",
            or(
                choice("What becomes of pictures that are stored sideways.", &orientations),
                default.orientation.as_str(),
            ),
        ),
        ("icc", or(choice("What becomes of colour profiles.", &profiles), default.icc.as_str())),
        ("gain_maps", or(choice("What becomes of HDR gain maps.", &gain_maps), default.gain_maps.as_str())),
        (
            "hidden_pixels",
            or(choice("What becomes of pixels that nobody sees.", &hidden), default.hidden_pixels.as_str()),
        ),
        (
            "max_megapixels",
            or(
                number(
                    "Pictures of more are refused, all frames of an animation together.",
                    &function::MEGAPIXELS,
                ),
                default.max_megapixels,
            ),
        ),
        (
            "keep",
            json!({
                "description": "What pictures say about rights and stays, written anew.",
                "type": "array",
                "items": { "type": "string", "enum": rights },
                "default": [],
            }),
        ),
    ]
}

fn trigger() -> Value {
    let default = defaults::trigger();
    let suffixes = texts(
        "Endings of the keys that start the function; S3 compares them case-sensitively.",
        Some(trigger::MOST),
    );
    let keys = vec![
        ("prefix", or(text("Only keys that begin so."), default.prefix)),
        ("suffixes", or(suffixes, default.suffixes)),
        (
            "mirror_deletes",
            boolean(
                "Remove a clean copy when its source is deleted, or replaced by something that is refused.",
                default.mirror_deletes,
            ),
        ),
    ];
    table("Which uploads start the function.", &[], keys)
}

fn alarms() -> Value {
    let default = defaults::alarms();
    let keys = vec![
        ("actions", texts("ARNs of the SNS topics that are told.", Some(alarms::MOST))),
        ("errors", or(number("Failed invocations in five minutes.", &alarms::THRESHOLD), default.errors)),
        (
            "throttles",
            or(
                number("Invocations that had to wait, in five minutes.", &alarms::THRESHOLD),
                default.throttles,
            ),
        ),
        (
            "dropped",
            or(
                number("Uploads that Lambda gave up on, in five minutes.", &alarms::THRESHOLD),
                default.dropped,
            ),
        ),
        (
            "rejected",
            or(number("Pictures that were refused, in five minutes.", &alarms::THRESHOLD), default.rejected),
        ),
        (
            "near_timeout",
            or(
                number(
                    "Percent of function.timeout that the slowest picture took, in five minutes.",
                    &alarms::NEAR_TIMEOUT,
                ),
                default.near_timeout,
            ),
        ),
    ];
    table("CloudWatch alarms on the function, only when this table is here.", &[], keys)
}

fn user() -> Value {
    let buckets = [BucketRole::Source, BucketRole::Destination].map(BucketRole::as_str);
    let accesses = [Access::ReadWrite, Access::ReadOnly, Access::WriteOnly].map(Access::as_str);
    let keys = vec![
        ("name", text("The IAM user is called <stack>-<name>.")),
        ("bucket", choice("The one bucket the user has to do with.", &buckets)),
        ("access", choice("What the user may do there.", &accesses)),
        ("prefix", or(text("Only keys that begin so."), "")),
        (
            "kind",
            or(
                choice(
                    "Whether it is an IAM user with access keys, or a role without any that those of `trust` assume.",
                    &["user", "role"],
                ),
                "user",
            ),
        ),
        (
            "trust",
            json!({
                "description": "Who may assume the role: account ids, ARNs of users and roles, identity providers.",
                "type": "array",
                "minItems": 1,
                "maxItems": trust::MOST,
                "items": { "anyOf": [text("An account id, or the ARN of a user, a role or a SAML provider."), trusted()] },
            }),
        ),
    ];
    let mut user = table("A user of the stack.", &["name", "bucket", "access"], keys);
    user["if"] = json!({ "properties": { "kind": { "const": "role" } }, "required": ["kind"] });
    user["then"] = json!({ "required": ["trust"] });
    user["else"] = json!({ "properties": { "trust": false } });
    user
}

/// An entry of `trust` that one string cannot say.
fn trusted() -> Value {
    let arn = "^arn:";
    let keys = vec![
        ("principal", text("An account id, or the ARN of a user or role.")),
        ("external_id", text("What the caller has to say: AWS's sts:ExternalId.")),
        ("provider", pattern("ARN of an OpenID Connect or SAML provider of the account.", arn)),
        ("audience", text("The `aud` that tokens have to have. OpenID Connect needs it.")),
        (
            "subject",
            text("The `sub` that tokens have to have; * and ? are wildcards. OpenID Connect needs it."),
        ),
    ];
    table("Who may assume the role, and under which conditions.", &[], keys)
}
