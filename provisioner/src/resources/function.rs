//! The function: code, configuration, reserved concurrency
//! (<https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html>).

use std::collections::BTreeMap;

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    Architecture as LambdaArchitecture, Environment, FunctionCode, LastUpdateStatus, Runtime, State,
};

use super::{Address, Context, Line, Need, ResourceChange, Shown, tags};
use crate::aws::{Aws, AwsCall, AwsError, Deadline, until};
use crate::stack::{Stack, Tags};

/// The runtime: no language runtime, just the binary.
pub const RUNTIME: &str = "provided.al2023";
/// What the runtime starts.
pub const HANDLER: &str = "bootstrap";

/// The settings that `UpdateFunctionConfiguration` writes in one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// ARN of the role.
    pub role: String,
    /// Memory in MB.
    pub memory: u32,
    /// Timeout in seconds.
    pub timeout: u32,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
    /// Runtime.
    pub runtime: String,
    /// Handler.
    pub handler: String,
    /// ARNs of layers; ours has none.
    pub layers: Vec<String>,
}

impl Settings {
    /// The settings that the configuration asks for.
    #[must_use]
    pub fn wanted(stack: &Stack) -> Self {
        Self {
            role: stack.names.role_arn(),
            memory: stack.config.function.memory,
            timeout: stack.config.function.timeout,
            environment: stack.function_environment(),
            runtime: RUNTIME.to_owned(),
            handler: HANDLER.to_owned(),
            layers: Vec::new(),
        }
    }
}

/// The function as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Its settings.
    pub settings: Settings,
    /// Instruction set.
    pub architecture: String,
    /// SHA-256 of the code package, base64.
    pub code_sha256: String,
    /// Size of the code package in bytes.
    pub code_size: i64,
    /// `Active`, `Pending`, ...
    pub state: String,
    /// Why it is in this state.
    pub state_reason: Option<String>,
    /// When it was changed last.
    pub last_modified: String,
    /// Reserved concurrency.
    pub reserved_concurrency: Option<u32>,
    /// Tags.
    pub tags: Tags,
}

/// A change of the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Create it, with code, settings and tags.
    Create {
        /// Hash of the code.
        code_sha256: String,
        /// Instruction set.
        architecture: &'static str,
        /// Its settings.
        settings: Settings,
    },
    /// Upload new code.
    SetCode {
        /// As it is: hash and instruction set.
        from: (String, String),
        /// As it should be.
        to: (String, &'static str),
    },
    /// Write the settings.
    SetSettings {
        /// As they are.
        from: Settings,
        /// As they should be.
        to: Settings,
    },
    /// Set or remove reserved concurrency.
    SetConcurrency {
        /// As it is.
        from: Option<u32>,
        /// As it should be.
        to: Option<u32>,
    },
    /// Set tags.
    SetTags {
        /// As they are.
        from: Tags,
        /// Those to set.
        to: Tags,
    },
    /// Wait for a function that AWS is still busy with.
    Wait {
        /// The state it is in; `None`: it was just made.
        state: Option<String>,
    },
    /// Delete it.
    Delete,
}

/// Reads the function.
///
/// # Errors
/// When the call fails.
pub async fn observe(aws: &Aws, stack: &Stack) -> Result<Option<Observed>, AwsError> {
    let output = match aws
        .lambda
        .get_function()
        .function_name(&stack.names.function)
        .send()
        .await
        .aws("GetFunction")
    {
        Err(error) if error.is_not_found() => return Ok(None),
        other => other?,
    };
    let Some(configuration) = output.configuration() else { return Ok(None) };
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let number = |value: Option<i32>| value.and_then(|value| u32::try_from(value).ok());
    let updating = configuration.last_update_status() == Some(&LastUpdateStatus::InProgress);
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
        },
        // Functions from before there was a choice answer without one.
        architecture: configuration.architectures().first().map_or("x86_64", |one| one.as_str()).to_owned(),
        code_sha256: text(configuration.code_sha256()),
        code_size: configuration.code_size(),
        state: if updating {
            "Updating".to_owned()
        } else {
            configuration.state().map_or("Active", |state| state.as_str()).to_owned()
        },
        state_reason: configuration
            .state_reason()
            .or(configuration.last_update_status_reason())
            .filter(|reason| !reason.is_empty())
            .map(str::to_owned),
        last_modified: text(configuration.last_modified()),
        reserved_concurrency: number(
            output.concurrency().and_then(aws_sdk_lambda::types::Concurrency::reserved_concurrent_executions),
        ),
        tags: output.tags().cloned().unwrap_or_default().into_iter().collect(),
    }))
}

/// What is to be done. `code_sha256` is the hash of the package to run.
#[must_use]
pub fn diff(stack: &Stack, code_sha256: &str, observed: Option<&Observed>) -> Vec<Change> {
    let settings = Settings::wanted(stack);
    let architecture = stack.config.function.architecture.as_str();
    let concurrency = stack.config.function.reserved_concurrency;
    let Some(observed) = observed else {
        let mut changes = vec![
            Change::Create { code_sha256: code_sha256.to_owned(), architecture, settings },
            Change::Wait { state: None },
        ];
        if concurrency.is_some() {
            changes.push(Change::SetConcurrency { from: None, to: concurrency });
        }
        return changes;
    };
    let mut changes = Vec::new();
    if observed.code_sha256 != code_sha256 || observed.architecture != architecture {
        changes.push(Change::SetCode {
            from: (observed.code_sha256.clone(), observed.architecture.clone()),
            to: (code_sha256.to_owned(), architecture),
        });
    }
    if observed.settings != settings {
        changes.push(Change::SetSettings { from: observed.settings.clone(), to: settings });
    }
    if observed.reserved_concurrency != concurrency {
        changes.push(Change::SetConcurrency { from: observed.reserved_concurrency, to: concurrency });
    }
    if let Some(to) = tags::missing(stack, &observed.tags) {
        changes.push(Change::SetTags { from: observed.tags.clone(), to });
    }
    match observed.state.as_str() {
        "Active" | "Inactive" => {}
        // New code is the way out of a failed creation or update.
        "Failed" if !changes.iter().any(|change| matches!(change, Change::SetCode { .. })) => {
            changes.push(Change::SetCode {
                from: (observed.code_sha256.clone(), observed.architecture.clone()),
                to: (code_sha256.to_owned(), architecture),
            });
        }
        "Failed" => {}
        state => changes.push(Change::Wait { state: Some(state.to_owned()) }),
    }
    changes
}

/// The first characters of a hash tell enough.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

impl ResourceChange for Change {
    fn line(&self) -> Line {
        match self {
            Self::Create { code_sha256, architecture, settings } => Line::create().note(format!(
                "{RUNTIME}, {architecture}, {} MB, {} s, code {}",
                settings.memory,
                settings.timeout,
                short(code_sha256)
            )),
            Self::SetCode { from, to } if from.1 == to.1 => {
                Line::set("code", Shown::text(short(&from.0)), Shown::text(short(&to.0)))
            }
            Self::SetCode { from, to } => Line::set(
                "code",
                Shown::text(format!("{} ({})", short(&from.0), from.1)),
                Shown::text(format!("{} ({})", short(&to.0), to.1)),
            ),
            Self::SetSettings { from, to } => {
                let (from, to) = differences(from, to);
                Line::set("settings", Shown::text(from), Shown::text(to))
            }
            Self::SetConcurrency { from, to } => Line::set(
                "reserved concurrency",
                from.as_ref().and_then(Shown::text),
                to.as_ref().and_then(Shown::text),
            ),
            Self::SetTags { from, to } => tags::line(from, to),
            Self::Wait { state } => {
                Line::set("state", state.as_ref().and_then(Shown::text), Shown::text("Active"))
            }
            Self::Delete => Line::delete(),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Create { .. } => 0,
            Self::Wait { .. } | Self::SetTags { .. } => 1,
            // Two updates at once are a conflict, so they come one after the other.
            Self::SetCode { .. } => 2,
            Self::SetSettings { .. } => 3,
            Self::SetConcurrency { .. } | Self::Delete => 4,
        }
    }

    fn needs(&self) -> Vec<Need> {
        match self {
            Self::Create { .. } | Self::SetSettings { .. } => vec![Need::Created(Address::Role)],
            _ => Vec::new(),
        }
    }

    fn narrows(&self) -> bool {
        // It writes into a bucket.
        matches!(self, Self::Delete)
    }

    async fn execute(&self, context: &Context<'_>) -> Result<(), AwsError> {
        let (lambda, stack) = (&context.aws.lambda, context.stack);
        let name = stack.names.function.as_str();
        match self {
            Self::Create { architecture, settings, .. } => create(context, architecture, settings).await,
            Self::SetCode { to, .. } => {
                let zip = Blob::new(code(context)?);
                until(Deadline::SLOW, context.on_wait, busy, async || {
                    lambda
                        .update_function_code()
                        .function_name(name)
                        .architectures(LambdaArchitecture::from(to.1))
                        .zip_file(zip.clone())
                        .send()
                        .await
                        .aws("UpdateFunctionCode")
                })
                .await?;
                ready(context).await
            }
            Self::SetSettings { to, .. } => {
                until(Deadline::SLOW, context.on_wait, busy, async || {
                    lambda
                        .update_function_configuration()
                        .function_name(name)
                        .role(&to.role)
                        .memory_size(to.memory.cast_signed())
                        .timeout(to.timeout.cast_signed())
                        .environment(environment(&to.environment))
                        .runtime(Runtime::from(to.runtime.as_str()))
                        .handler(&to.handler)
                        .set_layers(Some(to.layers.clone()))
                        .send()
                        .await
                        .aws("UpdateFunctionConfiguration")
                })
                .await?;
                ready(context).await
            }
            Self::SetConcurrency { to: Some(to), .. } => {
                until(Deadline::SLOW, context.on_wait, busy, async || {
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
            Self::SetConcurrency { to: None, .. } => {
                until(Deadline::SLOW, context.on_wait, busy, async || {
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
            Self::SetTags { to, .. } => until(Deadline::PROPAGATION, context.on_wait, busy, async || {
                lambda
                    .tag_resource()
                    .resource(stack.names.function_arn())
                    .set_tags(Some(to.clone().into_iter().collect()))
                    .send()
                    .await
                    .aws("TagResource")
            })
            .await
            .map(drop),
            Self::Wait { .. } => ready(context).await,
            Self::Delete => {
                let deleted = until(
                    Deadline::SLOW,
                    context.on_wait,
                    |error| error.is_conflict().then_some("Lambda is busy with the function"),
                    async || lambda.delete_function().function_name(name).send().await.aws("DeleteFunction"),
                )
                .await;
                super::iam::gone(deleted)
            }
        }
    }
}

async fn create(context: &Context<'_>, architecture: &str, settings: &Settings) -> Result<(), AwsError> {
    let stack = context.stack;
    let zip = Blob::new(code(context)?);
    let created = until(
        Deadline::PROPAGATION,
        context.on_wait,
        |error| {
            if error.is_role_not_ready() {
                Some("Lambda cannot assume the new role yet")
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
                .description("Removes the metadata from uploaded pictures (provisioner)")
                .runtime(Runtime::from(settings.runtime.as_str()))
                .handler(&settings.handler)
                .role(&settings.role)
                .memory_size(settings.memory.cast_signed())
                .timeout(settings.timeout.cast_signed())
                .architectures(LambdaArchitecture::from(architecture))
                .environment(environment(&settings.environment))
                .code(FunctionCode::builder().zip_file(zip.clone()).build())
                .set_tags(Some(stack.tags.clone().into_iter().collect()))
                .send()
                .await
                .aws("CreateFunction")
        },
    )
    .await;
    match created {
        Err(error) if error.is_already_exists() => Ok(()),
        other => other.map(drop),
    }
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
        Deadline::SLOW,
        context.on_wait,
        |error| match error.code.as_deref() {
            Some(PENDING) => Some("Lambda is preparing the function"),
            _ => error.is_not_found().then_some("Lambda does not show the new function everywhere yet"),
        },
        async || {
            let output = context.aws.lambda.get_function_configuration().function_name(name).send().await;
            let output = output.aws("GetFunctionConfiguration")?;
            let reason =
                output.state_reason().or(output.last_update_status_reason()).unwrap_or("no reason given");
            if output.state() == Some(&State::Failed)
                || output.last_update_status() == Some(&LastUpdateStatus::Failed)
            {
                Err(error("Failed", format!("the function failed to become active: {reason}")))
            } else if output.state() == Some(&State::Pending)
                || output.last_update_status() == Some(&LastUpdateStatus::InProgress)
            {
                Err(error(PENDING, format!("the function is still pending: {reason}")))
            } else {
                Ok(())
            }
        },
    )
    .await
}

fn busy(error: &AwsError) -> Option<&'static str> {
    if error.is_conflict() {
        Some("Lambda is still busy with an earlier change of the function")
    } else if error.is_role_not_ready() {
        Some("Lambda cannot assume the role yet")
    } else {
        None
    }
}

fn environment(variables: &BTreeMap<String, String>) -> Environment {
    Environment::builder().set_variables(Some(variables.clone().into_iter().collect())).build()
}

fn code(context: &Context<'_>) -> Result<Vec<u8>, AwsError> {
    context.package.map(|package| package.zip.to_vec()).ok_or_else(|| AwsError {
        operation: "CreateFunction",
        code: None,
        status: None,
        message: "the function has not been built".to_owned(),
        request_id: None,
        transport: None,
    })
}

/// Only what differs, before and after. Values of the user's own environment
/// variables may be secrets, so just their names are shown.
fn differences(from: &Settings, to: &Settings) -> (String, String) {
    let mut before = Vec::new();
    let mut after = Vec::new();
    let mut add = |what: &str, from: String, to: String| {
        if from != to {
            before.push(format!("{what} {from}"));
            after.push(format!("{what} {to}"));
        }
    };
    add("memory", format!("{} MB", from.memory), format!("{} MB", to.memory));
    add("timeout", format!("{} s", from.timeout), format!("{} s", to.timeout));
    add("role", from.role.clone(), to.role.clone());
    add("runtime", from.runtime.clone(), to.runtime.clone());
    add("handler", from.handler.clone(), to.handler.clone());
    add("layers", from.layers.join(" "), to.layers.join(" "));
    let mut names: Vec<&String> = from.environment.keys().chain(to.environment.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let (old, new) = (from.environment.get(name), to.environment.get(name));
        if old != new {
            let word = |value: Option<&String>, is_new: bool| match value {
                None => "unset",
                Some(_) if is_new && old.is_some() => "changed",
                Some(_) => "set",
            };
            before.push(format!("${name} {}", word(old, false)));
            after.push(format!("${name} {}", word(new, true)));
        }
    }
    (before.join(", "), after.join(", "))
}
