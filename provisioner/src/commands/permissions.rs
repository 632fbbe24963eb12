//! `provisioner permissions`

use crate::cli::{self, Work};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::json;
use crate::session::Session;
use engine::permissions::{Purpose, policy};

pub(super) async fn run(args: &cli::Permissions, session: &Session<'_>) -> Result<ExitCode, Failure> {
    // Whoever has credentials may ask STS who they are.
    let connected = session.connect().await?;
    let purposes: Vec<Purpose> = match args.work.as_slice() {
        [] => Purpose::ALL.to_vec(),
        work => work.iter().map(|work| purpose(*work)).collect(),
    };
    let policy = json::Permissions::of(policy(&connected.stack, &purposes));
    if session.screen.json {
        session.screen.document(&policy);
    } else {
        session.screen.out(&(policy.document() + "\n"));
    }
    Ok(ExitCode::Ok)
}

fn purpose(work: Work) -> Purpose {
    match work {
        Work::Plan => Purpose::Plan,
        Work::Up => Purpose::Up,
        Work::Down => Purpose::Down,
        Work::Operate => Purpose::Operate,
    }
}
