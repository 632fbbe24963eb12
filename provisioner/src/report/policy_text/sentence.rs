//! One grant as a sentence.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::list;

/// Some actions on some resources for somebody.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grant {
    /// Everything but actions and resources.
    pub(super) frame: Map<String, Value>,
    /// The actions; none where the frame says `NotAction`.
    pub(super) actions: Vec<String>,
    /// The resources; none where the frame says `NotResource`, and in trust policies.
    pub(super) resources: Vec<String>,
}

impl Grant {
    pub(super) fn of(rule: &Value) -> Self {
        let mut frame = rule.as_object().cloned().unwrap_or_default();
        let mut take = |key: &str| strings(&frame.remove(key).unwrap_or_default());
        Self { actions: take("Action"), resources: take("Resource"), frame }
    }

    fn conditions(&self) -> Vec<Condition<'_>> {
        let operators = self.frame.get("Condition").and_then(Value::as_object);
        let all = operators.into_iter().flatten().flat_map(|(operator, keys)| {
            keys.as_object().into_iter().flatten().map(move |(key, values)| Condition {
                operator,
                key,
                values: strings(values),
            })
        });
        all.collect()
    }

    fn condition(&self, key: &str) -> Option<Vec<String>> {
        let found = self.conditions().into_iter().find(|one| one.key.eq_ignore_ascii_case(key));
        found.map(|one| one.values)
    }
}

struct Condition<'a> {
    operator: &'a str,
    key: &'a str,
    values: Vec<String>,
}

/// `may read every object in photos`. `is_exact`: with every condition, also those that all our statements have.
pub(super) fn sentence(grant: &Grant, is_exact: bool) -> String {
    let is_deny = grant.frame.get("Effect").is_some_and(|effect| effect == "Deny");
    let refused = grant.condition("aws:SecureTransport");
    if is_deny && refused.is_some_and(|values| values == ["false"]) && grant.conditions().len() == 1 {
        return "refuses connections without TLS".to_owned();
    }
    let (what, told) = what(grant);
    let mut text = match (principal(grant), is_deny) {
        (None, false) => format!("may {what}"),
        (None, true) => format!("must not {what}"),
        (Some(who), false) => format!("lets {who} {what}"),
        (Some(who), true) => format!("refuses {who} to {what}"),
    };
    let mut joint = " if ";
    for condition in grant.conditions() {
        if told.contains(&condition.key.to_ascii_lowercase().as_str()) || (!is_exact && is_usual(&condition))
        {
            continue;
        }
        let _ = write!(text, "{joint}{}", condition_words(&condition));
        joint = " and ";
    }
    text
}

/// What each of our statements says: nobody else's resources, and keys only through S3.
fn is_usual(condition: &Condition<'_>) -> bool {
    condition.operator == "StringEquals"
        && matches!(
            condition.key.to_ascii_lowercase().as_str(),
            "aws:resourceaccount" | "aws:sourceaccount" | "kms:viaservice"
        )
}

fn condition_words(condition: &Condition<'_>) -> String {
    let Condition { operator, key, values } = condition;
    let values = values.join(" or ");
    match *operator {
        "StringEquals" | "ArnEquals" | "Bool" | "NumericEquals" => format!("{key} is {values}"),
        "StringLike" | "ArnLike" => format!("{key} is like {values}"),
        "StringNotEquals" | "ArnNotEquals" => format!("{key} is not {values}"),
        "IpAddress" => format!("{key} is in {values}"),
        "NotIpAddress" => format!("{key} is not in {values}"),
        other => format!("{key} {other} {values}"),
    }
}

fn principal(grant: &Grant) -> Option<String> {
    if let Some(but) = grant.frame.get("NotPrincipal") {
        return Some(format!("everybody but {}", who(but)));
    }
    grant.frame.get("Principal").map(who)
}

fn who(principal: &Value) -> String {
    let one = |kind: &str, name: &str| match (kind, name) {
        ("Service", "s3.amazonaws.com") => "S3".to_owned(),
        ("Service", "lambda.amazonaws.com") => "Lambda".to_owned(),
        ("AWS" | "", "*") => "EVERYBODY".to_owned(),
        (_, name) => name.to_owned(),
    };
    let all: Vec<String> = match principal {
        Value::Object(kinds) => kinds
            .iter()
            .flat_map(|(kind, names)| strings(names).into_iter().map(move |name| one(kind, &name)))
            .collect(),
        other => strings(other).iter().map(|name| one("", name)).collect(),
    };
    joined(&all)
}

/// What is done to what, and the conditions that these words tell already.
fn what(grant: &Grant) -> (String, &'static [&'static str]) {
    let actions: Vec<&str> = grant.actions.iter().map(String::as_str).collect();
    if let [resource] = grant.resources.as_slice() {
        if let Some(text) = on_objects(&actions, resource) {
            return (text, &[]);
        }
        let last = resource.rsplit(':').next().unwrap_or_default();
        let key = last.strip_prefix("key/").unwrap_or(last);
        match actions.as_slice() {
            ["s3:ListBucket"] if resource.contains(":s3:::") && !resource.contains('*') => {
                return match grant.condition("s3:prefix").as_deref() {
                    Some([prefix]) if prefix.ends_with('*') => {
                        (format!("list {last} under {}", prefix.trim_end_matches('*')), &["s3:prefix"])
                    }
                    _ => (format!("list {last}"), &[]),
                };
            }
            ["lambda:InvokeFunction"] if resource.contains(":function:") => {
                let source = grant.condition("aws:SourceArn");
                return match source.as_deref() {
                    Some([bucket]) if bucket.contains(":s3:::") => {
                        let bucket = bucket.rsplit(':').next().unwrap_or_default();
                        (format!("invoke {last} for {bucket}"), &["aws:sourcearn"])
                    }
                    _ => (format!("invoke {last}"), &[]),
                };
            }
            ["logs:CreateLogStream", "logs:PutLogEvents"] => {
                if let Some((_, group)) = resource.split_once(":log-group:") {
                    return (format!("write to log group {}", group.trim_end_matches(":*")), &[]);
                }
            }
            ["kms:Decrypt"] => return (format!("decrypt with KMS key {key}"), &[]),
            ["kms:Decrypt", "kms:GenerateDataKey"] => {
                return (format!("encrypt and decrypt with KMS key {key}"), &[]);
            }
            _ => (),
        }
    }
    if actions == ["sts:AssumeRole"] && grant.resources.is_empty() {
        return ("assume the role".to_owned(), &[]);
    }
    let actions = match grant.frame.get("NotAction") {
        Some(but) => format!("do everything but {}", joined(&strings(but))),
        None if actions.contains(&"*") => "do EVERYTHING".to_owned(),
        None => format!("do {}", joined(&grant.actions)),
    };
    let resources = match grant.frame.get("NotResource") {
        Some(but) => format!(" on everything but {}", joined(&strings(but))),
        None if grant.resources.is_empty() => String::new(),
        None if grant.resources.iter().any(|resource| resource == "*") => " on EVERYTHING".to_owned(),
        None => format!(" on {}", joined(&grant.resources)),
    };
    (actions + &resources, &[])
}

/// `read and write every object in photos`, where these are actions on objects and nothing else.
fn on_objects(actions: &[&str], resource: &str) -> Option<String> {
    let (_, path) = resource.split_once(":s3:::")?;
    let (bucket, key) = path.split_once('/')?;
    let mut verbs = Vec::new();
    for (action, verb) in [("s3:GetObject", "read"), ("s3:PutObject", "write"), ("s3:DeleteObject", "delete")]
    {
        if actions.contains(&action) {
            verbs.push(verb.to_owned());
        }
    }
    // Writing in parts takes these two as well, and nobody thinks of them apart.
    let is_part =
        |action: &&&str| matches!(**action, "s3:AbortMultipartUpload" | "s3:ListMultipartUploadParts");
    let rest = actions.iter().filter(|action| !is_part(action)).count();
    if verbs.is_empty() || rest != verbs.len() || bucket.contains('*') {
        return None;
    }
    let objects = match key.strip_suffix('*') {
        Some("") => format!("every object in {bucket}"),
        Some(prefix) if !prefix.contains(['*', '?']) => format!("every object under {prefix} in {bucket}"),
        _ => format!("{key} in {bucket}"),
    };
    Some(format!("{} {objects}", joined(&verbs)))
}

/// `a, b and c`
fn joined(words: &[String]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

fn strings(value: &Value) -> Vec<String> {
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    list(value).into_iter().map(text).collect()
}
