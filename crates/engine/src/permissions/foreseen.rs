//! Asks IAM, before anything is changed, whether the caller may do what a plan takes, so that nothing is left half made
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html>).
//!
//! It is advice, and only a clear no counts: where a decision hangs on what was not asked with (a time, a tag, a source
//! address), where the caller may not ask, and where there is no answer, the calls themselves will tell.

use futures::StreamExt;

use aws_sdk_iam::types::{
    ContextEntry, ContextKeyTypeEnum, EvaluationResult, PolicyEvaluationDecisionType as Decision,
};

use super::of_changes::needs;
use crate::aws::{Aws, AwsCall};
use crate::plan::Plan;
use crate::stack::Stack;

/// Questions to IAM at once.
const CONCURRENT: usize = 8;

/// The actions that the caller may not do, sorted. Empty when it may do all, and when IAM does not say.
pub async fn lacking(aws: &Aws, stack: &Stack, plan: &Plan) -> Vec<String> {
    let Some(caller) = principal(aws).await else { return Vec::new() };
    let questions: Vec<(Vec<String>, Vec<String>)> = needs(plan, stack)
        .into_iter()
        .map(|(resources, actions)| (resources, actions.into_iter().collect()))
        .collect();
    let asked = futures::stream::iter(questions)
        .map(|(resources, actions)| ask(aws, stack, &caller, resources, actions))
        .buffer_unordered(CONCURRENT);
    let answers: Vec<Vec<String>> = asked.collect().await;
    let mut lacking: Vec<String> = answers.into_iter().flatten().collect();
    lacking.sort();
    lacking.dedup();
    lacking
}

/// The user or role that calls, by the ARN that IAM knows it by. `None` for root, who may do everything, and for
/// sessions that IAM does not look at.
async fn principal(aws: &Aws) -> Option<String> {
    let kind_and_name = aws.caller.splitn(6, ':').nth(5).unwrap_or_default();
    let Some(session) = kind_and_name.strip_prefix("assumed-role/") else {
        return kind_and_name.starts_with("user/").then(|| aws.caller.clone());
    };
    // The session's ARN lacks the role's path.
    let name = session.split('/').next().unwrap_or_default();
    let output = aws.iam.get_role().role_name(name).send().await.aws("GetRole").ok()?;
    output.role.map(|role| role.arn)
}

/// Which of the actions are refused for each of these resources; none where there is no answer.
async fn ask(
    aws: &Aws,
    stack: &Stack,
    caller: &str,
    resources: Vec<String>,
    actions: Vec<String>,
) -> Vec<String> {
    let entry = |key: &str, value: &str, kind: ContextKeyTypeEnum| {
        ContextEntry::builder().context_key_name(key).context_key_type(kind).context_key_values(value).build()
    };
    let account = &stack.names.account;
    let context = [
        entry("aws:SecureTransport", "true", ContextKeyTypeEnum::Boolean),
        entry("aws:PrincipalAccount", account, ContextKeyTypeEnum::String),
        entry("aws:ResourceAccount", account, ContextKeyTypeEnum::String),
        entry("aws:RequestedRegion", &stack.names.region, ContextKeyTypeEnum::String),
        entry("iam:PassedToService", "lambda.amazonaws.com", ContextKeyTypeEnum::String),
    ];
    let answer = aws
        .iam
        .simulate_principal_policy()
        .policy_source_arn(caller)
        .set_action_names(Some(actions.clone()))
        .set_resource_arns(Some(resources))
        .set_context_entries(Some(context.to_vec()))
        .into_paginator()
        .items()
        .send()
        .try_collect()
        .await
        .aws("SimulatePrincipalPolicy");
    answer.map(|results| refused(actions, &results)).unwrap_or_default()
}

/// The actions to each result of which IAM says a clear no.
fn refused(actions: Vec<String>, results: &[EvaluationResult]) -> Vec<String> {
    let is_refused = |result: &EvaluationResult| {
        matches!(result.eval_decision(), Decision::ExplicitDeny | Decision::ImplicitDeny)
            && result.missing_context_values().is_empty()
    };
    let of = |action: &String| {
        let mut own = results.iter().filter(|result| result.eval_action_name() == action).peekable();
        own.peek().is_some() && own.all(is_refused)
    };
    actions.into_iter().filter(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(action: &str, decision: Decision, missing: Option<&str>) -> EvaluationResult {
        EvaluationResult::builder()
            .eval_action_name(action)
            .eval_decision(decision)
            .set_missing_context_values(missing.map(|key| vec![key.to_owned()]))
            .build()
            .unwrap()
    }

    #[test]
    fn only_a_clear_no_counts() {
        let results = [
            // For one of the names that the resource has.
            result("iam:CreateUser", Decision::ImplicitDeny, None),
            result("iam:CreateUser", Decision::Allowed, None),
            result("iam:TagUser", Decision::ImplicitDeny, None),
            result("iam:TagUser", Decision::ExplicitDeny, None),
            result("s3:CreateBucket", Decision::ImplicitDeny, Some("aws:RequestTag/team")),
            result("s3:PutBucketPolicy", Decision::from("undecided"), None),
        ];
        let actions =
            ["iam:CreateUser", "iam:TagUser", "s3:CreateBucket", "s3:PutBucketPolicy", "s3:PutBucketTagging"];
        assert_eq!(refused(actions.map(str::to_owned).to_vec(), &results), ["iam:TagUser"]);
    }
}
