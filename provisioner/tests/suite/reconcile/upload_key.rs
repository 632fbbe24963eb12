//! An `upload --as` that dies at each of its calls to IAM leaves nothing that the next one does not remove.

use aws_sdk_iam::types::StatusType;
use testkit::one_pixel::{exif, picture};
use testkit::proxy::{Fault, Point, Refusal, Rule};
use testkit::stage::Stage;

#[test]
fn a_key_without_a_known_use_is_a_note() {
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    let iam = &stage.aws.iam;
    let make = || {
        let made = stage.wait(iam.create_access_key().user_name("crash-writer").send()).unwrap();
        made.access_key.unwrap().access_key_id
    };
    let told = |words: &str| {
        for command in ["plan", "status"] {
            let run = stage.run(&[command]).ok();
            assert_eq!(run.stdout.contains("access key"), !words.is_empty(), "{command}: {}", run.text());
            assert!(run.stdout.contains(words), "{command}: {}", run.text());
        }
        assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code(), Some(0), "a note is no change");
    };
    told("");
    let first = make();
    told("");
    let second = make();
    told("user crash-writer has 2 access keys, ");
    // Who may not list keys can plan all the same.
    let denied = Refusal::new(403, "AccessDenied", "not authorized to perform this");
    let run = stage.run_with(&["plan"], vec![Rule::on("ListAccessKeys", Fault::Refuse(denied))]).ok();
    assert!(!run.stdout.contains("access key"), "{}", run.text());
    stage.wait(iam.delete_access_key().user_name("crash-writer").access_key_id(first).send()).unwrap();
    told("");
    let off = iam.update_access_key().user_name("crash-writer").access_key_id(&second);
    stage.wait(off.status(StatusType::Inactive).send()).unwrap();
    told(&format!("has the access key {second}, which is inactive"));
}

#[test]
fn wherever_an_upload_dies_the_next_one_removes_its_key() {
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    stage.file("a.jpg", &picture(&[exif()], b""));
    let iam = &stage.aws.iam;
    let own = stage.wait(iam.create_access_key().user_name("crash-writer").send()).unwrap();
    let own = own.access_key.unwrap().access_key_id;
    let upload = ["upload", "a.jpg", "--as", "writer", "--no-wait"];
    for (operation, earlier) in [
        ("TagUser", 0),
        ("CreateAccessKey", 0),
        // The tag does not name the key yet.
        ("TagUser", 1),
        ("DeleteAccessKey", 0),
        ("UntagUser", 0),
    ] {
        for (when, fault) in [("before", Fault::KillBefore), ("after", Fault::KillAfter)] {
            let at = Point { label: format!("{operation} crash-writer"), earlier };
            let name = format!("{when} {} {earlier}", at.label);
            let killed = stage.run_with(&upload, vec![Rule::at(&at, fault)]);
            assert_eq!(killed.code(), None, "{name}: {}", killed.text());
            stage.run(&upload).ok();
            let keys = stage.wait(iam.list_access_keys().user_name("crash-writer").send()).unwrap();
            let ids: Vec<_> =
                keys.access_key_metadata().iter().filter_map(|key| key.access_key_id()).collect();
            assert_eq!(ids, [own.as_str()], "{name}");
            let plan = stage.run(&["plan"]).ok();
            assert!(!plan.stdout.contains("upload --as"), "{name}: a tag is left\n{}", plan.text());
        }
    }
}
