use serde_json::json;

use super::*;
use crate::testing::{Table, stack, variants};

#[test]
fn only_our_statement_stays() {
    let stack = stack("");
    let mut table =
        Table::new(variants!(change: Change => *change; Change::Allow { .. }, Change::Remove { .. }));
    let ours = policies::invoke_statement(&stack);
    let everybody =
        json!({"Sid": "all", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction"});
    let invoke = "Allow lambda:InvokeFunction on lambda:eu-west-1:123456789012:function:photos-sanitizer if \
                  AWS:SourceAccount and AWS:SourceArn";
    let needs = "needs function created, source bucket settled";
    table.case("nothing exists", &diff(&stack, &[]), &[&format!("0 + statement: {invoke} | {needs}")]);
    table.case("as desired", &diff(&stack, std::slice::from_ref(&ours)), &[]);
    let mut reworded = ours.clone();
    reworded["Action"] = json!(["Lambda:invokefunction"]);
    table.case("in other words", &diff(&stack, &[reworded]), &[]);
    let mut open = ours.clone();
    open["Condition"] = json!({"StringEquals": {"AWS:SourceAccount": "123456789012"}});
    table.case(
        "ours, for every bucket",
        &diff(&stack, &[open]),
        &[&format!(
            "0 ~ statement: {} -> {invoke} | narrows | {needs}",
            invoke.trim_end_matches(" and AWS:SourceArn")
        )],
    );
    let with = |key: &str, value: serde_json::Value| {
        let mut statement = ours.clone();
        statement[key] = value;
        [statement]
    };
    table.case(
        "ours, for everybody under the same conditions",
        &diff(&stack, &with("Principal", json!("*"))),
        &[&format!("0 ~ statement: {invoke} -> {invoke} | narrows | {needs}")],
    );
    table.case(
        "ours, for somebody else: nothing of it stays",
        &diff(&stack, &with("Principal", json!({"AWS": "arn:aws:iam::210987654321:root"}))),
        &[
            &format!("0 - statement: {invoke} (not in config.toml) | narrows"),
            &format!("0 + statement: {invoke} | {needs}"),
        ],
    );
    let mut condition = ours["Condition"].clone();
    condition["StringEquals"]["aws:PrincipalOrgID"] = json!("o-1");
    table.case(
        "ours, narrower",
        &diff(&stack, &with("Condition", condition)),
        &[&format!(
            "0 ~ statement: {} -> {invoke} | {needs}",
            invoke.replace("and AWS", "and aws:PrincipalOrgID and AWS")
        )],
    );
    let removed = "0 - statement: Allow lambda:InvokeFunction (not in config.toml) | narrows";
    table.case("one more", &diff(&stack, &[ours, everybody.clone()]), &[removed]);
    table.case(
        "only another one",
        &diff(&stack, &[everybody]),
        &[removed, &format!("0 + statement: {invoke} | {needs}")],
    );
    table.finish();
}
