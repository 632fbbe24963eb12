//! `provisioner plan`

use super::adopt::adopt;
use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json;
use crate::report::{plan_markdown, plan_text};
use crate::session::Session;
use engine::survey::{self, Patience};
use engine::world::World;

pub(super) async fn run(args: &cli::Plan, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let (connected, package) = session.connect_and_build().await?;
    let (aws, stack) = (&connected.aws, &connected.stack);
    let patience = if args.detailed_exitcode { Patience::TO_JUDGE } else { Patience::TO_SHOW };
    let code = |_: &World| package.code_sha256.clone();
    let adopt = adopt(args.adopt.as_ref(), stack)?;
    let (_, plan) = session.interrupt.or(survey::up(aws, stack, code, &adopt, patience)).await?;
    let screen = session.screen;
    if screen.json {
        screen.document(&json::Plan::of(&plan, stack, !session.global.local));
    } else if args.markdown {
        screen.out(&plan_markdown(&plan, stack, session.view()));
    } else {
        screen.out(&plan_text(&plan, stack, session.view()));
        if screen.verbose {
            screen.say(&format!("{} AWS calls", aws.calls()));
        }
    }
    if !plan.problems.is_empty() {
        Ok(ExitCode::Refused)
    } else if args.detailed_exitcode && !plan.is_empty() {
        Ok(ExitCode::Changes)
    } else {
        Ok(ExitCode::Ok)
    }
}
