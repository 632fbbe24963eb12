//! The function's resource policy: S3 may invoke it for bucket A of this
//! account, and nobody else may
//! (<https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>).
//!
//! # Expected flow
//! Add our statement when the function exists and bucket A is settled. Statements of others are removed first, and one
//! of ours that allows more than it should is replaced first.
//!
//! # Guarantees
//! - The statement names bucket and account, so no bucket of that name in another account can start the function.
//!
//! # Assumptions
//! - Our statement is told by its `Sid`.
//!
//! # Caveats
//! - A statement cannot be changed: it is removed and added, and between the two S3 may not invoke the function.
//! - There is nothing to do in `down`: the policy goes with the function.

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::{Address, Context, Line, Need, ResourceChange, Shown, idempotent};
use crate::aws::{Aws, AwsCall, AwsError, Deadline, until};
use crate::config::BucketRole;
use crate::policy;
use crate::stack::{Stack, permission_statement_id, policies};

/// Lambda reads the policy, changes it and writes it: of two changes at once one can be lost, and both succeed.
static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);

/// The statements of the policy, in AWS's order.
pub type Observed = Vec<Value>;

/// A change of the function's policy.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Allow S3 to invoke the function for bucket A.
    Allow {
        /// The statement under our id as it is.
        from: Option<Value>,
        /// As it should be.
        to: Value,
    },
    /// Remove a statement that is not of the configuration.
    Remove {
        /// Its id.
        sid: String,
        /// The statement.
        statement: Value,
    },
}

/// Reads the policy.
///
/// # Errors
/// When the call fails. A function without a policy, or no function, has no statements.
pub async fn observe(aws: &Aws, stack: &Stack) -> Result<Observed, AwsError> {
    let output =
        match aws.lambda.get_policy().function_name(&stack.names.function).send().await.aws("GetPolicy") {
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            other => other?,
        };
    let document: Value = serde_json::from_str(output.policy().unwrap_or_default()).unwrap_or_default();
    Ok(document["Statement"].as_array().cloned().unwrap_or_default())
}

/// What is to be done.
#[must_use]
pub fn diff(stack: &Stack, observed: &[Value]) -> Vec<Change> {
    let ours = permission_statement_id(&stack.names.stack);
    let wanted = policies::invoke_statement(stack);
    let current = observed.iter().find(|statement| statement["Sid"] == ours.as_str());
    let mut changes: Vec<Change> = observed
        .iter()
        .filter(|statement| statement["Sid"] != ours.as_str())
        .map(|statement| Change::Remove {
            sid: statement["Sid"].as_str().unwrap_or_default().to_owned(),
            statement: statement.clone(),
        })
        .collect();
    match current {
        Some(current) if policy::same_statement(current, &wanted) => {}
        // It lets in others than S3, or S3 for other buckets, and not S3 for ours: nothing of it is to stay, and
        // nothing is lost when it goes long before ours comes.
        Some(current) if !narrows(current, &wanted) && !narrows(&wanted, current) => {
            changes.push(Change::Remove { sid: ours, statement: current.clone() });
            changes.push(Change::Allow { from: None, to: wanted });
        }
        current => changes.push(Change::Allow { from: current.cloned(), to: wanted }),
    }
    changes
}

/// Whether `to` allows no more than `from`.
fn narrows(from: &Value, to: &Value) -> bool {
    let document = |statement: &Value| json!({ "Statement": [statement] });
    policy::narrows(&document(from), &document(to))
}

impl ResourceChange for Change {
    fn line(&self) -> Line {
        match self {
            Self::Allow { from, to } => {
                Line::set("statement", from.as_ref().and_then(Shown::document), Shown::document(to))
            }
            Self::Remove { statement, .. } => {
                Line::set("statement", Shown::document(statement), None).note("not in config.toml")
            }
        }
    }

    fn rank(&self) -> u8 {
        0
    }

    fn needs(&self) -> Vec<Need> {
        match self {
            Self::Allow { .. } => {
                vec![Need::Created(Address::Function), Need::Settled(Address::Bucket(BucketRole::Source))]
            }
            Self::Remove { .. } => Vec::new(),
        }
    }

    fn narrows(&self) -> bool {
        match self {
            Self::Remove { .. } => true,
            // One that was opened by hand. Until it is replaced S3 may do what it may do already, so there is
            // nothing to wait for.
            Self::Allow { from, to } => from.as_ref().is_some_and(|from| narrows(from, to)),
        }
    }

    async fn execute(&self, context: &Context<'_>) -> Result<(), AwsError> {
        let _turn = ONE_AT_A_TIME.acquire().await;
        match self {
            Self::Remove { sid, .. } => remove(context, sid).await,
            Self::Allow { from, .. } => {
                let sid = permission_statement_id(&context.stack.names.stack);
                // A statement cannot be changed, only removed and added.
                if from.is_some() {
                    remove(context, &sid).await?;
                }
                allow(context, &sid).await
            }
        }
    }
}

async fn allow(context: &Context<'_>, sid: &str) -> Result<(), AwsError> {
    let names = &context.stack.names;
    let added = until(
        Deadline::PROPAGATION,
        context.on_wait,
        |error| {
            if error.is_not_found() {
                Some("Lambda does not show the new function everywhere yet")
            } else {
                (error.is_conflict() && !names_statement(error)).then_some("Lambda is busy with the function")
            }
        },
        async || {
            context
                .aws
                .lambda
                .add_permission()
                .function_name(&names.function)
                .statement_id(sid)
                .principal("s3.amazonaws.com")
                .action("lambda:InvokeFunction")
                .source_arn(names.bucket_arn(BucketRole::Source))
                .source_account(&names.account)
                .send()
                .await
                .aws("AddPermission")
        },
    )
    .await;
    match added {
        // Our own earlier try took effect although its answer got lost, or another run was faster.
        Err(error) if names_statement(&error) => Ok(()),
        other => other.map(drop),
    }
}

/// `ResourceConflictException` means two things here: busy, or the statement exists.
fn names_statement(error: &AwsError) -> bool {
    error.is_already_exists() && error.message.contains("statement id")
}

async fn remove(context: &Context<'_>, sid: &str) -> Result<(), AwsError> {
    let name = &context.stack.names.function;
    idempotent::delete(context, Deadline::PROPAGATION, "Lambda is busy with the function", async || {
        let request = context.aws.lambda.remove_permission().function_name(name).statement_id(sid);
        request.send().await.aws("RemovePermission")
    })
    .await
}

#[cfg(test)]
mod tests;
