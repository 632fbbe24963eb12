//! `provisioner man`

use std::io;
use std::path::Path;

use clap_mangen::Man;

use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::files;
use crate::session::Session;

pub(super) fn run(args: &cli::Man, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let mut command = cli::command();
    let failed = |path: &Path| {
        let path = path.display().to_string();
        |source: io::Error| Failure::File { path, source }
    };
    let Some(folder) = &args.folder else {
        session.screen.out(&page(&command).map_err(failed(Path::new("stdout")))?);
        return Ok(ExitCode::Ok);
    };
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    command.build();
    let mut pages = vec![("provisioner".to_owned(), page(&command).map_err(failed(folder))?)];
    for one in command.get_subcommands().filter(|one| one.get_name() != "help") {
        let name = format!("provisioner-{}", one.get_name());
        pages.push((name, page(one).map_err(failed(folder))?));
    }
    for (name, page) in &pages {
        let path = folder.join(format!("{name}.1"));
        files::replace(&path, page.as_bytes()).map_err(failed(&path))?;
    }
    session.screen.say(&format!("wrote {} pages to {}", pages.len(), folder.display()));
    Ok(ExitCode::Ok)
}

/// A page in roff (<https://man7.org/linux/man-pages/man7/groff_man.7.html>).
fn page(command: &clap::Command) -> io::Result<String> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
