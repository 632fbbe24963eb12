//! The example in C is compiled with the header and the static library, and run. Skipped with a line where there is
//! no C compiler. And the contract at its edges, from Rust.

#![expect(unsafe_code, reason = "it calls what C calls")]

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
    ptr,
};

use sanitizer_c::{SanitizerBytes, sanitizer_clean, sanitizer_free, sanitizer_version};

const PICTURE: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff\
    \x21\xfe\x05Paris\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b";

#[test]
fn the_c_example_cleans() {
    if Command::new("cc").arg("--version").output().is_err() {
        eprintln!("skipped: no C compiler (cc)");
        return;
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scratch = tempfile::tempdir().unwrap();
    let program = scratch.path().join("clean");
    // The library lies beside this test.
    let this = std::env::current_exe().unwrap();
    let library = this.parent().unwrap().join("libsanitizer_c.a");
    let compiled = Command::new("cc")
        .args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-I"])
        .arg(here.join("include"))
        .arg(here.join("examples/clean.c"))
        .arg(library)
        .args(["-lpthread", "-lm"])
        .args(if cfg!(target_os = "linux") { &["-ldl"][..] } else { &[] })
        .arg("-o")
        .arg(&program)
        .status()
        .unwrap();
    assert!(compiled.success());
    let run = |input: &[u8]| {
        let mut child = Command::new(&program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap()
    };
    let clean = run(PICTURE);
    assert_eq!(clean.status.code(), Some(0));
    assert!(clean.stdout.starts_with(b"GIF89a") && clean.stdout.len() < PICTURE.len());
    let refused = run(b"hello");
    assert_eq!((refused.status.code(), &*refused.stderr), (Some(1), &b"not a picture"[..]));
}

#[test]
fn null_is_an_argument_error_and_nothing_leaks() {
    let mut out = SanitizerBytes { data: ptr::null_mut(), length: 0 };
    // SAFETY: null is what is tested; the rest points to what it says.
    unsafe {
        assert_eq!(sanitizer_clean(PICTURE.as_ptr(), PICTURE.len(), 0, ptr::null_mut()), 2);
        assert_eq!(sanitizer_clean(ptr::null(), 5, 0, &raw mut out), 2);
        assert!(out.data.is_null());
        sanitizer_free(out);
        let mut out = SanitizerBytes { data: ptr::null_mut(), length: 0 };
        assert_eq!(sanitizer_clean(PICTURE.as_ptr(), PICTURE.len(), 0, &raw mut out), 0);
        assert!(!std::slice::from_raw_parts(out.data, out.length).windows(5).any(|bytes| bytes == b"Paris"));
        sanitizer_free(out);
        let version = std::ffi::CStr::from_ptr(sanitizer_version());
        assert_eq!(version.to_str().unwrap(), sanitizer::VERSION);
    }
}
