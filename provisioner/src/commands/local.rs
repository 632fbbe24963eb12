//! `provisioner local`

use super::changes;
use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json;
use crate::report::bytes;
use crate::session::Session;
use local_aws::{LocalAws, Progress};

pub(super) async fn run(command: &cli::Local, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let screen = session.screen;
    let local = LocalAws::in_default_home()?;
    let say = |progress: Progress| screen.say(&progress.to_string());
    match command {
        cli::Local::Start => {
            let running = session.interrupt.or(session.start_local()).await?;
            let environment = running.env();
            let profile = running.profile.env();
            if screen.json {
                screen.document(&json::LocalStarted {
                    endpoint: running.endpoint,
                    environment: environment.into_iter().collect(),
                    profile: profile.into_iter().collect(),
                });
            } else {
                screen.say("The local AWS runs. Other tools reach it with:");
                for (key, value) in environment {
                    screen.out(&format!("export {key}={value}\n"));
                }
                screen.say("The same is in a profile. The AWS CLI and boto3 use it like this:");
                let [config, credentials] = profile.map(|(key, value)| format!("{key}={value}"));
                screen.say(&format!("  {config} {credentials} aws s3 ls"));
                screen.say("Who has this key can run code as you: keep it to yourself.");
            }
        }
        cli::Local::Stop => {
            let stopped = local.stop(&say).await?;
            if screen.json {
                screen.document(&json::LocalStopped { stopped });
            } else {
                screen.say(if stopped { "Stopped; its state stays." } else { "It was not running." });
            }
        }
        cli::Local::Status => {
            let status = local.status().await?;
            if screen.json {
                screen.document(&json::LocalStatus::of(status));
            } else {
                let mut text = match (&status.endpoint, status.pid) {
                    (Some(endpoint), Some(pid)) if status.running => {
                        format!("running   {endpoint} (process {pid})\n")
                    }
                    _ => "not running\n".to_owned(),
                };
                text.push_str(&format!(
                    "version   ministack {}\n",
                    status.version.as_deref().unwrap_or(local_aws::VERSION)
                ));
                text.push_str(&format!("data      {}\n", bytes(status.data_bytes)));
                text.push_str(&format!("log       {}\n", status.log.display()));
                screen.out(&text);
            }
        }
        cli::Local::Reset { yes } => {
            changes::confirm(session, *yes, "Delete everything in the local AWS, all stacks included?")
                .await?;
            local.reset(&say).await?;
            if screen.json {
                screen.document(&json::LocalReset { reset: true });
            } else {
                screen.say("The local AWS is empty.");
            }
        }
        cli::Local::Open(open) => return super::local_open::run(open, session).await,
    }
    Ok(ExitCode::Ok)
}
