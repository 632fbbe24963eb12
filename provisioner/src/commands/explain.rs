//! `provisioner explain`

use crate::cli;
use crate::exit_code::ExitCode;
use crate::explain::{COST, cost_text, explain};
use crate::failure::Failure;
use crate::json;
use crate::report::{explained_list, explained_text};
use crate::session::Session;
use engine::resources::naming::UnknownResource;

pub(super) fn run(args: &cli::Explain, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let stack = session.offline()?.stack;
    let screen = session.screen;
    let word = args.resource.as_deref();
    let wants_cost = word == Some(COST);
    let all = if wants_cost {
        Vec::new()
    } else {
        explain(word, &stack).map_err(|unknown| no_such(unknown, &stack.names.stack))?
    };
    if screen.json {
        screen.document(&json::Explained::of(&stack.config, &all));
    } else if wants_cost {
        screen.out(&cost_text(&stack.config));
    } else if word.is_none() {
        screen.out(&explained_list(&all));
        let (one, cost) = (session.suggest("explain role"), session.suggest("explain cost"));
        screen.say(&format!("\n`{one}` tells all about one of them, `{cost}` what it comes to."));
    } else {
        screen.out(all.iter().map(explained_text).collect::<String>().trim_end());
        screen.out("\n");
    }
    Ok(ExitCode::Ok)
}

fn no_such(UnknownResource { word, meant, kinds }: UnknownResource, stack: &str) -> Failure {
    let meant = meant.map(|meant| format!("did you mean `{meant}`? ")).unwrap_or_default();
    Failure::Usage {
        what: format!("the stack {stack} has no resource {word:?}"),
        hint: format!("{meant}name one as the plan prints it, or by kind: {}, or cost", kinds.join(", ")),
    }
}
