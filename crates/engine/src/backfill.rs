//! Cleans pictures through the deployed function, one invocation a picture, as an upload would.
//!
//! The function is started as S3 starts it, only that its answer is waited for. So what cleans is the same code with the
//! same rights, and it scales out on Lambda.

use std::time::Duration;

use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use contract::answer::{Failure, Summary};
use contract::event;

use crate::aws::{Aws, AwsCall, AwsError};
use crate::config::BucketRole;
use crate::stack::Stack;

/// What an invocation takes longer than the function itself: the way there and a cold start.
const BEYOND_THE_TIMEOUT: Duration = Duration::from_secs(15);

/// What became of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Its clean copy was written.
    Cleaned,
    /// It is gone.
    Gone,
    /// It cannot be cleaned, and trying again would end the same.
    Rejected {
        /// A stable word for the reason.
        kind: String,
        /// The reason.
        reason: String,
    },
    /// It was not cleaned this time.
    Failed {
        /// Why, in the function's words.
        reason: String,
    },
}

/// Has one picture cleaned.
///
/// # Errors
/// When Lambda refuses or cannot be reached; a function that fails is an [`Outcome`].
pub async fn clean(aws: &Aws, stack: &Stack, key: &str) -> Result<Outcome, AwsError> {
    let event = event::about(stack.names.bucket(BucketRole::Source), key);
    // Lambda answers when the function does.
    let patience = Duration::from_secs(stack.config.function.timeout.into()) + BEYOND_THE_TIMEOUT;
    let patience =
        TimeoutConfig::builder().read_timeout(patience).operation_attempt_timeout(patience).build();
    let answer = aws
        .lambda
        .invoke()
        .function_name(&stack.names.function)
        .invocation_type(InvocationType::RequestResponse)
        .payload(Blob::new(event.to_string()))
        .customize()
        .config_override(aws_sdk_lambda::config::Builder::new().timeout_config(patience))
        .send()
        .await
        .aws("Invoke")?;
    let payload = answer.payload().map(Blob::as_ref).unwrap_or_default();
    Ok(read(payload, answer.function_error().is_some()))
}

/// Reads the answer about one picture.
fn read(payload: &[u8], is_error: bool) -> Outcome {
    if is_error {
        let reason = match serde_json::from_slice::<Failure>(payload) {
            Ok(failure) => failure.message,
            Err(_) => String::from_utf8_lossy(payload).into_owned(),
        };
        return Outcome::Failed { reason };
    }
    match serde_json::from_slice::<Summary>(payload) {
        Ok(Summary { cleaned, .. }) if !cleaned.is_empty() => Outcome::Cleaned,
        Ok(Summary { ignored, removed, .. }) if !ignored.is_empty() || !removed.is_empty() => Outcome::Gone,
        Ok(Summary { mut rejected, .. }) if !rejected.is_empty() => {
            let rejection = rejected.swap_remove(0);
            Outcome::Rejected { kind: rejection.kind.into_owned(), reason: rejection.reason }
        }
        _ => Outcome::Failed {
            reason: "the function does not answer as this version's does; `up` deploys this version's"
                .to_owned(),
        },
    }
}

/// How many invocations of the function may run at once, whoever starts them: its reserved concurrency, or else what the
/// account leaves to all functions without one. `None`: these credentials may not ask.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html>
///
/// # Errors
/// When Lambda cannot be reached.
pub async fn concurrency(aws: &Aws, stack: &Stack) -> Result<Option<u32>, AwsError> {
    let number = |count: Option<i32>| count.and_then(|count| u32::try_from(count).ok());
    let request = aws.lambda.get_function_concurrency().function_name(&stack.names.function);
    let reserved = match request.send().await.aws("GetFunctionConcurrency") {
        Err(error) if error.is_access_denied() => None,
        other => number(other?.reserved_concurrent_executions()),
    };
    if reserved.is_some() {
        return Ok(reserved);
    }
    match aws.lambda.get_account_settings().send().await.aws("GetAccountSettings") {
        Err(error) if error.is_access_denied() => Ok(None),
        other => {
            Ok(other?.account_limit().and_then(|limit| number(limit.unreserved_concurrent_executions())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_says_what_became_of_the_picture() {
        let failed = |reason: &str| Outcome::Failed { reason: reason.to_owned() };
        for (payload, is_error, outcome) in [
            (r#"{"cleaned":["a.jpg"],"ignored":[],"rejected":[]}"#, false, Outcome::Cleaned),
            (r#"{"cleaned":[],"ignored":["a.jpg"],"rejected":[]}"#, false, Outcome::Gone),
            (r#"{"removed":["a.jpg"]}"#, false, Outcome::Gone),
            (
                r#"{"rejected":[{"key":"a.jpg","kind":"damaged","reason":"cut off"}]}"#,
                false,
                Outcome::Rejected { kind: "damaged".to_owned(), reason: "cut off".to_owned() },
            ),
            (r#"{"errorType":"Failed","errorMessage":"\"a.jpg\": no"}"#, true, failed("\"a.jpg\": no")),
            ("not JSON", true, failed("not JSON")),
        ] {
            assert_eq!(read(payload.as_bytes(), is_error), outcome, "{payload}");
        }
        for payload in ["null", "{}", "", r#"{"cleaned":[]}"#] {
            assert!(matches!(read(payload.as_bytes(), false), Outcome::Failed { .. }), "{payload}");
        }
    }
}
