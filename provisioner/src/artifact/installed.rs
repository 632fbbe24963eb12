//! The function that was installed with this program: what an archive or a wheel of a release carries, for who has no
//! compiler.

use std::path::{Path, PathBuf};

use engine::config::Architecture;

use super::Target;
use crate::files::without_prefix;

/// The `bootstrap` beside this program; `None` when it came without.
pub(super) fn find(target: Target) -> Option<PathBuf> {
    // Links that lead to it are followed: what belongs to it is where it really is.
    let program = std::env::current_exe().ok()?.canonicalize().ok()?;
    find_beside(without_prefix(&program).parent()?, target)
}

/// Where releases put it, from the folder of the program: an archive beside it, a wheel and a package under `share`.
fn find_beside(folder: &Path, target: Target) -> Option<PathBuf> {
    let name = format!("bootstrap-{}", architecture(target)?);
    let share = folder.parent().map(|above| above.join("share").join("provisioner"));
    let places = std::iter::once(folder.to_owned()).chain(share);
    places.map(|place| place.join(&name)).find(|path| path.is_file())
}

fn architecture(target: Target) -> Option<&'static str> {
    match target {
        Target::Lambda(architecture) => Some(architecture.as_str()),
        // Only Linux runs it.
        Target::Host if !cfg!(target_os = "linux") => None,
        Target::Host if cfg!(target_arch = "x86_64") => Some(Architecture::X86_64.as_str()),
        Target::Host if cfg!(target_arch = "aarch64") => Some(Architecture::Arm64.as_str()),
        Target::Host => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_beside_the_program_or_under_share() {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        let share = folder.path().join("share/provisioner");
        for folder in [&bin, &share] {
            std::fs::create_dir_all(folder).unwrap();
        }
        let arm = Target::Lambda(Architecture::Arm64);
        assert_eq!(find_beside(&bin, arm), None);
        std::fs::write(share.join("bootstrap-arm64"), "").unwrap();
        let found = find_beside(&bin, arm).unwrap();
        assert_eq!(found.canonicalize().unwrap(), share.join("bootstrap-arm64").canonicalize().unwrap());
        assert_eq!(find_beside(&bin, Target::Lambda(Architecture::X86_64)), None);
        std::fs::write(bin.join("bootstrap-arm64"), "").unwrap();
        assert_eq!(find_beside(&bin, arm).unwrap(), bin.join("bootstrap-arm64"));
    }
}
