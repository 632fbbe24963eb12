//! `provisioner status`

use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json;
use crate::report::{Seen, stacks_text, status_text};
use crate::session::Session;
use engine::aws::AwsError;
use engine::config::BucketRole;
use engine::plan::Adopt;
use engine::resources::bucket::{self, Contents, Keys, Observation};
use engine::stacks;
use engine::status;
use engine::survey::{self, Patience};
use engine::world::World;

pub(super) async fn run(args: &cli::Status, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let connected = session.connect().await?;
    let (aws, stack, screen) = (&connected.aws, &connected.stack, session.screen);
    if args.all {
        let stacks = session.interrupt.or(stacks::all(aws)).await?;
        if screen.json {
            screen.document(&json::Stacks::of(&stacks, stack));
        } else {
            screen.out(&stacks_text(&stacks, stack));
        }
        return Ok(ExitCode::Ok);
    }
    // Only a build knows the code's hash; `status` compares all the rest.
    let code = |world: &World| {
        world.function.as_ref().map(|function| function.code_sha256.clone()).unwrap_or_default()
    };
    let patience = if args.detailed_exitcode { Patience::TO_JUDGE } else { Patience::TO_SHOW };
    let listed = async |role: BucketRole| bucket::list(aws, stack.names.bucket(role)).await;
    let all = async {
        let (survey, source, destination) = futures::join!(
            survey::up(aws, stack, code, &Adopt::Nothing, patience),
            listed(BucketRole::Source),
            listed(BucketRole::Destination)
        );
        let (world, plan) = survey?;
        // A bucket of others is not counted.
        let of = |role: BucketRole, counted: Result<(Contents, Keys), AwsError>| match world.bucket(role) {
            Observation::Present(_) => counted,
            _ => Ok(Default::default()),
        };
        let (source, sources) = of(BucketRole::Source, source)?;
        let (destination, copies) = of(BucketRole::Destination, destination)?;
        let clean_copies = bucket::clean_copies(&sources, &copies, &stack.config.trigger);
        let uncleaned = bucket::uncleaned(&sources, &copies, &stack.config.trigger);
        Ok::<_, AwsError>((world, plan, [source, destination], clean_copies, uncleaned))
    };
    let (world, plan, contents, clean_copies, uncleaned) = session.interrupt.or(all).await?;
    let rows = status::rows(stack, &plan);
    let seen =
        Seen { stack, world: &world, contents: &contents, clean_copies, uncleaned, plan: &plan, rows: &rows };
    if screen.json {
        screen.document(&json::Status::of(&seen));
    } else {
        let (up, plan) = (session.suggest("up"), session.suggest("plan"));
        screen.out(&status_text(&seen, session.global.local, &up, &plan));
    }
    Ok(if args.detailed_exitcode && !plan.is_empty() { ExitCode::Changes } else { ExitCode::Ok })
}
