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
/// statements alone: every Allow of `to` is within one of `from`, and every Deny
/// of `from` is still in `to`. Then `to` may be written before anything else.
#[must_use]
pub fn narrows(from: &Value, to: &Value) -> bool {
    let (from, to) = (canonical(from), canonical(to));
    let allows = allows(&from);
    to.iter().filter(|s| is_allow(s)).all(|narrow| allows.iter().any(|wide| covers(wide, narrow)))
        && from.iter().filter(|s| !is_allow(s)).all(|deny| to.contains(deny))
}

/// What is left when `to` takes rights away and gives others: the rights of `to`
/// that `from` gives already, to be written first. `None` when `to` only takes or
/// only gives, so that one write is enough. A document that allows nothing has no
/// statements.
#[must_use]
pub fn common(from: &Value, to: &Value) -> Option<Value> {
    if narrows(from, to) || narrows(to, from) {
        return None;
    }
    let (old, new) = (canonical(from), canonical(to));
    let allows = allows(&old);
    let mut left: Vec<Value> = Vec::new();
    for statement in new.iter().filter(|s| is_allow(s)) {
        for resource in items(&statement["Resource"]) {
            let one = |action: &Value| {
                let mut one = statement.clone();
                one["Action"] = Value::Array(vec![action.clone()]);
                one["Resource"] = Value::Array(vec![resource.clone()]);
                one
            };
            let kept: Vec<Value> = items(&statement["Action"])
                .iter()
                .filter(|action| allows.iter().any(|wide| covers(wide, &one(action))))
                .cloned()
                .collect();
            if let Some(first) = kept.first() {
                let mut statement = one(first);
                statement["Action"] = Value::Array(kept);
                left.push(statement);
            }
        }
    }
    if !left.is_empty() {
        left.extend(old.into_iter().filter(|s| !is_allow(s)));
    }
    Some(serde_json::json!({"Version": "2012-10-17", "Statement": left}))
}

/// The `Sid` of a statement that denies everybody this action, if there is one. One that asks only how the caller is
/// connected does not count: we come with TLS.
#[must_use]
pub fn denied_to_all(document: &Value, action: &str) -> Option<String> {
    let statements = match &document["Statement"] {
        Value::Array(statements) => statements.as_slice(),
        one => std::slice::from_ref(one),
    };
    let denies = |raw: &&Value| {
        let canonical = statement(raw);
        let action = action.to_ascii_lowercase();
        let named = |key: &str| {
            items(&canonical[key])
                .iter()
                .filter_map(Value::as_str)
                .any(|one| glob(one.as_bytes(), action.as_bytes()))
        };
        let is_for_all = raw.get("NotPrincipal").is_some()
            || items(&canonical["Principal"]["AWS"]).iter().any(|who| who == "*");
        let about_connection = canonical["Condition"].as_object().is_some_and(|operators| {
            let keys = operators.values().filter_map(Value::as_object).flat_map(Map::keys);
            keys.into_iter().any(|key| matches!(key.as_str(), "aws:securetransport" | "s3:tlsversion"))
        });
        let covers = if raw.get("NotAction").is_some() { !named("NotAction") } else { named("Action") };
        canonical["Effect"] == "Deny" && is_for_all && covers && !about_connection
    };
    statements.iter().find(denies).map(|found| found["Sid"].as_str().unwrap_or("without an id").to_owned())
}

/// Whether a document has no statements.
#[must_use]
pub fn has_no_statements(document: &Value) -> bool {
    canonical(document).is_empty()
}

fn is_allow(statement: &Value) -> bool {
    statement["Effect"] == "Allow"
}

fn allows(statements: &[Value]) -> Vec<&Value> {
    statements.iter().filter(|s| is_allow(s)).collect()
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Whether statement `wide` has at least the actions and resources of `narrow`,
/// under no more conditions, and the same everything else.
fn covers(wide: &Value, narrow: &Value) -> bool {
    let (Some(wide), Some(narrow)) = (wide.as_object(), narrow.as_object()) else { return false };
    let includes = |key: &str| match (wide.get(key), narrow.get(key)) {
        (Some(wide), Some(narrow)) => {
            items(narrow).iter().all(|narrow| items(wide).iter().any(|wide| matches(wide, narrow)))
        }
        (wide, narrow) => wide == narrow,
    };
    // Everybody includes AWS's services.
    let everybody = principal(&Value::from("*"));
    let is_for_everybody = wide.get("Principal").is_some_and(|wide| *wide == everybody);
    let is_other = |key: &&String| match key.as_str() {
        "Action" | "Resource" | "Condition" => false,
        "Principal" => !is_for_everybody,
        _ => true,
    };
    includes("Action")
        && includes("Resource")
        && wide
            .get("Condition")
            .is_none_or(|wide| narrow.get("Condition").is_some_and(|it| stricter(wide, it)))
        && wide.keys().filter(is_other).all(|key| narrow.get(key) == wide.get(key))
        && narrow.keys().filter(is_other).all(|key| wide.contains_key(key))
}

/// Whether every condition of `wide` is in `narrow`, with the same values or fewer.
fn stricter(wide: &Value, narrow: &Value) -> bool {
    let (Some(wide), Some(narrow)) = (wide.as_object(), narrow.as_object()) else { return wide == narrow };
    wide.iter().all(|(operator, keys)| {
        keys.as_object().is_some_and(|keys| {
            keys.iter().all(|(key, wide)| {
                let narrow = narrow.get(operator).and_then(|keys| keys.get(key));
                narrow.is_some_and(|narrow| match operator.as_str() {
                    // Any of the values has to match, so fewer of them allow less.
                    "StringLike" | "ArnLike" => {
                        items(narrow).iter().all(|one| items(wide).iter().any(|wide| matches(wide, one)))
                    }
                    "StringEquals" | "ArnEquals" => items(narrow).iter().all(|one| items(wide).contains(one)),
                    _ => wide == narrow,
                })
            })
        })
    })
}

/// Whether the pattern `wide` matches all that `narrow` matches: `*` stands for any text, `?` for one character
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>).
fn matches(wide: &Value, narrow: &Value) -> bool {
    let (Some(wide), Some(narrow)) = (wide.as_str(), narrow.as_str()) else { return wide == narrow };
    glob(wide.as_bytes(), narrow.as_bytes())
}

/// Of `text` a `*` is taken as it stands: only a `*` of the pattern matches it.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while place < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(&byte) if (byte == b'?' && text[place] != b'*') || byte == text[place] => {
                (at, place) = (at + 1, place + 1);
            }
            _ => {
                let Some((back, from)) = star else { return false };
                star = Some((back, from + 1));
                (at, place) = (back + 1, from + 1);
            }
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
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

    #[test]
    fn what_is_denied_to_all_is_found() {
        let deny = |fields: Value| {
            let mut statement = json!({"Sid": "Keep", "Effect": "Deny", "Resource": "*"});
            statement.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            json!({"Statement": [statement]})
        };
        let tls = json!({"Bool": {"aws:SecureTransport": "false"}});
        let mfa = json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}});
        for (fields, denied) in [
            (json!({"Principal": "*", "Action": "s3:DeleteBucket"}), true),
            (json!({"Principal": {"AWS": ["*"]}, "Action": ["s3:Get*", "S3:delete*"]}), true),
            (json!({"Principal": "*", "Action": "s3:*", "Condition": mfa}), true),
            (json!({"NotPrincipal": {"AWS": "arn:aws:iam::123456789012:role/r"}, "Action": "s3:*"}), true),
            (json!({"Principal": "*", "NotAction": "s3:Get*"}), true),
            (json!({"Principal": "*", "NotAction": "s3:Delete*"}), false),
            (json!({"Principal": "*", "Action": "s3:*", "Condition": tls}), false),
            (json!({"Principal": {"AWS": "arn:aws:iam::123456789012:user/u"}, "Action": "s3:*"}), false),
            (json!({"Principal": "*", "Action": "s3:PutObject"}), false),
            (json!({"Principal": "*", "Action": "s3:*", "Effect": "Allow"}), false),
        ] {
            let found = denied_to_all(&deny(fields.clone()), "s3:DeleteBucket");
            assert_eq!(found.as_deref(), denied.then_some("Keep"), "{fields}");
        }
    }

    fn allow(actions: &[&str], resource: &str, condition: Value) -> Value {
        let mut statement = json!({"Effect": "Allow", "Action": actions, "Resource": resource});
        if !condition.is_null() {
            statement["Condition"] = condition;
        }
        json!({"Statement": [statement]})
    }

    #[test]
    fn a_prefix_and_a_condition_narrow() {
        let prefix = |prefix: &str| json!({"StringLike": {"s3:prefix": prefix}});
        for (wide, narrow) in [
            (allow(&["s3:Get"], "b/*", Value::Null), allow(&["s3:Get"], "b/albums/*", Value::Null)),
            (allow(&["s3:*"], "b/*", Value::Null), allow(&["s3:Get", "s3:Put"], "b/*", Value::Null)),
            (allow(&["s3:List"], "b", Value::Null), allow(&["s3:List"], "b", prefix("a/*"))),
            (allow(&["s3:List"], "b", prefix("a/*")), allow(&["s3:List"], "b", prefix("a/b/*"))),
            (allow(&["s3:Get"], "b/a?c", Value::Null), allow(&["s3:Get"], "b/abc", Value::Null)),
        ] {
            assert!(narrows(&wide, &narrow), "{wide} {narrow}");
            assert!(!narrows(&narrow, &wide), "{wide} {narrow}");
        }
        let principal = |principal: Value| {
            let mut document = allow(&["a:B"], "r", Value::Null);
            document["Statement"][0]["Principal"] = principal;
            document
        };
        let s3 = principal(json!({"Service": "s3.amazonaws.com"}));
        for everybody in [principal(json!("*")), principal(json!({"AWS": "*"}))] {
            assert!(narrows(&everybody, &s3) && !narrows(&s3, &everybody), "everybody includes services");
        }
        let somebody = principal(json!({"AWS": "arn:aws:iam::210987654321:root"}));
        assert!(!narrows(&somebody, &s3) && !narrows(&s3, &somebody));
        let not = |value: Value| json!({"StringNotEquals": {"a:b": value}});
        let (two, one) =
            (allow(&["a:B"], "r", not(json!(["x", "y"]))), allow(&["a:B"], "r", not(json!("x"))));
        assert!(!narrows(&two, &one), "fewer values of a negation allow more");
        let question = allow(&["a:B"], "r?", Value::Null);
        assert!(!narrows(&question, &allow(&["a:B"], "r*", Value::Null)));
    }

    #[test]
    fn what_takes_and_gives_is_told_apart() {
        let read = allow(&["s3:Get"], "b/*", Value::Null);
        let write = allow(&["s3:Put"], "b/*", Value::Null);
        let both = allow(&["s3:Get", "s3:Put"], "b/*", Value::Null);
        let narrow_both = allow(&["s3:Get", "s3:Put"], "b/a/*", Value::Null);
        assert_eq!(common(&read, &both), None);
        assert_eq!(common(&both, &read), None);
        assert_eq!(common(&read, &write).unwrap()["Statement"], json!([]));
        let left = common(&read, &narrow_both).unwrap();
        assert!(same(&left, &allow(&["s3:Get"], "b/a/*", Value::Null)), "{left}");
    }

    proptest::proptest! {
        /// Whatever is left first takes nothing that is not taken anyway, and gives nothing.
        #[test]
        fn what_is_left_first_is_within_both(
            from in proptest::collection::vec((0..4usize, 0..4usize), 1..4),
            to in proptest::collection::vec((0..4usize, 0..4usize), 1..4),
        ) {
            let document = |picked: &[(usize, usize)]| json!({"Statement": picked.iter().map(|(action, resource)| json!({
                "Effect": "Allow",
                "Action": (["s3:Get", "s3:Put", "s3:*", "s3:List"][*action]),
                "Resource": (["b/*", "b/a/*", "b", "c/*"][*resource]),
            })).collect::<Vec<_>>()});
            let (from, to) = (document(&from), document(&to));
            if let Some(left) = common(&from, &to) {
                assert!(narrows(&from, &left) && narrows(&to, &left), "{from} {to} {left}");
            }
        }
    }
}
