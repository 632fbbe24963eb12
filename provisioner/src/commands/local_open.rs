//! `provisioner local open`

use crate::cli;
use crate::cli::Global;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json;
use crate::page::{self, Page};
use crate::session::{Connected, Session};
use crate::suggest::Suggest;
use engine::aws::AwsCall;
use engine::config::BucketRole;
use engine::interrupt::{Interrupted, Signal};
use local_aws::LocalAws;

pub(super) async fn run(args: &cli::Open, session: &Session<'_>) -> Result<ExitCode, Failure> {
    // Whatever is suggested here is for the local AWS.
    let global = Global { local: true, ..session.global.clone() };
    let session = Session { global: &global, ..*session };
    let screen = session.screen;
    let connected = connect(&session).await?;
    session.interrupt.or(is_up(&connected, &session)).await?;
    let Connected { aws, stack } = connected;
    let listening =
        Page::listen(aws, stack, session.interrupt.clone(), Suggest::of(&global), args.port).await;
    let listening =
        listening.map_err(|source| Failure::File { path: format!("127.0.0.1:{}", args.port), source })?;
    let address = listening.address();
    if screen.json {
        screen.line(&json::LocalOpened { address });
    } else {
        screen.out(&format!("{address}\n"));
        screen.say("The page of the pipeline is there until Ctrl-C. Who has this address can use it: keep it to yourself.");
    }
    if !args.no_browser && !screen.json && screen.interactive && page::can_open() {
        // Arguments of processes can be read by others: what stands there is good once.
        if let Err(error) = page::open(&listening.ticket()) {
            screen.say(&format!("note: no browser could be started ({error}); open the address above"));
        }
    }
    Ok(match page::serve(listening).await {
        // Its normal end.
        Interrupted(Signal::Interrupt) => ExitCode::Ok,
        Interrupted(signal) => ExitCode::of_signal(signal),
    })
}

/// Connects to the local AWS, and starts none: what starts empty has no pipeline to show.
async fn connect(session: &Session<'_>) -> Result<Connected, Failure> {
    let config = session.config()?;
    let connecting = async {
        let running = LocalAws::in_default_home()?.connect().await?;
        let running = running.ok_or_else(|| Failure::Refused {
            what: "the local AWS does not run".to_owned(),
            hint: format!("`{}` starts it and creates the pipeline", session.suggest("up")),
        })?;
        session.open_local(config, running).await
    };
    session.interrupt.or(connecting).await
}

/// Both buckets must be there; better said now than for each picture.
async fn is_up(connected: &Connected, session: &Session<'_>) -> Result<(), Failure> {
    let Connected { aws, stack } = connected;
    for role in [BucketRole::Source, BucketRole::Destination] {
        match aws.s3.head_bucket().bucket(stack.names.bucket(role)).send().await.aws("HeadBucket") {
            Err(error) if error.is_not_found() => {
                return Err(Failure::Refused {
                    what: format!("the stack {} is not up on the local AWS", stack.config.stack),
                    hint: format!("`{}` creates it", session.suggest("up")),
                });
            }
            other => drop(other?),
        }
    }
    Ok(())
}
