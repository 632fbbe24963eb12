use std::path::Path;
use std::sync::OnceLock;

/// The `provisioner` program of this build: cargo builds it before the test program that asks, in the folder above.
///
/// # Panics
/// When it is not there: the tests of another package do not build it.
#[must_use]
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<std::path::PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let folder = test.parent().and_then(Path::parent).unwrap();
        let program = folder.join("provisioner").with_extension(std::env::consts::EXE_EXTENSION);
        assert!(program.is_file(), "no {}: build it with `cargo build`", program.display());
        program
    })
}
