//! What becomes of events that fail: how often and how long Lambda tries, and whom it tells when it gives up
//! (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html>).
//!
//! A function without such a configuration is tried twice more within six hours, and nobody is told: that is the default
//! of `config.toml`, too, so it needs none.

use aws_sdk_lambda::types::{DestinationConfig, OnFailure};
use serde_json::json;

use super::super::Context;
use super::super::setting::{self, Setting};
use super::super::{Shown, setting::shown};
use crate::aws::{Aws, AwsCall, AwsError, Deadline, until};
use crate::config::AsyncConfig;
use crate::stack::Stack;

/// The configuration as it is, or should be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asynchronous {
    /// What `config.toml` has words for.
    pub config: AsyncConfig,
    /// Who is told of what worked; with us nobody.
    pub on_success: Option<String>,
}

impl Asynchronous {
    /// What the configuration asks for.
    #[must_use]
    pub fn wanted(stack: &Stack) -> Self {
        Self { config: stack.config.function.asynchronous.clone(), on_success: None }
    }

    /// What differs, before and after.
    pub(super) fn differences(from: &Self, to: &Self) -> (Option<Shown>, Option<Shown>) {
        let (from, to) = setting::differing(from.settings(), to.settings());
        (shown(from), shown(to))
    }

    fn settings(&self) -> Vec<Setting> {
        let AsyncConfig { on_failure, max_event_age, retries } = &self.config;
        let name = |arn: &Option<String>| arn.as_deref().unwrap_or("nobody").to_owned();
        vec![
            Setting::new("on_failure", format!("tells of failures: {}", name(on_failure)), json!(on_failure)),
            Setting::new("max_event_age", format!("event age: at most {max_event_age} s"), *max_event_age),
            Setting::new("retries", format!("retries: {retries}"), *retries),
            Setting::new(
                "on_success",
                format!("tells of successes: {}", name(&self.on_success)),
                json!(self.on_success),
            ),
        ]
    }
}

/// Reads it; one that is not there is Lambda's default.
///
/// # Errors
/// When the call fails.
pub(super) async fn observe(aws: &Aws, stack: &Stack) -> Result<Asynchronous, AwsError> {
    let request = aws.lambda.get_function_event_invoke_config().function_name(&stack.names.function);
    let output = match request.send().await.aws("GetFunctionEventInvokeConfig") {
        Err(error) if error.is_not_found() => {
            return Ok(Asynchronous::default());
        }
        other => other?,
    };
    let default = AsyncConfig::default();
    let number =
        |value: Option<i32>, default| value.and_then(|value| u32::try_from(value).ok()).unwrap_or(default);
    let arn = |arn: Option<&str>| arn.filter(|arn| !arn.is_empty()).map(str::to_owned);
    let destinations = output.destination_config();
    Ok(Asynchronous {
        config: AsyncConfig {
            on_failure: arn(destinations.and_then(|all| all.on_failure()).and_then(|one| one.destination())),
            max_event_age: number(output.maximum_event_age_in_seconds(), default.max_event_age),
            retries: number(output.maximum_retry_attempts(), default.retries),
        },
        on_success: arn(destinations.and_then(|all| all.on_success()).and_then(|one| one.destination())),
    })
}

/// Writes all of it, or takes it off when it is Lambda's default.
pub(super) async fn set(context: &Context<'_>, to: &Asynchronous) -> Result<(), AwsError> {
    let (lambda, name) = (&context.aws.lambda, context.stack.names.function.as_str());
    let wait = |error: &AwsError| {
        super::execute::busy(error).or_else(|| {
            let is_early = error.is_destination_not_allowed() || error.is_not_found();
            is_early.then_some("Lambda does not see the role's new rights yet")
        })
    };
    let AsyncConfig { on_failure, max_event_age, retries } = &to.config;
    if to.config == AsyncConfig::default() {
        let removed = until(Deadline::LAMBDA, context.on_wait, super::execute::busy, async || {
            let request = lambda.delete_function_event_invoke_config().function_name(name);
            request.send().await.aws("DeleteFunctionEventInvokeConfig")
        })
        .await;
        return match removed {
            Err(error) if error.is_not_found() => Ok(()),
            other => other.map(drop),
        };
    }
    let destinations = on_failure.as_ref().map(|arn| {
        DestinationConfig::builder().on_failure(OnFailure::builder().destination(arn).build()).build()
    });
    until(Deadline::LAMBDA, context.on_wait, wait, async || {
        lambda
            .put_function_event_invoke_config()
            .function_name(name)
            .maximum_event_age_in_seconds(max_event_age.cast_signed())
            .maximum_retry_attempts(retries.cast_signed())
            .set_destination_config(destinations.clone())
            .send()
            .await
            .aws("PutFunctionEventInvokeConfig")
    })
    .await
    .map(drop)
}
