//! Reading the function.

use aws_sdk_lambda::types::{
    Concurrency, DeadLetterConfig, EphemeralStorage, LastUpdateStatus, LogFormat, LoggingConfig,
    TracingConfigResponse, TracingMode,
};

use super::settings::{EPHEMERAL_STORAGE, PASS_THROUGH, TEXT};
use super::{Observed, Settings, asynchronous};
use crate::aws::{Aws, AwsCall, AwsError};
use crate::stack::Stack;

/// Reads the function.
///
/// # Errors
/// When the call fails.
pub async fn observe(aws: &Aws, stack: &Stack) -> Result<Option<Observed>, AwsError> {
    let function = async {
        aws.lambda.get_function().function_name(&stack.names.function).send().await.aws("GetFunction")
    };
    let (function, asynchronous) = futures::join!(function, asynchronous::observe(aws, stack));
    let errors = [function.as_ref().err(), asynchronous.as_ref().err()];
    if let Some(denied) = AwsError::all_denied(errors.into_iter().flatten()) {
        return Err(denied);
    }
    let output = match function {
        Err(error) if error.is_not_found() => return Ok(None),
        other => other?,
    };
    let Some(configuration) = output.configuration() else { return Ok(None) };
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let number = |value: Option<i32>| value.and_then(|value| u32::try_from(value).ok());
    Ok(Some(Observed {
        settings: Settings {
            role: text(configuration.role()),
            memory: number(configuration.memory_size()).unwrap_or(0),
            timeout: number(configuration.timeout()).unwrap_or(0),
            environment: configuration
                .environment()
                .and_then(|environment| environment.variables())
                .map(|variables| variables.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
                .unwrap_or_default(),
            runtime: configuration.runtime().map(|runtime| runtime.as_str().to_owned()).unwrap_or_default(),
            handler: text(configuration.handler()),
            layers: configuration
                .layers()
                .iter()
                .filter_map(|layer| layer.arn())
                .map(str::to_owned)
                .collect(),
            description: text(configuration.description()),
            subnets: configuration.vpc_config().map_or_else(Vec::new, |vpc| vpc.subnet_ids().to_vec()),
            dead_letter_target: text(
                configuration.dead_letter_config().and_then(DeadLetterConfig::target_arn),
            ),
            kms_key: text(configuration.kms_key_arn()),
            // Not told: Lambda's default, which is ours.
            log_group: configuration
                .logging_config()
                .and_then(LoggingConfig::log_group)
                .unwrap_or(&stack.names.log_group)
                .to_owned(),
            log_format: configuration
                .logging_config()
                .and_then(LoggingConfig::log_format)
                .map_or(TEXT, LogFormat::as_str)
                .to_owned(),
            file_systems: configuration
                .file_system_configs()
                .iter()
                .map(|one| one.arn().to_owned())
                .collect(),
            tracing: configuration
                .tracing_config()
                .and_then(TracingConfigResponse::mode)
                .map_or(PASS_THROUGH, TracingMode::as_str)
                .to_owned(),
            ephemeral_storage: configuration
                .ephemeral_storage()
                .map_or(EPHEMERAL_STORAGE, EphemeralStorage::size),
        },
        // Functions from before there was a choice answer without one.
        architecture: configuration.architectures().first().map_or("x86_64", |one| one.as_str()).to_owned(),
        code_sha256: text(configuration.code_sha256()),
        code_size: configuration.code_size(),
        // It runs what it ran before when an update failed, which is not what is configured.
        state: match configuration.last_update_status() {
            Some(LastUpdateStatus::InProgress) => "Updating".to_owned(),
            Some(LastUpdateStatus::Failed) => "Failed".to_owned(),
            _ => configuration.state().map_or("Active", |state| state.as_str()).to_owned(),
        },
        state_reason: configuration
            .state_reason()
            .or(configuration.last_update_status_reason())
            .filter(|reason| !reason.is_empty())
            .map(str::to_owned),
        last_modified: text(configuration.last_modified()),
        reserved_concurrency: number(
            output.concurrency().and_then(Concurrency::reserved_concurrent_executions),
        ),
        asynchronous: asynchronous?,
        tags: output.tags().cloned().unwrap_or_default().into_iter().collect(),
    }))
}
