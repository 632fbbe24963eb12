//! Where the function's source code is.

use std::path::{Path, PathBuf};

/// Finds the workspace that has the function: above the first of `starts` that leads to one.
pub(super) fn above(starts: &[PathBuf]) -> Option<PathBuf> {
    let mut folders = starts.iter().flat_map(|start| start.ancestors());
    folders.find(|folder| has_function(folder)).map(Path::to_path_buf)
}

/// The workspace that this program itself was built in, if it is still there.
pub(super) fn of_this_program() -> Option<PathBuf> {
    let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    has_function(built_from).then(|| built_from.to_path_buf())
}

/// Whether `folder` is a workspace with a member `function` that makes `bootstrap`.
fn has_function(folder: &Path) -> bool {
    let read = |path: PathBuf| -> Option<toml::Table> { std::fs::read_to_string(path).ok()?.parse().ok() };
    let is_member = read(folder.join("Cargo.toml")).is_some_and(|manifest| {
        let members = manifest.get("workspace").and_then(|workspace| workspace.get("members"));
        let members = members.and_then(toml::Value::as_array);
        members.is_some_and(|members| members.iter().any(|member| member.as_str() == Some("function")))
    });
    is_member
        && read(folder.join("function/Cargo.toml")).is_some_and(|manifest| {
            let programs = manifest.get("bin").and_then(toml::Value::as_array);
            let is_ours =
                |bin: &toml::Value| bin.get("name").and_then(toml::Value::as_str) == Some("bootstrap");
            programs.is_some_and(|programs| programs.iter().any(is_ours))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_from_a_folder_inside() {
        let inside = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config");
        let found = above(&[inside]).unwrap();
        assert_eq!(Some(found.as_path()), Path::new(env!("CARGO_MANIFEST_DIR")).parent());
    }

    #[test]
    fn other_projects_are_passed_by() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("function")).unwrap();
        for manifest in
            ["", "[workspace]\nmembers = [\"function\"]", "[workspace]\nmembers = [\"lib\"]", "not toml ["]
        {
            std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
            assert!(!has_function(folder.path()), "{manifest:?}");
        }
        std::fs::write(folder.path().join("Cargo.toml"), "[workspace]\nmembers = [\"function\"]").unwrap();
        std::fs::write(folder.path().join("function/Cargo.toml"), "[[bin]]\nname = \"bootstrap\"").unwrap();
        assert!(has_function(folder.path()));
    }
}
