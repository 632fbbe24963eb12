//! From source code, or from a function that is built, to a [`Package`].

use std::path::{Path, PathBuf};

use super::{Error, Package, Target, build, cache, installed, known_zip, workspace};

/// Names a built `bootstrap`, or a zip with one in it, that is used instead of
/// building the function.
pub(crate) const BOOTSTRAP_VARIABLE: &str = "PROVISIONER_BOOTSTRAP";

/// Where the function comes from.
enum Origin {
    /// This file, of which this is said.
    File(PathBuf, &'static str),
    /// This workspace.
    Source(PathBuf),
}

/// What the user names; else the checkout that `near` or the current folder is in; else what was installed with this program;
/// else the checkout that it was built in.
fn origin(near: Option<&Path>, target: Target) -> Result<Origin, Error> {
    if let Some(path) = std::env::var_os(BOOTSTRAP_VARIABLE).filter(|path| !path.is_empty()) {
        return Ok(Origin::File(path.into(), BOOTSTRAP_VARIABLE));
    }
    let here = std::env::current_dir().ok();
    let starts: Vec<PathBuf> = near.map(Path::to_path_buf).into_iter().chain(here).collect();
    if let Some(workspace) = workspace::above(&starts) {
        return Ok(Origin::Source(workspace));
    }
    if let Some(path) = installed::find(target) {
        return Ok(Origin::File(path, "installed with this program"));
    }
    let built_from = workspace::of_this_program().map(Origin::Source);
    built_from.ok_or_else(|| Error::NoWorkspace { looked: starts.into_iter().next().unwrap_or_default() })
}

/// Builds, checks and packages the function, or takes one that is built ([`origin`]). `say` hears what takes long.
///
/// # Errors
/// See [`Error`].
pub(crate) async fn package(
    near: Option<&Path>,
    target: Target,
    say: &dyn Fn(&str),
) -> Result<Package, Error> {
    match origin(near, target)? {
        Origin::File(path, _) => on_a_thread(move || prebuilt(&path, target)).await,
        Origin::Source(workspace) => {
            let program = build::build(&workspace, target, say).await?;
            on_a_thread(move || built(&program, target)).await
        }
    }
}

/// Whether the function could be built, and how, without building it.
///
/// # Errors
/// What stands in the way.
pub(crate) async fn could_build(near: Option<&Path>, target: Target) -> Result<String, Error> {
    match origin(near, target)? {
        Origin::File(path, why) => {
            let named = path.display().to_string();
            on_a_thread(move || prebuilt(&path, target)).await.map(|_| format!("{named} ({why})"))
        }
        Origin::Source(workspace) => {
            let how = build::how(&workspace, target).await?;
            Ok(format!("{how}, from {}", workspace.display()))
        }
    }
}

/// The package of a function that is built.
fn prebuilt(path: &Path, target: Target) -> Result<Package, Error> {
    let file = read(path)?;
    let package = if file.starts_with(b"PK") {
        known_zip::package(file.into(), path, known_zip::folder().as_deref())?
    } else {
        let package = Package::of_program(&file, path)?;
        known_zip::keep(&package, known_zip::folder().as_deref());
        package
    };
    package.check(target, path)?;
    Ok(package)
}

/// The package of the program that cargo built.
fn built(program: &Path, target: Target) -> Result<Package, Error> {
    // The stamp before the content: a program that changes meanwhile is then read
    // again the next time, instead of being taken for known.
    let stamp = cache::Stamp::of(program);
    let package = match stamp.and_then(|stamp| cache::load(program, stamp)) {
        Some(package) => package,
        None => {
            let package = Package::of_program(&read(program)?, program)?;
            if let Some(stamp) = stamp {
                cache::store(program, stamp, &package);
            }
            known_zip::keep(&package, known_zip::folder().as_deref());
            package
        }
    };
    package.check(target, program)?;
    Ok(package)
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| Error::File { path: path.to_path_buf(), source })
}

/// Compressing and hashing would hold up everything else.
async fn on_a_thread(
    work: impl FnOnce() -> Result<Package, Error> + Send + 'static,
) -> Result<Package, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_second_time_it_comes_from_the_cache() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("bootstrap");
        std::fs::copy("/bin/true", &program).unwrap();
        let first = built(&program, Target::Host).unwrap();
        // Not readable as a program any more, but with the stamp it had.
        let modified = std::fs::metadata(&program).unwrap().modified().unwrap();
        std::fs::write(&program, vec![0; usize::try_from(first.bootstrap_bytes).unwrap()]).unwrap();
        std::fs::File::options().write(true).open(&program).unwrap().set_modified(modified).unwrap();
        assert_eq!(built(&program, Target::Host).unwrap(), first);
        std::fs::write(&program, b"new").unwrap();
        assert!(matches!(built(&program, Target::Host), Err(Error::NotElf { .. })));
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = prebuilt(Path::new("/nowhere/bootstrap"), Target::Host).unwrap_err();
        assert_eq!(error.to_string(), "cannot read /nowhere/bootstrap");
    }
}
