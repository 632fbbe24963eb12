//! What IAM itself says, by the policies that it has now
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html>).

use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, EvaluationResult, PolicyEvaluationDecisionType};

use super::Question;
use crate::aws::{Aws, AwsCall, AwsError};

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Simulated {
    /// It is allowed, or not.
    Says(bool),
    /// There is no such user or role yet.
    Absent,
    /// These credentials may not ask.
    Denied,
}

/// Asks IAM whether the user or role of this ARN may.
///
/// Policies of buckets are not among what is looked at: IAM takes none for roles.
///
/// # Errors
/// When IAM cannot be reached.
pub async fn simulate(aws: &Aws, arn: &str, question: &Question) -> Result<Simulated, AwsError> {
    let entries: Vec<ContextEntry> = (question.context.iter())
        .map(|(key, value)| {
            ContextEntry::builder()
                .context_key_name(key)
                .context_key_type(if key == "aws:securetransport" {
                    ContextKeyTypeEnum::Boolean
                } else {
                    ContextKeyTypeEnum::String
                })
                .context_key_values(value)
                .build()
        })
        .collect();
    let answer = aws
        .iam
        .simulate_principal_policy()
        .policy_source_arn(arn)
        .action_names(&question.action)
        .resource_arns(&question.resource)
        .set_context_entries(Some(entries))
        .send()
        .await
        .aws("SimulatePrincipalPolicy");
    match answer {
        Err(error) if error.is_not_found() => Ok(Simulated::Absent),
        Err(error) if error.is_access_denied() => Ok(Simulated::Denied),
        Err(error) => Err(error),
        Ok(answer) => {
            let decision = answer.evaluation_results().first().map(EvaluationResult::eval_decision);
            Ok(Simulated::Says(decision == Some(&PolicyEvaluationDecisionType::Allowed)))
        }
    }
}
