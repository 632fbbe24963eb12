//! From source code, or from a file that the user names, to a [`Package`].

use std::path::{Path, PathBuf};

use super::{Error, Package, Target, build, cache, known_zip, workspace};

/// Names a built `bootstrap`, or a zip with one in it, that is used instead of
/// building the function.
pub(crate) const BOOTSTRAP_VARIABLE: &str = "PROVISIONER_BOOTSTRAP";

/// Builds, checks and packages the function.
///
/// `near` is a folder in the checkout to build from, usually that of
/// `config.toml`; the current folder and the one this program was built in are
/// looked at, too. `say` hears what takes long.
///
/// # Errors
/// See [`Error`].
pub(crate) async fn package(
    near: Option<&Path>,
    target: Target,
    say: &dyn Fn(&str),
) -> Result<Package, Error> {
    if let Some(path) = std::env::var_os(BOOTSTRAP_VARIABLE).filter(|path| !path.is_empty()) {
        return on_a_thread(move || prebuilt(Path::new(&path), target)).await;
    }
    let here = std::env::current_dir().ok();
    let starts: Vec<PathBuf> = near.map(Path::to_path_buf).into_iter().chain(here).collect();
    let program = build::build(&workspace::find(&starts)?, target, say).await?;
    on_a_thread(move || built(&program, target)).await
}

/// Whether the function could be built, and how, without building it.
///
/// # Errors
/// What stands in the way.
pub(crate) async fn could_build(near: Option<&Path>, target: Target) -> Result<String, Error> {
    if let Some(path) = std::env::var_os(BOOTSTRAP_VARIABLE).filter(|path| !path.is_empty()) {
        let named = Path::new(&path).display().to_string();
        return on_a_thread(move || prebuilt(Path::new(&path), target))
            .await
            .map(|_| format!("{named} ({BOOTSTRAP_VARIABLE})"));
    }
    let here = std::env::current_dir().ok();
    let starts: Vec<PathBuf> = near.map(Path::to_path_buf).into_iter().chain(here).collect();
    let workspace = workspace::find(&starts)?;
    let how = build::how(&workspace, target).await?;
    Ok(format!("{how}, from {}", workspace.display()))
}

/// The package of a file that the user names.
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
