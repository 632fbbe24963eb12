//! Which statement decides.

use serde_json::Value;

use super::glob::matches;
use super::{Decision, Question, Statement};

/// Decides by the caller's own policies and by those of the resource.
pub(super) fn evaluate(
    own: &[(String, Value)],
    resources: &[(String, Value)],
    principal: Option<&str>,
    question: &Question,
) -> Decision {
    let find = |policies: &[(String, Value)], effect: &str| {
        policies.iter().find_map(|(policy, document)| {
            let statement = statements(document)
                .find(|it| it["Effect"] == effect && applies(it, question) && is_for(it, principal))?;
            Some(Statement {
                policy: policy.clone(),
                sid: statement["Sid"].as_str().unwrap_or_default().to_owned(),
                document: statement.clone(),
            })
        })
    };
    if let Some(statement) = find(own, "Deny").or_else(|| find(resources, "Deny")) {
        return Decision::Refused(statement);
    }
    find(own, "Allow").or_else(|| find(resources, "Allow")).map_or(Decision::NotAllowed, Decision::Allowed)
}

/// Whether a statement is about who asks. Those of identities name nobody: they are about theirs. A whole account that is
/// allowed something gives its identities the right to be allowed it, which is no more than they have.
fn is_for(statement: &Value, principal: Option<&str>) -> bool {
    let named = &statement["Principal"];
    let principals = if named.is_object() { &named["AWS"] } else { named };
    named.is_null()
        || items(principals).iter().filter_map(Value::as_str).any(|one| one == "*" || Some(one) == principal)
}

/// Whether all that is said is understood: else what is decided by it may be wrong.
pub(super) fn is_understood(document: &Value) -> bool {
    statements(document).all(|statement| {
        ["NotAction", "NotResource", "NotPrincipal"].iter().all(|key| statement[key].is_null())
            && conditions(statement).all(|(operator, _, _)| OPERATORS.contains(&operator))
    })
}

fn statements(document: &Value) -> impl Iterator<Item = &Value> {
    items(&document["Statement"]).iter()
}

/// A lone item is a list of one.
fn items(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
}

fn applies(statement: &Value, question: &Question) -> bool {
    let any = |key: &str, matches: &dyn Fn(&str) -> bool| {
        items(&statement[key]).iter().filter_map(Value::as_str).any(matches)
    };
    // Case counts in resources, and not in actions.
    let action = question.action.to_ascii_lowercase();
    any("Action", &|pattern| matches(&pattern.to_ascii_lowercase(), &action))
        && any("Resource", &|pattern| matches(pattern, &question.resource))
        && conditions(statement).all(|(operator, key, values)| is_met(operator, key, values, question))
}

fn conditions(statement: &Value) -> impl Iterator<Item = (&str, &str, &[Value])> {
    let operators = statement["Condition"].as_object().into_iter().flatten();
    operators.flat_map(|(operator, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.map(move |(key, values)| (operator.as_str(), key.as_str(), items(values)))
    })
}

/// The operators of conditions that our policies use.
const OPERATORS: [&str; 5] = ["StringEquals", "ArnEquals", "StringLike", "ArnLike", "Bool"];

/// Whether one of the values fits. Only what our policies use; anything else is not met, so that nothing counts as allowed
/// that is not understood.
fn is_met(operator: &str, key: &str, values: &[Value], question: &Question) -> bool {
    let Some(actual) = question.context.get(&key.to_ascii_lowercase()) else { return false };
    values.iter().filter_map(Value::as_str).any(|value| match operator {
        "StringEquals" | "ArnEquals" => value == actual,
        "StringLike" | "ArnLike" => matches(value, actual),
        "Bool" => value.eq_ignore_ascii_case(actual),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn decide(statements: &Value, action: &str, resource: &str) -> Decision {
        let question = Question {
            action: action.to_owned(),
            resource: resource.to_owned(),
            context: Default::default(),
        };
        evaluate(&[("p".to_owned(), json!({"Statement": statements}))], &[], None, &question)
    }

    #[test]
    fn a_refusal_wins_and_lists_of_one_are_items() {
        let allow = json!({"Sid": "A", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"});
        let deny = json!({"Sid": "D", "Effect": "Deny", "Action": ["s3:Put*"], "Resource": ["*"]});
        let both = json!([allow, deny]);
        assert!(decide(&both, "s3:GetObject", "arn:aws:s3:::b/k").is_allowed());
        assert!(matches!(decide(&both, "s3:PutObject", "arn:aws:s3:::b/k"), Decision::Refused(_)));
        assert_eq!(decide(&both, "s3:GetObject", "arn:aws:s3:::B/k"), Decision::NotAllowed);
        assert!(decide(&allow, "s3:GetObject", "arn:aws:s3:::b/k").is_allowed());
    }

    #[test]
    fn a_condition_that_is_not_understood_allows_nothing() {
        for condition in
            [json!({"NumericLessThan": {"s3:max-keys": "10"}}), json!({"Bool": {"aws:unknown": "true"}})]
        {
            let statement =
                json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition});
            assert_eq!(decide(&statement, "s3:GetObject", "x"), Decision::NotAllowed);
        }
    }
}
