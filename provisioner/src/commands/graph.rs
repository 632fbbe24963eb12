//! `provisioner graph`

use crate::cli::{self, GraphFormat};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::graph;
use crate::session::Session;
use engine::graph::Graph;

pub(super) fn run(args: &cli::Graph, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let stack = session.offline()?.stack;
    let drawn = Graph::of(&stack);
    session.screen.out(&match args.format {
        GraphFormat::Mermaid => graph::mermaid(&drawn),
        GraphFormat::Dot => graph::dot(&drawn, &stack.names.stack),
        GraphFormat::Svg => graph::svg(&drawn, &stack.names.stack),
    });
    Ok(ExitCode::Ok)
}
