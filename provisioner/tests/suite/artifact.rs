//! The function is really built and packaged, for this machine.

use std::process::Command;

#[test]
fn an_unchanged_function_makes_the_same_package() {
    let folder = tempfile::tempdir().unwrap();
    let package = |name: &str| {
        let path = folder.path().join(name);
        let output = Command::new(testkit::program())
            // For this machine, where the local AWS runs it.
            .env("AWS_ENDPOINT_URL", "https://127.0.0.1:1")
            .arg("package")
            .arg("--output")
            .arg(&path)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{stderr}");
        (std::fs::read(path).unwrap(), stderr)
    };
    let (first, _) = package("first.zip");
    assert!(first.starts_with(b"PK\x03\x04"));
    let (second, said) = package("second.zip");
    assert_eq!(second, first);
    assert!(!said.contains("building"), "the second time there is nothing to build: {said}");
}
