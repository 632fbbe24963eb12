//! `provisioner inspect`

use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::json;
use crate::pictures::{Inspection, each, find, inspect, inspection_text};
use crate::session::Session;

pub(super) fn run(args: &cli::Inspect, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let screen = session.screen;
    let found = find(&args.inputs, args.recursive);
    let seen = tokio::task::block_in_place(|| {
        each(&found, session.interrupt.flag(), |found, buffer| inspect(found, args.keep, buffer), |_| ())
    });
    if let Some(failure) = session.interrupt.interrupted().map(Failure::from) {
        return Err(failure);
    }
    let seen: Vec<Inspection> = seen.into_iter().flatten().collect();
    if screen.json {
        screen.document(&json::Inspected::of(&seen));
    } else {
        for inspection in &seen {
            let text = inspection_text(inspection, screen.verbose);
            if inspection.result.is_ok() {
                screen.out(&text);
            } else {
                screen.err(&text);
            }
        }
    }
    Ok(if seen.iter().any(Inspection::is_missing) {
        ExitCode::Partial
    } else if args.check && seen.iter().any(Inspection::has_something_to_remove) {
        ExitCode::Changes
    } else {
        ExitCode::Ok
    })
}
