//! Policy documents compared by what they mean, not by how they are written.

use serde_json::{Map, Value};

/// Whether two policy documents say the same: the order of statements and of
/// list items, a lone item against a list of one, and `Sid` do not matter
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>).
#[must_use]
pub fn same(left: &Value, right: &Value) -> bool {
    canonical(left) == canonical(right)
}

/// Whether two statements say the same.
#[must_use]
pub fn same_statement(left: &Value, right: &Value) -> bool {
    statement(left) == statement(right)
}

/// Whether `to` allows no more than `from` does, as far as can be told by
/// statements alone: every Allow of `to` is one of `from`, and every Deny of
/// `from` is still in `to`. Then `to` may be written before anything else.
#[must_use]
pub fn narrows(from: &Value, to: &Value) -> bool {
    let (from, to) = (canonical(from), canonical(to));
    let of = |statements: &[Value], effect: &str| -> Vec<Value> {
        statements.iter().filter(|s| s["Effect"] == effect).cloned().collect()
    };
    of(&to, "Allow").iter().all(|allow| of(&from, "Allow").iter().any(|wide| covers(wide, allow)))
        && of(&from, "Deny").iter().all(|deny| to.contains(deny))
}

/// Whether statement `wide` has at least the actions and resources of `narrow`,
/// and the same everything else.
fn covers(wide: &Value, narrow: &Value) -> bool {
    let (Some(wide), Some(narrow)) = (wide.as_object(), narrow.as_object()) else { return false };
    let includes = |key: &str| match (wide.get(key), narrow.get(key)) {
        (Some(Value::Array(wide)), Some(Value::Array(narrow))) => {
            narrow.iter().all(|item| wide.contains(item))
        }
        (wide, narrow) => wide == narrow,
    };
    includes("Action")
        && includes("Resource")
        && wide.iter().all(|(key, value)| {
            matches!(key.as_str(), "Action" | "Resource") || narrow.get(key) == Some(value)
        })
        && wide.len() == narrow.len()
}

/// The statements in a canonical form and order.
fn canonical(document: &Value) -> Vec<Value> {
    let mut statements: Vec<Value> = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().map(statement).collect(),
        Some(one @ Value::Object(_)) => vec![statement(one)],
        _ => Vec::new(),
    };
    statements.sort_by_key(Value::to_string);
    statements.dedup();
    statements
}

fn statement(statement: &Value) -> Value {
    let Some(fields) = statement.as_object() else { return statement.clone() };
    let mut canonical: Vec<(String, Value)> = fields
        .iter()
        .filter(|(key, _)| *key != "Sid")
        .map(|(key, value)| {
            let value = match key.as_str() {
                "Principal" | "NotPrincipal" => principal(value),
                "Condition" => condition(value),
                "Action" | "NotAction" => set(&lower(value)),
                "Resource" | "NotResource" => set(value),
                _ => value.clone(),
            };
            (key.clone(), value)
        })
        .collect();
    canonical.sort_by(|left, right| left.0.cmp(&right.0));
    Value::Object(canonical.into_iter().collect())
}

/// `"*"` and `{"AWS": "*"}` mean the same for resource policies.
fn principal(value: &Value) -> Value {
    match value {
        Value::String(all) if all == "*" => Value::Object(Map::from_iter([("AWS".to_owned(), set(value))])),
        Value::Object(kinds) => sorted(kinds.iter().map(|(kind, who)| (kind.clone(), set(who)))),
        other => other.clone(),
    }
}

/// Condition keys do not distinguish case, values do.
fn condition(value: &Value) -> Value {
    let Some(operators) = value.as_object() else { return value.clone() };
    sorted(operators.iter().map(|(operator, keys)| {
        let keys = keys.as_object().map_or_else(
            || keys.clone(),
            |keys| sorted(keys.iter().map(|(key, value)| (key.to_ascii_lowercase(), set(value)))),
        );
        (operator.clone(), keys)
    }))
}

fn sorted(entries: impl Iterator<Item = (String, Value)>) -> Value {
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by(|left, right| left.0.cmp(&right.0));
    Value::Object(entries.into_iter().collect())
}

/// A lone value or a list, as a sorted list of strings without doubles.
fn set(value: &Value) -> Value {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut items: Vec<String> = match value {
        Value::Array(items) => items.iter().map(text).collect(),
        one => vec![text(one)],
    };
    items.sort();
    items.dedup();
    items.into()
}

/// Actions do not distinguish case.
fn lower(value: &Value) -> Value {
    match value {
        Value::String(text) => text.to_ascii_lowercase().into(),
        Value::Array(items) => items.iter().map(lower).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_way_of_writing_does_not_matter() {
        let left = json!({"Version": "2012-10-17", "Statement": [
            {"Sid": "A", "Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "r"},
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["b", "a"],
             "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        ]});
        let right = json!({"Statement": [
            {"Action": ["s3:*"], "Resource": ["a", "b"], "Effect": "Deny", "Principal": {"AWS": "*"},
             "Condition": {"Bool": {"AWS:SecureTransport": [false]}}},
            {"Sid": "B", "Resource": ["r"], "Effect": "Allow", "Action": ["s3:getobject", "s3:PutObject"]},
        ]});
        assert!(same(&left, &right));
    }

    #[test]
    fn what_it_means_matters() {
        let allow =
            |action: &str| json!({"Statement": {"Effect": "Allow", "Action": action, "Resource": "r"}});
        assert!(!same(&allow("s3:GetObject"), &allow("s3:PutObject")));
        assert!(!same(&allow("s3:GetObject"), &json!({"Statement": []})));
        let upper = json!({"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "R"}});
        assert!(!same(&allow("s3:GetObject"), &upper), "resources distinguish case");
    }

    #[test]
    fn narrowing_is_told_from_widening() {
        let two = json!({"Statement": [{"Effect": "Allow", "Action": ["a:B", "a:C"], "Resource": "r"}]});
        let one = json!({"Statement": [{"Effect": "Allow", "Action": "a:B", "Resource": "r"}]});
        let deny = json!({"Statement": [{"Effect": "Deny", "Action": "a:B", "Resource": "r"}]});
        assert!(narrows(&two, &one) && !narrows(&one, &two));
        assert!(!narrows(&deny, &one) && !narrows(&deny, &json!({"Statement": []})));
    }
}
