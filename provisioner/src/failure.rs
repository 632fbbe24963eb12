//! Every way a command can fail, each with its exit code and a hint.

use crate::artifact;
use crate::exit_code::ExitCode;
use crate::json;
use crate::report::{Screen, config_errors_text, error_text, problem_text};
use crate::suggest::Suggest;
use engine::aws::{AwsError, Cause, ConnectError, Transport};
use engine::config::ConfigErrors;
use engine::interrupt::Interrupted;
use engine::plan::Problem;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// `config.toml` has errors.
    #[error("{}", config_errors_text(.0, false))]
    Config(ConfigErrors),
    /// There is no way to AWS.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A call failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The local AWS failed.
    #[error(transparent)]
    Local(#[from] local_aws::Error),
    /// The function could not be built.
    #[error(transparent)]
    Artifact(#[from] artifact::Error),
    /// We do not do that.
    #[error("{what}")]
    Refused {
        /// What is refused, and why.
        what: String,
        /// How to go on.
        hint: String,
    },
    /// An argument that only the configuration and the account show to be wrong.
    #[error("{what}")]
    Usage {
        /// What is wrong.
        what: String,
        /// How it is right.
        hint: String,
    },
    /// IAM says beforehand that some of the calls would be denied.
    #[error("nothing was changed: IAM says that {caller} may not do {}", .actions.join(", "))]
    Lacking {
        /// Whose rights they are, as an ARN.
        caller: String,
        /// The IAM actions that are missing.
        actions: Vec<String>,
    },
    /// The plan cannot be executed.
    #[error("nothing was changed: {}", .0.first().map(Problem::what).unwrap_or_default())]
    Problems(Vec<Problem>),
    /// Whoever was asked said no, or Ctrl-C.
    #[error("nothing was changed: cancelled")]
    Cancelled(Option<Interrupted>),
    /// Some steps failed; they have been reported one by one.
    #[error("{failed} of {total} changes failed, {skipped} were not begun")]
    Steps {
        /// Steps of the plan.
        total: usize,
        /// Failed ones.
        failed: usize,
        /// Ones that were not begun.
        skipped: usize,
        /// The first failure's hint.
        hint: Option<String>,
    },
    /// All was done, and AWS still shows something else, or shows it again.
    #[error(
        "all changes were made, and still {} not as in config.toml (shown above): {}",
        if *.left == 1 { "1 resource is".to_owned() } else { format!("{} resources are", .left) },
        match .disturbed {
            0 => "AWS does not show what it accepted, or something else changed it back".to_owned(),
            n => format!(
                "{n} of them had been right when this run began, and it did not touch them: something else changes \
                 this stack"
            ),
        }
    )]
    Differs {
        /// Resources that are not as they should be.
        left: usize,
        /// Those among them that were right before, and that we did not touch.
        disturbed: usize,
    },
    /// Somebody else has written what this run wrote.
    #[error("{}", .0.iter().map(Problem::what).collect::<Vec<_>>().join("; "))]
    Overwritten(Vec<Problem>),
    /// `verify` found that something is not as it should be; it has been reported.
    #[error("{failed} of {total} checks failed")]
    Unproven {
        /// Checks in all.
        total: usize,
        /// Failed ones.
        failed: usize,
    },
    /// Something of the stack is left after `down`.
    #[error("after `down` these are left: {0}")]
    Residue(String),
    /// Some files could not be done; they have been reported one by one.
    #[error("{failed} of {total} files failed; the rest succeeded")]
    Partial {
        /// Files in all.
        total: usize,
        /// Failed ones.
        failed: usize,
    },
    /// A file or folder could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Its path.
        path: String,
        /// What went wrong.
        source: std::io::Error,
    },
    /// The user or the system ended it.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl From<ConfigErrors> for Failure {
    fn from(errors: ConfigErrors) -> Self {
        Self::Config(errors)
    }
}

impl Failure {
    /// The exit code.
    #[must_use]
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) => ExitCode::Config,
            Self::Connect(ConnectError::Call(error)) if error.is_trouble_of_aws() => ExitCode::Failed,
            Self::Connect(_) => ExitCode::Access,
            Self::Aws(error)
                if error.is_credentials()
                    || matches!(
                        error.transport,
                        Some(Transport::Connection | Transport::Proxy | Transport::Untrusted)
                    ) =>
            {
                ExitCode::Access
            }
            Self::Cancelled(Some(Interrupted(signal))) => ExitCode::of_signal(*signal),
            Self::Refused { .. }
            | Self::Problems(_)
            | Self::Cancelled(None)
            | Self::Local(local_aws::Error::NotAHome { .. } | local_aws::Error::Unsupported { .. }) => {
                ExitCode::Refused
            }
            Self::Usage { .. } => ExitCode::Usage,
            Self::Partial { .. } => ExitCode::Partial,
            Self::Interrupted(Interrupted(signal)) => ExitCode::of_signal(*signal),
            Self::Aws(_)
            | Self::Local(_)
            | Self::Artifact(_)
            | Self::Lacking { .. }
            | Self::Steps { .. }
            | Self::Differs { .. }
            | Self::Overwritten(_)
            | Self::Unproven { .. }
            | Self::Residue(_)
            | Self::File { .. } => ExitCode::Failed,
        }
    }

    /// How to fix it, when we know.
    #[must_use]
    pub(crate) fn hint(&self, suggest: &Suggest) -> Option<String> {
        match self {
            Self::Connect(ConnectError::NoRegion) => {
                let or_local = if local_aws::supported().is_ok() { ", or use --local" } else { "" };
                Some(format!("set AWS_REGION, `region` in config.toml or in your profile{or_local}"))
            }
            Self::Connect(ConnectError::NoProfile { name, others }) => {
                let there = match others.as_slice() {
                    [] => String::new(),
                    others => format!("choose one of those that are there ({}), or ", others.join(", ")),
                };
                Some(format!(
                    "{there}make it with `aws configure --profile {name}` or `aws configure sso --profile {name}`; in \
                     ~/.aws/config it stands under [profile {name}]"
                ))
            }
            Self::Connect(ConnectError::CaBundle { .. }) => {
                Some("AWS_CA_BUNDLE must name a readable file with PEM certificates".to_owned())
            }
            Self::Connect(ConnectError::Proxy(_)) => Some(
                "write http://HOST:PORT, or with credentials http://USER:PASSWORD@HOST:PORT, in which characters such as \
                 @ : / # are written %40 %3A %2F %23"
                    .to_owned(),
            ),
            Self::Connect(ConnectError::LoneKey) => Some(
                "set both, or unset it to use a profile: with the key alone others might be found".to_owned(),
            ),
            Self::Connect(ConnectError::BadRegion { meant: Some(meant), .. }) => Some(format!("write {meant}")),
            Self::Connect(ConnectError::BadRegion { meant: None, .. }) => Some(
                "regions look like eu-central-1: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html"
                    .to_owned(),
            ),
            Self::Connect(ConnectError::BadEndpoint { address, .. }) => Some(format!(
                "write it with its scheme, for example AWS_ENDPOINT_URL=http://{}, or unset it to work on AWS",
                address.trim_start_matches('/')
            )),
            Self::Connect(ConnectError::RegionDisabled { region, .. }) => Some(format!(
                "enable it with `aws account enable-region --region-name {region}`, which takes some minutes, or set another \
                 AWS_REGION; sessions from STS's global endpoint are good in regions only that are enabled by default"
            )),
            Self::Connect(ConnectError::NoCredentials(none)) => Some(none.hint()),
            Self::Connect(ConnectError::Refused { source_of, error }) => {
                source_of.hint_when_refused(error).or_else(|| error.hint().map(std::borrow::Cow::into_owned))
            }
            Self::Connect(ConnectError::WrongAccount { .. }) => {
                Some("choose other credentials (AWS_PROFILE), or change `account` in config.toml".to_owned())
            }
            Self::Connect(ConnectError::Call(error)) if error.transport == Some(Transport::Timeout) => Some(
                "nothing answers there: check the network, a proxy or VPN on the way, AWS_ENDPOINT_URL and AWS_REGION"
                    .to_owned(),
            ),
            Self::Connect(ConnectError::Call(error)) | Self::Aws(error) => error.hint().map(String::from),
            Self::Local(error) => Some(error.hint()),
            Self::Artifact(error) => error.hint(suggest),
            Self::Refused { hint, .. } | Self::Usage { hint, .. } => Some(hint.clone()),
            Self::Problems(problems) | Self::Overwritten(problems) => problems.first().map(|problem| problem.fix().to_owned()),
            Self::Steps { hint, .. } => Some(
                hint.clone().unwrap_or_else(|| {
                    "what is done stays done: run the same command again and it goes on from here".to_owned()
                }),
            ),
            Self::Differs { .. } => Some(format!(
                "see whether another `up` or `down`, Terraform or a person is at work on this stack, then run `{}` \
                 again",
                suggest.command("up")
            )),
            Self::Unproven { .. } => Some(format!(
                "`{}` shows what differs from config.toml, `{}` mends it",
                suggest.command("plan"),
                suggest.command("up")
            )),
            Self::Lacking { .. } => Some(format!(
                "`{}` prints the policy that is needed; if IAM is wrong about it, as for some seconds after a change, add \
                 --skip-simulation",
                suggest.command("permissions")
            )),
            Self::Residue(_) => Some(format!("run `{}` again", suggest.command("down"))),
            Self::Config(_) | Self::Cancelled(_) | Self::Partial { .. } | Self::File { .. } => None,
            Self::Interrupted(_) => {
                Some("what is done stays done: run the same command again and it goes on".to_owned())
            }
        }
    }

    /// Shows the failure: text on stderr, and with `--json` a document on stdout.
    pub(crate) fn show(&self, screen: &Screen, suggest: &Suggest) {
        if screen.json {
            screen.line(&self.to_json(suggest));
        } else if let Self::Config(errors) = self {
            screen.err(&(config_errors_text(errors, true) + "\n"));
        } else if let Self::Cancelled(_) = self {
            screen.err("Cancelled. Nothing was changed.\n");
        } else if let Self::Problems(problems) = self {
            for problem in problems {
                screen.err(&(problem_text(problem) + "\n"));
            }
            screen.err("Nothing was changed.\n");
        } else if let Self::Overwritten(problems) = self {
            for problem in problems {
                screen.err(&(problem_text(problem) + "\n"));
            }
            screen.err("All changes of this run were made.\n");
        } else {
            let what = match self {
                // What all sources say that have none is of use only to who expected one of them to have some.
                Self::Connect(ConnectError::NoCredentials(none))
                    if none.cause == Cause::None && !screen.verbose =>
                {
                    format!("no credentials from {} (-v tells what was tried)", none.from)
                }
                _ => self.to_string(),
            };
            screen.err(&error_text(&what, self.hint(suggest).as_deref()));
        }
    }

    pub(crate) fn to_json(&self, suggest: &Suggest) -> json::Failed {
        let failed = json::Failed::new(self.to_string(), self.exit_code() as u8, self.hint(suggest));
        match self {
            Self::Config(errors) => failed.with_config(errors),
            Self::Aws(call)
            | Self::Connect(ConnectError::Call(call) | ConnectError::Refused { error: call, .. }) => {
                failed.with_call(call)
            }
            Self::Connect(ConnectError::RegionDisabled { error, .. }) => failed.with_call(error),
            _ => failed,
        }
    }
}
