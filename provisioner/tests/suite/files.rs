//! Which files `sanitize` and `inspect` read and write: links, pipes, devices, odd names.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use testkit::offline::{Folder, plain, telling};

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// A folder with links out of it, and what they lead to.
fn linked() -> Folder {
    let folder = Folder::new(&[
        ("in/a.jpg", telling(1)),
        ("secret.jpg", telling(1)),
        ("elsewhere/private.jpg", telling(1)),
    ]);
    symlink("../secret.jpg", folder.path("in/link.jpg")).unwrap();
    symlink("../elsewhere", folder.path("in/sub")).unwrap();
    make_pipe(&folder.path("in/pipe.jpg"));
    folder
}

#[test]
fn links_and_pipes_in_a_folder_are_left_alone() {
    let folder = linked();
    let skipped = [
        "skipped  in/link.jpg: a symbolic link\n",
        "skipped  in/pipe.jpg: a named pipe\n",
        "skipped  in/sub: a symbolic link\n",
    ];
    let ran = folder.run(&["sanitize", "-r", "in", "-o", "out"]);
    assert_eq!(ran.code, 0);
    assert!(ran.text().starts_with(&skipped.concat()), "{}", ran.text());
    assert_eq!(folder.read("out/a.jpg"), plain());
    assert_eq!(fs::read_dir(folder.path("out")).unwrap().count(), 1);

    let ran = folder.run(&["inspect", "-r", "in"]);
    assert_eq!(ran.code, 0);
    assert_eq!(ran.text().matches("Position").count(), 1, "{}", ran.text());

    let ran = folder.run(&["sanitize", "-r", "--in-place", "in"]);
    assert_eq!(ran.code, 0);
    assert!(ran.text().starts_with(&skipped.concat()), "{}", ran.text());
    assert_eq!(folder.read("in/a.jpg"), plain());
    for name in ["secret.jpg", "elsewhere/private.jpg"] {
        assert_eq!(folder.read(name), telling(1), "{name}");
    }
}

#[test]
fn links_that_are_named_are_followed() {
    let folder = linked();
    let ran = folder.run(&["inspect", "in/link.jpg"]);
    assert!(ran.text().contains("Position"), "{}", ran.text());
    assert_eq!(folder.run(&["sanitize", "-r", "in/sub", "in/link.jpg", "-o", "out"]).code, 0);
    assert_eq!((folder.read("out/private.jpg"), folder.read("out/link.jpg")), (plain(), plain()));
    assert_eq!(folder.run(&["sanitize", "-r", "in/sub", "in/link.jpg", "--in-place"]).code, 0);
    assert_eq!((folder.read("elsewhere/private.jpg"), folder.read("secret.jpg")), (plain(), plain()));
    assert!(folder.path("in/link.jpg").is_symlink());
}

#[test]
fn nothing_is_written_through_a_link_in_the_output() {
    let folder = Folder::new(&[
        ("in/sub/a.jpg", telling(1)),
        ("in/sub/deep/b.jpg", telling(1)),
        ("in/c.jpg", telling(1)),
        ("elsewhere/a.jpg", b"mine".to_vec()),
    ]);
    fs::create_dir(folder.path("real")).unwrap();
    // OUT itself was named, so it may be a link.
    symlink("real", folder.path("out")).unwrap();
    symlink("../elsewhere", folder.path("out/sub")).unwrap();
    symlink("../elsewhere/c.jpg", folder.path("out/c.jpg")).unwrap();
    for force in [&[][..], &["--force"]] {
        let ran = folder.run(&[&["sanitize", "-r", "in", "-o", "out"], force].concat());
        assert_eq!(ran.code, 6);
        for failed in [
            "failed   in/c.jpg: out/c.jpg is a symbolic link, and only regular files are replaced\n",
            "failed   in/sub/deep/b.jpg: out/sub: a symbolic link, not a folder\n",
        ] {
            assert!(ran.text().contains(failed), "{}", ran.text());
        }
        assert_eq!(fs::read_dir(folder.path("elsewhere")).unwrap().count(), 1);
        assert_eq!(folder.read("elsewhere/a.jpg"), b"mine");
    }
    fs::remove_file(folder.path("real/sub")).unwrap();
    fs::remove_file(folder.path("real/c.jpg")).unwrap();
    assert_eq!(folder.run(&["sanitize", "-r", "in", "-o", "out"]).code, 0);
    assert_eq!(folder.read("real/sub/deep/b.jpg"), plain());
}

#[test]
fn pipes_and_devices_are_not_replaced() {
    let folder = Folder::new(&[("a.jpg", telling(1)), ("in/b.jpg", telling(1))]);
    make_pipe(&folder.path("pipe"));
    for (output, is) in [("pipe", "a named pipe"), ("/dev/full", "a device"), ("/dev/null", "a device")] {
        for force in [&[][..], &["--force"]] {
            let ran = folder.run(&[&["sanitize", "a.jpg", "-o", output], force].concat());
            assert_eq!(ran.code, 4);
            assert_eq!(
                ran.err,
                format!(
                    "error: {output} is {is}, and only regular files are replaced\n\
                     hint: to write into it, write to stdout with -o - and redirect that\n"
                )
            );
            let many = folder.run(&[&["sanitize", "-r", "in", "-o", output], force].concat());
            assert_eq!(many.code, 4, "{}", many.err);
        }
    }
    assert!(fs::metadata(folder.path("pipe")).unwrap().file_type().is_fifo());
    for device in ["/dev/full", "/dev/null"] {
        assert!(fs::symlink_metadata(device).unwrap().file_type().is_char_device());
    }
    // Nor where it is in the way in a folder.
    fs::create_dir(folder.path("out")).unwrap();
    make_pipe(&folder.path("out/b.jpg"));
    let ran = folder.run(&["sanitize", "-r", "in", "-o", "out", "--force"]);
    assert_eq!(ran.code, 6);
    assert!(ran.text().contains("out/b.jpg is a named pipe"), "{}", ran.text());
    assert!(fs::metadata(folder.path("out/b.jpg")).unwrap().file_type().is_fifo());
    // It would wait for a writer for ever.
    let ran = folder.run(&["sanitize", "--in-place", "pipe"]);
    assert_eq!(ran.code, 6);
    assert!(ran.text().contains("pipe: a named pipe, not a regular file\n"), "{}", ran.text());
}

#[test]
fn no_picture_is_written_to_a_terminal() {
    let folder = Folder::new(&[("a.jpg", telling(1))]);
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap().into_string().unwrap();
    let terminal = File::options().read(true).write(true).open(name).unwrap();
    let mut command = Command::new(testkit::program());
    command.args(["sanitize", "a.jpg", "-o", "-"]).env_clear().current_dir(folder.path(""));
    let output = command.stdin(Stdio::null()).stdout(terminal).stderr(Stdio::piped()).output().unwrap();
    drop(command);
    let mut sent = Vec::new();
    let _ = File::from(controller).read_to_end(&mut sent);
    assert_eq!((output.status.code(), sent), (Some(4), vec![]));
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("terminal") && err.contains("hint: redirect it (-o - > FILE), or"), "{err}");
}

#[test]
fn a_folder_that_cannot_be_read_is_a_failure() {
    // Root may read every folder, but not so deep.
    let deep: String = (0..130).map(|_| "d/").collect();
    let folder = Folder::new(&[("in/a.jpg", telling(1)), (&format!("in/{deep}hidden.jpg"), telling(1))]);
    for args in [&["inspect", "-r", "in"][..], &["sanitize", "-r", "in", "-o", "out"]] {
        let ran = folder.run(args);
        assert_eq!(ran.code, 6, "{args:?}");
        assert!(format!("{}{}", ran.text(), ran.err).contains("more than 128 folders deep\n"), "{args:?}");
    }
    assert_eq!(folder.read("out/a.jpg"), plain());
}

#[test]
fn odd_names_are_kept_exactly() {
    let long = format!("{}.jpg", "l".repeat(251));
    let mut names: Vec<OsString> =
        ["esc\u{1b}[2J.jpg", "new\nline.jpg", "-o.jpg", "--in-place", " .jpg", "*.jpg", "~", &long]
            .map(OsString::from)
            .to_vec();
    // Other systems have no such names.
    if cfg!(target_os = "linux") {
        names.push(OsStr::from_bytes(b"latin\xe9.jpg").to_owned());
    }
    names.sort_unstable();
    let folder = Folder::new(&[]);
    fs::create_dir_all(folder.path("in/-d")).unwrap();
    for name in &names {
        fs::write(folder.path("in").join(name), telling(1)).unwrap();
        fs::write(folder.path("in/-d").join(name), telling(1)).unwrap();
    }
    let check = |at: &str| {
        for at in [at.to_owned(), format!("{at}/-d")] {
            for name in &names {
                assert_eq!(fs::read(folder.path(&at).join(name)).unwrap(), plain(), "{at} {name:?}");
            }
        }
        let count = files_below(&folder.path(at));
        assert_eq!(count, names.len() * 2, "nothing else is left");
    };
    for (args, at) in [
        (&["sanitize", "-v", "-r", "in", "-o", "out"][..], "out"),
        (&["sanitize", "-v", "-r", "in", "--in-place"], "in"),
    ] {
        let ran = folder.run(args);
        assert_eq!(ran.code, 0, "{}{}", ran.text(), ran.err);
        assert!(!ran.text().contains('\u{1b}'), "{}", ran.text());
        check(at);
    }
    assert_eq!(folder.run(&["inspect", "-r", "in"]).code, 0);
    // A name that looks like a flag, named.
    fs::write(folder.path("-o.jpg"), telling(1)).unwrap();
    assert_eq!(folder.run(&["sanitize", "--in-place", "--", "-o.jpg"]).code, 0);
    assert_eq!(folder.run(&["sanitize", "./-o.jpg", "-o", "./-"]).code, 0);
    assert_eq!((folder.read("-o.jpg"), folder.read("-")), (plain(), plain()));
}

fn files_below(folder: &Path) -> usize {
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        count += if path.is_dir() { files_below(&path) } else { 1 };
    }
    count
}

#[test]
fn many_folders_need_few_handles() {
    let files: Vec<_> = (0..400).map(|n| (format!("in/{n:03}/deep/er/a.jpg"), telling(1))).collect();
    let files: Vec<_> = files.iter().map(|(name, file)| (name.as_str(), file.clone())).collect();
    let folder = Folder::new(&files);
    for how in ["-r in -o out", "-r in/* --in-place"] {
        let script = format!("ulimit -n 64 && exec \"$0\" sanitize {how}");
        let output = Command::new("/bin/sh")
            .args(["-c".as_ref(), OsStr::new(&script), testkit::program().as_ref()])
            .current_dir(folder.path(""))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            text.starts_with("400 cleaned; "),
            "{how}: {text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert_eq!(
        (folder.read("out/123/deep/er/a.jpg"), folder.read("in/399/deep/er/a.jpg")),
        (plain(), plain())
    );
}

#[test]
fn an_export_replaces_regular_files_alone() {
    let folder = Folder::new(&[
        ("config.toml", b"stack = \"files\"\n".to_vec()),
        ("terraform/stack.auto.tfvars.json", b"old".to_vec()),
    ]);
    let path = folder.path("terraform/stack.auto.tfvars.json");
    let ran = folder.run(&["export", "tfvars"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    // Variables of the function may be secrets.
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_ne!(fs::read(&path).unwrap(), b"old");
    fs::remove_file(&path).unwrap();
    make_pipe(&path);
    let ran = folder.run(&["export", "tfvars"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("a named pipe, not a regular file"), "{}", ran.err);
    assert!(fs::metadata(&path).unwrap().file_type().is_fifo());
    assert_eq!(fs::read_dir(folder.path("terraform")).unwrap().count(), 1);
}
