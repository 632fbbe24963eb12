//! Executing the changes of the function.

use std::collections::BTreeMap;

use aws_sdk_lambda::operation::update_function_configuration::builders::UpdateFunctionConfigurationFluentBuilder;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    Architecture, DeadLetterConfig, Environment, EphemeralStorage, FunctionCode, LastUpdateStatus, LogFormat,
    LoggingConfig, Runtime, State, TracingConfig, TracingMode, VpcConfig,
};

use super::super::{Context, idempotent};
use super::{Change, Settings, asynchronous};
use crate::aws::{AwsCall, AwsError, Deadline, until};

pub(super) async fn execute(change: &Change, context: &Context<'_>) -> Result<(), AwsError> {
    let (lambda, stack) = (&context.aws.lambda, context.stack);
    let name = stack.names.function.as_str();
    match change {
        Change::Create { architecture, settings, .. } => create(context, architecture, settings).await,
        Change::SetCode { to, .. } => {
            let zip = Blob::new(code(context)?);
            until(Deadline::LAMBDA, context.on_wait, busy, async || {
                lambda
                    .update_function_code()
                    .function_name(name)
                    .architectures(Architecture::from(to.1))
                    .zip_file(zip.clone())
                    .send()
                    .await
                    .aws("UpdateFunctionCode")
            })
            .await?;
            ready(context).await
        }
        Change::RenewGrant { settings } => {
            for variables in [&BTreeMap::new(), &settings.environment] {
                until(Deadline::SLOW, context.on_wait, busy, async || {
                    lambda
                        .update_function_configuration()
                        .function_name(name)
                        .role(&settings.role)
                        .environment(environment(variables))
                        .send()
                        .await
                        .aws("UpdateFunctionConfiguration")
                })
                .await?;
                ready(context).await?;
            }
            Ok(())
        }
        Change::SetSettings { from, to } => {
            until(Deadline::LAMBDA, context.on_wait, busy, async || {
                let request = lambda
                    .update_function_configuration()
                    .function_name(name)
                    .role(&to.role)
                    .memory_size(to.memory.cast_signed())
                    .timeout(to.timeout.cast_signed())
                    .environment(environment(&to.environment))
                    .runtime(Runtime::from(to.runtime.as_str()))
                    .handler(&to.handler)
                    .set_layers(Some(to.layers.clone()))
                    .description(&to.description);
                undo_manual_settings(request, from, to).send().await.aws("UpdateFunctionConfiguration")
            })
            .await?;
            ready(context).await
        }
        Change::SetConcurrency { to: Some(to), .. } => {
            until(Deadline::LAMBDA, context.on_wait, busy, async || {
                lambda
                    .put_function_concurrency()
                    .function_name(name)
                    .reserved_concurrent_executions(to.cast_signed())
                    .send()
                    .await
                    .aws("PutFunctionConcurrency")
            })
            .await
            .map(drop)
        }
        Change::SetConcurrency { to: None, .. } => {
            until(Deadline::LAMBDA, context.on_wait, busy, async || {
                lambda
                    .delete_function_concurrency()
                    .function_name(name)
                    .send()
                    .await
                    .aws("DeleteFunctionConcurrency")
            })
            .await
            .map(drop)
        }
        Change::SetAsynchronous { to, .. } => asynchronous::set(context, to).await,
        Change::SetTags { to, .. } => until(Deadline::PROPAGATION, context.on_wait, busy, async || {
            lambda
                .tag_resource()
                .resource(stack.names.function_arn())
                .set_tags(Some(to.clone().into_iter().collect()))
                .send()
                .await
                .aws("lambda:TagResource")
        })
        .await
        .map(drop),
        Change::Wait { .. } => ready(context).await,
        Change::Delete => {
            idempotent::delete(context, Deadline::LAMBDA, "Lambda is busy with the function", async || {
                lambda.delete_function().function_name(name).send().await.aws("DeleteFunction")
            })
            .await
        }
    }
}

/// Adds what differs only after somebody changed it by hand. Empty lists and names take a setting away
/// (<https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html>).
fn undo_manual_settings(
    mut request: UpdateFunctionConfigurationFluentBuilder,
    from: &Settings,
    to: &Settings,
) -> UpdateFunctionConfigurationFluentBuilder {
    if from.subnets != to.subnets {
        let none =
            VpcConfig::builder().set_subnet_ids(Some(Vec::new())).set_security_group_ids(Some(Vec::new()));
        request = request.vpc_config(none.build());
    }
    if from.dead_letter_target != to.dead_letter_target {
        let target = DeadLetterConfig::builder().target_arn(&to.dead_letter_target);
        request = request.dead_letter_config(target.build());
    }
    if from.kms_key != to.kms_key {
        request = request.kms_key_arn(&to.kms_key);
    }
    if (&from.log_group, &from.log_format) != (&to.log_group, &to.log_format) {
        let format = LogFormat::from(to.log_format.as_str());
        let logging = LoggingConfig::builder().log_group(&to.log_group).log_format(format);
        request = request.logging_config(logging.build());
    }
    if from.file_systems != to.file_systems {
        request = request.set_file_system_configs(Some(Vec::new()));
    }
    if from.tracing != to.tracing {
        let mode = TracingMode::from(to.tracing.as_str());
        request = request.tracing_config(TracingConfig::builder().mode(mode).build());
    }
    if from.ephemeral_storage != to.ephemeral_storage
        && let Ok(storage) = EphemeralStorage::builder().size(to.ephemeral_storage).build()
    {
        request = request.ephemeral_storage(storage);
    }
    request
}

async fn create(context: &Context<'_>, architecture: &str, settings: &Settings) -> Result<(), AwsError> {
    let stack = context.stack;
    let zip = Blob::new(code(context)?);
    let created = until(
        Deadline::PROPAGATION,
        context.on_wait,
        |error| {
            if error.is_role_not_ready() {
                Some("Lambda cannot use the new role yet")
            } else {
                error.is_not_found().then_some("Lambda does not see the new role yet")
            }
        },
        async || {
            context
                .aws
                .lambda
                .create_function()
                .function_name(&stack.names.function)
                .description(&settings.description)
                .runtime(Runtime::from(settings.runtime.as_str()))
                .handler(&settings.handler)
                .role(&settings.role)
                .memory_size(settings.memory.cast_signed())
                .timeout(settings.timeout.cast_signed())
                .architectures(Architecture::from(architecture))
                .environment(environment(&settings.environment))
                .code(FunctionCode::builder().zip_file(zip.clone()).build())
                .set_tags(Some(stack.tags.clone().into_iter().collect()))
                .send()
                .await
                .aws("CreateFunction")
        },
    )
    .await;
    idempotent::ok_if_exists(created)
}

/// Waits until the function is active and not being updated. A failed one is
/// an error with AWS's reason.
async fn ready(context: &Context<'_>) -> Result<(), AwsError> {
    const PENDING: &str = "Pending";
    let name = context.stack.names.function.as_str();
    let error = |code: &str, message: String| AwsError {
        operation: "GetFunctionConfiguration",
        code: Some(code.to_owned()),
        status: None,
        message,
        request_id: None,
        transport: None,
    };
    until(
        Deadline::LAMBDA,
        context.on_wait,
        |error| (error.code.as_deref() == Some(PENDING)).then_some("Lambda is preparing the function"),
        async || {
            // One that is not shown for this long is not slow to appear: somebody has deleted it.
            let output = until(
                Deadline::PROPAGATION,
                context.on_wait,
                |error| {
                    error.is_not_found().then_some("Lambda does not show the new function everywhere yet")
                },
                async || {
                    let look = context.aws.lambda.get_function_configuration().function_name(name);
                    look.send().await.aws("GetFunctionConfiguration")
                },
            )
            .await?;
            let reason =
                output.state_reason().or(output.last_update_status_reason()).unwrap_or("no reason given");
            let state = output.state().unwrap_or(&State::Active);
            if *state == State::Failed || output.last_update_status() == Some(&LastUpdateStatus::Failed) {
                Err(error("Failed", format!("the function failed to become active: {reason}")))
            } else if !matches!(state, State::Active | State::Inactive)
                || output.last_update_status() == Some(&LastUpdateStatus::InProgress)
            {
                // `Deleting` and whatever Lambda comes to know: not ready.
                Err(error(PENDING, format!("the function is still {}: {reason}", state.as_str())))
            } else {
                Ok(())
            }
        },
    )
    .await
}

pub(super) fn busy(error: &AwsError) -> Option<&'static str> {
    if error.is_conflict() {
        Some("Lambda is still busy with an earlier change of the function")
    } else if error.is_role_not_ready() {
        Some("Lambda cannot use the role yet")
    } else {
        None
    }
}

fn environment(variables: &BTreeMap<String, String>) -> Environment {
    Environment::builder().set_variables(Some(variables.clone().into_iter().collect())).build()
}

fn code(context: &Context<'_>) -> Result<Vec<u8>, AwsError> {
    context.code.map(<[u8]>::to_vec).ok_or_else(|| AwsError {
        operation: "CreateFunction",
        code: None,
        status: None,
        message: "the function has not been built".to_owned(),
        request_id: None,
        transport: None,
    })
}
