//! `provisioner sanitize`

use std::io::IsTerminal;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sanitizer::Options;

use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::json;
use crate::pictures::{
    Cleaned, Place, PlaceError, Summary, clean, cleaned_text, each, find, places, summary_text,
};
use crate::report::{Screen, foreign_path};
use crate::session::Session;

pub(super) fn run(args: &cli::Sanitize, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let (screen, started) = (session.screen, Instant::now());
    let found = find(&args.inputs, args.recursive);
    let places = places(&args.inputs, &found, args.output.as_deref()).map_err(refused)?;
    let to_stdout = places.iter().any(|place| matches!(place, Place::Stdout));
    if to_stdout && std::io::stdout().is_terminal() {
        return Err(Failure::Refused {
            what: "with -o - the picture would be written to the terminal".to_owned(),
            hint: "redirect it (-o - > FILE), or give a file with -o".to_owned(),
        });
    }
    if to_stdout && screen.json {
        return Err(Failure::Refused {
            what: "with --json stdout is the report, and with -o - the picture".to_owned(),
            hint: "give a file with -o".to_owned(),
        });
    }
    let jobs: Vec<_> = found.iter().zip(&places).collect();
    let options = options(args);
    let bar = progress(screen, jobs.len());
    let all = tokio::task::block_in_place(|| {
        each(
            &jobs,
            session.interrupt.flag(),
            |(found, place), buffer| clean(found, place, &options, args.force, buffer),
            |_| bar.inc(1),
        )
    });
    bar.finish_and_clear();
    let all: Vec<&Cleaned> = all.iter().flatten().collect();
    let summary = Summary::of(all.iter().copied());
    if screen.json {
        screen.document(&json::Sanitized::of(&all, &summary));
    } else {
        // Of a lone picture there is room to say what went.
        let tells_all = screen.verbose || (all.len() == 1 && !to_stdout);
        let mut text: String = all.iter().filter_map(|one| cleaned_text(one, tells_all)).collect();
        let place = match &args.output {
            Some(path) if !to_stdout => Some(format!("written to {}", foreign_path(path))),
            None if args.in_place => Some("written in place".to_owned()),
            _ => None,
        };
        text.push_str(&summary_text(&summary, place.as_deref(), started.elapsed()));
        if to_stdout {
            screen.err(&text);
        } else {
            screen.out(&text);
        }
    }
    if let Some(failure) = session.interrupt.interrupted().map(Failure::from) {
        return Err(failure);
    }
    Ok(if summary.missing > 0 { ExitCode::Partial } else { ExitCode::Ok })
}

fn refused(error: PlaceError) -> Failure {
    Failure::Refused { what: error.to_string(), hint: error.hint().to_owned() }
}

fn options(args: &cli::Sanitize) -> Options {
    let mut options = Options::default();
    options.orientation = args.orientation;
    options.partial_edges = args.partial_edges;
    options.icc = args.icc;
    options.unreadable_profile = args.unreadable_profile;
    options.gain_maps = args.gain_maps;
    options.hidden_pixels = args.hidden_pixels;
    options.max_megapixels = args.max_megapixels;
    options.keep = args.keep;
    options.verify_entropy = !args.fast;
    options
}

fn progress(screen: &Screen, files: usize) -> ProgressBar {
    if !screen.interactive || screen.json || files < 2 {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(files as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("  {bar:40.cyan} {pos} of {len} pictures, {eta} left") {
        bar.set_style(style);
    }
    bar
}
