//! `provisioner package`

use std::path::Path;

use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json;
use crate::report::bytes;
use crate::session::Session;
use crate::terraform;

pub(super) async fn run(args: &cli::Package, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let config = session.config()?;
    let package = session.interrupt.or(session.package(config.function.architecture)).await?;
    let path = args.output.clone().unwrap_or_else(|| {
        let beside = session.global.config.parent().unwrap_or(Path::new(""));
        let folder = beside.join(terraform::FOLDER);
        if folder.is_dir() { folder } else { beside.to_owned() }.join(terraform::PACKAGE)
    });
    super::export::write(&path, &package.zip)?;
    let screen = session.screen;
    if screen.json {
        screen.document(&json::Packaged::of(&package, &path));
    } else {
        screen.say(&format!(
            "wrote {} ({}, {})",
            path.display(),
            bytes(package.zip_bytes()),
            package.architecture.as_str()
        ));
        screen.out(&format!("{}\n", package.code_sha256));
    }
    Ok(ExitCode::Ok)
}
