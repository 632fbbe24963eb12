//! `provisioner export`

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::files::write_private;
use crate::interrupt::Interruptible;
use crate::json;
use crate::offline::Places;
use crate::session::Session;
use crate::terraform;
use engine::world::World;

/// Stand in `export policies`, which asks nobody, for what only AWS knows. Linters want them to be real.
const SOME_PLACE: Places<'static> = Places { account: "123456789012", region: "us-east-1" };

pub(super) async fn run(command: &cli::Export, session: &Session<'_>) -> Result<ExitCode, Failure> {
    match command {
        cli::Export::Tfvars(to) => tfvars(to, session).await,
        cli::Export::Imports(to) => imports(to, session).await,
        cli::Export::Policies => policies(session),
    }
}

async fn tfvars(to: &cli::TerraformFolder, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let config = session.config()?;
    let path_style = session.is_emulated("S3").await;
    let path = folder(to, session)?.join(terraform::TFVARS);
    let json = serde_json::to_string_pretty(&terraform::tfvars(&config, path_style))
        .map_err(|error| Failure::File { path: path.display().to_string(), source: error.into() })?;
    write(&path, (json + "\n").as_bytes())?;
    if session.screen.json {
        session.screen.document(&json::Tfvars::of(&path));
    } else {
        session.screen.say(&format!("wrote {}", path.display()));
    }
    Ok(ExitCode::Ok)
}

async fn imports(to: &cli::TerraformFolder, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let folder = folder(to, session)?;
    let connected = session.connect().await?;
    let (aws, stack) = (&connected.aws, &connected.stack);
    let world = session.interrupt.or(World::observe(aws, stack)).await?;
    let imports = terraform::imports(stack, &world);
    if imports.blocks.is_empty() {
        return Err(Failure::Refused {
            what: format!(
                "of the stack {} there is nothing to import: nothing was written",
                stack.names.stack
            ),
            hint: format!(
                "create it with `{}`, or choose another with --stack; `{}` lists those that there are",
                session.suggest("up"),
                session.suggest("status --all")
            ),
        });
    }
    let files = [folder.join(terraform::IMPORTS), folder.join(terraform::IMPORTS_OVERRIDE)];
    write(&files[0], imports.to_hcl().as_bytes())?;
    write(&files[1], terraform::OVERRIDE.as_bytes())?;
    if session.screen.json {
        session.screen.document(&json::Imports::of(&[&files[0], &files[1]], imports.blocks.len()));
    } else {
        session.screen.say(&format!(
            "wrote {} with {} import blocks, and {} beside it; after `terraform apply` both can go",
            files[0].display(),
            imports.blocks.len(),
            terraform::IMPORTS_OVERRIDE
        ));
    }
    Ok(ExitCode::Ok)
}

fn policies(session: &Session<'_>) -> Result<ExitCode, Failure> {
    let offline = session.offline_with(SOME_PLACE)?;
    let stack = &offline.stack;
    let policies = terraform::policies(stack);
    let screen = session.screen;
    if let Some(note) = offline.note(SOME_PLACE) {
        screen.say(&note);
    }
    if screen.json {
        screen.document(&json::Policies::of(policies, stack));
    } else {
        screen.out(&format!("{:#}\n", Value::from_iter(policies)));
    }
    Ok(ExitCode::Ok)
}

/// The folder of the HCL: the one that was named, or the one next to `config.toml`.
fn folder(to: &cli::TerraformFolder, session: &Session<'_>) -> Result<PathBuf, Failure> {
    let beside = || session.global.config.parent().unwrap_or(Path::new("")).join(terraform::FOLDER);
    let folder = to.folder.clone().unwrap_or_else(beside);
    if folder.is_dir() {
        return Ok(folder);
    }
    Err(Failure::Refused {
        what: format!("there is no folder {}", folder.display()),
        hint: "run this where config.toml and the folder `terraform` are, or name the folder with --folder"
            .to_owned(),
    })
}

/// Writes a file whole or not at all, readable for its owner alone: variables of
/// the function may be secrets.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    write_private(path, content).map_err(|source| Failure::File { path: path.display().to_string(), source })
}
