//! Policy statements that allow something, as far as screens tell them.

use serde_json::Value;

/// Statements of a foreign policy that are told one by one.
const TOLD: usize = 3;

/// A statement that allows something.
pub(super) struct Allow<'a> {
    statement: &'a Value,
}

/// The statements of a document that allow something.
pub(super) fn allows(document: &Value) -> Vec<Allow<'_>> {
    let statements = match &document["Statement"] {
        Value::Array(statements) => statements.iter().collect(),
        one @ Value::Object(_) => vec![one],
        _ => Vec::new(),
    };
    statements.into_iter().filter_map(Allow::of).collect()
}

/// What a document allows, a few statements of it.
pub(crate) fn statements(policy: &Value) -> String {
    let all = allows(policy);
    let mut told: Vec<String> = all.iter().take(TOLD).map(Allow::words).collect();
    if let Some(more) = all.len().checked_sub(TOLD).filter(|more| *more > 0) {
        told.push(format!("{more} more"));
    }
    if told.is_empty() { "nothing".to_owned() } else { told.join(", ") }
}

impl<'a> Allow<'a> {
    /// The statement, if it allows something.
    pub(super) fn of(statement: &'a Value) -> Option<Self> {
        (statement["Effect"] == "Allow").then_some(Self { statement })
    }

    /// Whether it is for everybody: `*`, or everybody but some
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>).
    pub(super) fn is_for_everybody(&self) -> bool {
        let all = |value: &Value| items(value).any(|who| who == "*");
        match &self.statement["Principal"] {
            Value::Null => !self.statement["NotPrincipal"].is_null(),
            Value::Object(kinds) => kinds.get("AWS").is_some_and(all),
            one => all(one),
        }
    }

    /// Whether it holds under conditions only.
    pub(super) fn is_conditional(&self) -> bool {
        self.statement["Condition"].as_object().is_some_and(|condition| !condition.is_empty())
    }

    /// Whether whoever has it can have everything: all actions, or all of IAM's, on everything.
    pub(super) fn is_admin(&self) -> bool {
        let everything = items(&self.statement["Resource"]).any(|one| one == "*")
            || !self.statement["NotResource"].is_null();
        let all = |action: &str| action.bytes().all(|byte| matches!(byte, b'*' | b':'));
        let has_all = items(&self.statement["Action"])
            .any(|action| all(action) || action.eq_ignore_ascii_case("iam:*"));
        everything && (has_all || !self.statement["NotAction"].is_null())
    }

    /// `s3:GetObject s3:PutObject on photos/*`
    pub(super) fn words(&self) -> String {
        let list = |key: &str| items(&self.statement[key]).collect::<Vec<_>>().join(" ");
        let mut text = match &self.statement["NotAction"] {
            Value::Null => list("Action"),
            _ => format!("all but {}", list("NotAction")),
        };
        let resources = match &self.statement["NotResource"] {
            Value::Null => list("Resource"),
            _ => format!("all but {}", list("NotResource")),
        };
        if !resources.is_empty() {
            text += &format!(" on {resources}");
        }
        if self.is_conditional() {
            text += " under a condition";
        }
        text
    }

    /// Its actions.
    pub(super) fn actions(&self) -> String {
        match &self.statement["NotAction"] {
            Value::Null => items(&self.statement["Action"]).collect::<Vec<_>>().join(" "),
            but => format!("all but {}", items(but).collect::<Vec<_>>().join(" ")),
        }
    }

    /// What it is for.
    pub(super) fn resources(&self) -> impl Iterator<Item = &str> {
        items(&self.statement["Resource"])
    }
}

fn items(value: &Value) -> impl Iterator<Item = &str> {
    let many: &[Value] = match value {
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    };
    many.iter().filter_map(Value::as_str)
}
