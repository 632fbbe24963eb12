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
    // The short help has a topic for them.
    let mut command = cli::command().after_help(format!("Exit status:\n{}", cli::exit_code_table()));
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
    let mut pages = Vec::new();
    collect(&command, "provisioner", &mut pages).map_err(failed(folder))?;
    for (name, page) in &pages {
        let path = folder.join(format!("{name}.1"));
        files::replace(&path, page.as_bytes()).map_err(failed(&path))?;
    }
    session.screen.say(&format!("wrote {} pages to {}", pages.len(), folder.display()));
    Ok(ExitCode::Ok)
}

/// The page of a command, and those of what stands below it.
fn collect(command: &clap::Command, name: &str, pages: &mut Vec<(String, String)>) -> io::Result<()> {
    pages.push((name.to_owned(), page(command)?));
    for one in command.get_subcommands().filter(|one| one.get_name() != "help") {
        collect(one, &format!("{name}-{}", one.get_name()), pages)?;
    }
    Ok(())
}

/// A page in roff (<https://man7.org/linux/man-pages/man7/groff_man.7.html>).
fn page(command: &clap::Command) -> io::Result<String> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    Ok(with_section(&String::from_utf8_lossy(&page)))
}

/// What stands below the help has no section of its own in roff's macros, and is called EXTRA: it gets its title, and keeps
/// its lines.
fn with_section(page: &str) -> String {
    let Some((before, rest)) = page.split_once(".SH EXTRA\n") else { return page.to_owned() };
    let (extra, after) = rest.split_at(rest.find("\n.SH ").map_or(rest.len(), |end| end + 1));
    let Some((title, lines)) = extra.split_once(":\n") else { return page.to_owned() };
    format!("{before}.SH {}\n.nf\n{}\n.fi\n{after}", title.to_uppercase(), lines.trim_end())
}
