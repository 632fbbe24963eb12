//! `access`

use serde::Serialize;

use crate::access::{Asked, Row};
use engine::access::{Decision, Question};
use engine::stack::Stack;

/// Who may do what.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Access {
    /// The name of the stack.
    stack: String,
    /// The users of config.toml, `function` for its role, and `everybody` for whoever has no credentials.
    who: Vec<Someone>,
}

/// Somebody, and every right in both buckets.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Someone {
    /// The name in config.toml, `function` or `everybody`.
    name: String,
    /// The rights are about keys that begin so.
    prefix: String,
    /// The rights.
    rights: Vec<RightIn>,
}

/// A right in a bucket.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RightIn {
    /// `source` or `destination`.
    bucket: &'static str,
    /// `list`, `read`, `write` or `delete`.
    right: &'static str,
    /// By the policies that `up` writes.
    allowed: bool,
    /// Whether IAM says the same; null: it was not asked, or there is no such user yet.
    iam_agrees: Option<bool>,
}

/// The answer to one question.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AccessAnswer {
    /// The action that was asked for.
    action: String,
    /// The ARN of the resource.
    resource: String,
    /// By the policies that `up` writes.
    allowed: bool,
    /// The `Sid` of the statement that decides; null: none allows it.
    statement: Option<String>,
    /// Whose policy it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    /// Whether IAM says the same; null: it was not asked.
    iam_agrees: Option<bool>,
}

fn agrees(asked: Asked) -> Option<bool> {
    match asked {
        Asked::Agrees => Some(true),
        Asked::Disagrees => Some(false),
        Asked::Silent(_) => None,
    }
}

impl Access {
    pub(crate) fn of(rows: &[Row], stack: &Stack) -> Self {
        let someone = |row: &Row| Someone {
            name: row.who.clone(),
            prefix: row.prefix.clone(),
            rights: (row.cells.iter())
                .map(|cell| RightIn {
                    bucket: cell.bucket.as_str(),
                    right: cell.right.as_str(),
                    allowed: cell.decision.is_allowed(),
                    iam_agrees: agrees(cell.asked),
                })
                .collect(),
        };
        Self { stack: stack.names.stack.clone(), who: rows.iter().map(someone).collect() }
    }
}

impl AccessAnswer {
    pub(crate) fn of(question: &Question, decision: &Decision, asked: Asked) -> Self {
        let by = match decision {
            Decision::Allowed(by) | Decision::Refused(by) => Some(by),
            Decision::NotAllowed => None,
        };
        Self {
            action: question.action.clone(),
            resource: question.resource.clone(),
            allowed: decision.is_allowed(),
            statement: by.map(|by| by.sid.clone()),
            policy: by.map(|by| by.policy.clone()),
            iam_agrees: agrees(asked),
        }
    }
}
