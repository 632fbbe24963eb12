//! From the arguments to an exit code.

use std::process::ExitCode as ProcessExitCode;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use engine::interrupt::GRACE;
use tokio::runtime;

use crate::cli;
use crate::commands;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt;
use crate::report::{Screen, error_text};
use crate::session::Session;
use crate::suggest::Suggest;

/// What Linux and macOS give to the first thread. Windows gives it 1 MB, with which a debug build ends in `plan`.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// Parses the arguments, runs the command, shows its failure.
#[must_use]
pub(crate) fn run() -> ProcessExitCode {
    if !cfg!(windows) {
        return run_here();
    }
    match thread::Builder::new().stack_size(STACK_BYTES).spawn(run_here).map(JoinHandle::join) {
        Ok(Ok(code)) => code,
        Ok(Err(panic)) => std::panic::resume_unwind(panic),
        // As much as is there must do.
        Err(_) => run_here(),
    }
}

fn run_here() -> ProcessExitCode {
    // A shell asks for completions with its every key press: before anything else is made.
    match cli::complete() {
        Ok(false) => {}
        Ok(true) => return ExitCode::Ok.into(),
        Err(error) => {
            let _ = error.print();
            return ExitCode::Usage.into();
        }
    }
    let cli = match cli::parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            let asked = !error.use_stderr();
            return if asked { ExitCode::Ok } else { ExitCode::Usage }.into();
        }
    };
    let screen = Arc::new(Screen::of_process(&cli.global));
    let runtime = match runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            screen.err(&error_text(&error.to_string(), None));
            return ExitCode::Failed.into();
        }
    };
    let result = runtime.block_on(async {
        let said = Arc::clone(&screen);
        let interrupt = interrupt::listen(move || {
            if said.is_idle() {
                return said.say("");
            }
            said.tell(&format!(
                "\ninterrupted: calls under way have {} s to finish; press Ctrl-C again to end at once",
                GRACE.as_secs()
            ));
        })
        .map_err(|source| Failure::File { path: "signal handler".to_owned(), source })?;
        let session = Session { global: &cli.global, screen: &screen, interrupt: &interrupt };
        commands::run(&cli, &session).await
    });
    // Background tasks have nothing to finish.
    runtime.shutdown_background();
    match result {
        Ok(_) if screen.has_lost_data() => {
            screen.err(&error_text("the output could not be written", None));
            ExitCode::Failed.into()
        }
        Ok(code) => code.into(),
        Err(failure) => {
            failure.show(&screen, &Suggest::of(&cli.global));
            failure.exit_code().into()
        }
    }
}
