//! Crash anywhere: at every call of `up` from nothing, of an `up` that changes everything, and of `down`,
//! the process dies, the connection breaks, or AWS fails. The next run heals it, without any help.
//!
//! `cargo test` tries a sample; `PROVISIONER_ALL_FAULTS=1` tries every call, `=7` every seventh:
//! `PROVISIONER_ALL_FAULTS=1 cargo test --test suite reconcile::crash -- --nocapture`.

use super::sweep::{Way, sweep};
use testkit::stage::{CHANGED, PLAIN, Stage};

#[test]
fn up_from_nothing_and_down_survive_a_fault_at_every_call() {
    sweep(
        "up from nothing, and down",
        Stage::new,
        &[
            Way { command: &["up", "--yes"], prepare: |_| () },
            Way { command: &["down", "--yes", "--delete-data"], prepare: put_data },
        ],
    );
}

#[test]
fn up_that_changes_everything_survives_a_fault_at_every_call() {
    sweep(
        "up that changes everything",
        || {
            let stage = Stage::new();
            stage.configure(&before());
            stage.run(&["up", "--yes"]).ok();
            stage
        },
        &[
            Way { command: &["up", "--yes"], prepare: |stage| stage.configure(CHANGED) },
            Way { command: &["up", "--yes"], prepare: |stage| stage.configure(&before()) },
        ],
    );
}

/// What [`CHANGED`] changes. It has a tag of its own: one that only the other has would stay and change once.
fn before() -> String {
    format!("{PLAIN}\n[tags]\nteam = \"photos\"\n")
}

/// Objects with an old version and a delete marker, which start no function.
fn put_data(stage: &Stage) {
    let s3 = &stage.aws.s3;
    stage.wait(async {
        for bucket in ["crash-uploads-000000000000", "crash-clean-000000000000"] {
            for _ in 0..2 {
                s3.put_object().bucket(bucket).key("a.txt").body(vec![1].into()).send().await.unwrap();
            }
            s3.delete_object().bucket(bucket).key("a.txt").send().await.unwrap();
            s3.create_multipart_upload().bucket(bucket).key("b.txt").send().await.unwrap();
        }
    });
}
