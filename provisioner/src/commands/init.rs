//! `provisioner init`

use std::ffi::OsStr;
use std::path::Path;

use crate::cli::{self, Global};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::files;
use crate::interrupt::Interruptible;
use crate::json;
use crate::session::Session;
use crate::suggest::Suggest;
use engine::config::{Overrides, parse, why_no_stack_name};

/// The configuration of this repository: its comments are the manual.
const TEMPLATE: &str = include_str!("../../../config.toml");
/// Where editors find the schema, here.
const SCHEMA_LINE: &str = "#:schema docs/config.schema.json\n";
const STACK: &str = "photos";
const REGION_LINE: &str = "# region = \"eu-central-1\"      # without it: AWS_REGION or your profile";

pub(super) async fn run(args: &cli::Init, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let (screen, path) = (session.screen, &session.global.config);
    if path.symlink_metadata().is_ok() {
        return Err(exists(path));
    }
    let stack = match &session.global.stack {
        Some(stack) => stack.clone(),
        None if screen.interactive && !screen.json => session.interrupt.or(ask(session)).await?,
        None => STACK.to_owned(),
    };
    let text = text(&stack, args.region.as_deref());
    // A region that is none is told here, and not at the next command.
    parse(&text, &path.display().to_string(), &Overrides::default())?;
    files::write_new(path, text.as_bytes()).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => exists(path),
        _ => Failure::File { path: path.display().to_string(), source },
    })?;
    if screen.json {
        screen.document(&json::Initialized::of(path, &stack));
    } else {
        let name = path.file_name().unwrap_or(OsStr::new(cli::DEFAULT_CONFIG)).to_string_lossy();
        screen.say(&format!("Wrote {name} for the stack {stack}. Everything in it is explained there.\n"));
        // The file says the name of the stack from now on.
        let suggest = Suggest::of(&Global { stack: None, ..session.global.clone() });
        let (local, aws) = (suggest.command("up --local"), suggest.command("plan"));
        let width = local.len().max(aws.len());
        if local_aws::supported().is_ok() {
            screen.say(&format!("  {local:width$}   try it on this machine, without an AWS account"));
        }
        screen.say(&format!("  {aws:width$}   show what would be created on AWS"));
    }
    Ok(ExitCode::Ok)
}

/// Asks for the stack's name until it is one.
async fn ask(session: &Session<'_>) -> Result<String, Failure> {
    loop {
        let answer = session.screen.ask(&format!("Name of the stack [{STACK}]: ")).await;
        let name = if answer.is_empty() { STACK } else { &answer };
        match why_no_stack_name(name) {
            None => return Ok(name.to_owned()),
            Some([what, why, hint]) => session.screen.tell(&format!("{what}\n  why:  {why}\n  hint: {hint}")),
        }
    }
}

fn exists(path: &Path) -> Failure {
    Failure::Refused {
        what: format!("{} exists already, and stays as it is", path.display()),
        hint: "name another file with --config FILE, or move this one away first".to_owned(),
    }
}

/// The template for this stack. Its first line names the schema of this repository, which is not beside the new file.
fn text(stack: &str, region: Option<&str>) -> String {
    let template = TEMPLATE.strip_prefix(SCHEMA_LINE).unwrap_or(TEMPLATE);
    let mut text = template.replacen(&format!("stack = \"{STACK}\""), &format!("stack = \"{stack}\""), 1);
    if let Some(region) = region {
        text = text.replacen(REGION_LINE, &format!("region = {region:?}"), 1);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_takes_name_and_region() {
        let config =
            parse(&text("holiday", Some("eu-west-3")), "config.toml", &Overrides::default()).unwrap();
        assert_eq!(config.stack, "holiday");
        assert_eq!(config.region.as_deref(), Some("eu-west-3"));
        assert_eq!(SCHEMA_LINE.to_owned() + &text(STACK, None), TEMPLATE);
        assert!(parse(&text("holiday", Some("moon")), "config.toml", &Overrides::default()).is_err());
    }
}
