//! A plan for a program. Documented in README.md.

use serde_json::{Value, json};

use engine::plan::{Plan, resource_action};
use engine::resources::{Action, ResourceChange, Shown};
use engine::stack::Stack;

/// The plan as one JSON document.
#[must_use]
pub(crate) fn plan_json(plan: &Plan, stack: &Stack) -> Value {
    let resources: Vec<Value> = plan
        .by_resource()
        .iter()
        .map(|(address, steps)| {
            let changes: Vec<Value> = steps
                .iter()
                .map(|step| {
                    let line = step.change.line();
                    json!({
                        "action": action(line.action),
                        "attribute": line.attribute,
                        "from": line.from.as_ref().map(shown),
                        "to": line.to.as_ref().map(shown),
                        "note": line.note,
                    })
                })
                .collect();
            json!({
                "resource": address.to_string(),
                "name": address.name(stack),
                "action": action(resource_action(steps)),
                "changes": changes,
            })
        })
        .collect();
    let problems: Vec<Value> = plan
        .problems
        .iter()
        .map(|problem| json!({"what": problem.what(), "why": problem.why(), "hint": problem.fix()}))
        .collect();
    json!({
        "stack": stack.names.stack,
        "account": stack.names.account,
        "region": stack.names.region,
        "resources": resources,
        "notes": plan.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "problems": problems,
        "summary": plan.summary(),
    })
}

fn shown(shown: &Shown) -> Value {
    shown.to_value()
}

fn action(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Delete => "delete",
    }
}
