//! At no moment is anything more open than configured: the proxy's rounds tell which calls were answered before
//! which others were sent.

use super::calls::LOCKSTEP;
use testkit::proxy::{Call, Record};
use testkit::stage::{CHANGED, PLAIN, Stage};

const SOURCE: &str = "crash-uploads-000000000000";
const DESTINATION: &str = "crash-clean-000000000000";
const FUNCTION: &str = "crash-sanitizer";

/// The rounds of the calls that fit; there must be some.
#[track_caller]
fn rounds(calls: &Record, what: &str, fits: impl Fn(&Call) -> bool) -> Vec<usize> {
    let rounds: Vec<usize> = calls.0.iter().filter(|call| fits(call)).map(|call| call.round).collect();
    assert!(!rounds.is_empty(), "no call of {what}: {:?}", calls.points());
    rounds
}

/// Every call of `first` was answered before any of `then` was sent.
#[track_caller]
fn comes_before(calls: &Record, first: (&str, &str), then: (&str, &str)) {
    let of = |(operation, subject): (&str, &str)| {
        rounds(calls, &format!("{operation} {subject}"), |call| {
            call.operation == operation && (subject.is_empty() || call.subject == subject)
        })
    };
    let (last, next) = (of(first).into_iter().max(), of(then).into_iter().min());
    assert!(last < next, "{first:?} in round {last:?}, {then:?} in round {next:?}");
}

#[test]
fn buckets_are_closed_before_anybody_gets_rights() {
    let stage = Stage::new();
    let calls = stage.run_at(&["up", "--yes"], Vec::new(), LOCKSTEP).ok().calls;
    for close in ["CreateBucket", "PutPublicAccessBlock", "PutBucketPolicy"] {
        comes_before(&calls, (close, SOURCE), ("PutUserPolicy", "crash-writer"));
        comes_before(&calls, (close, DESTINATION), ("PutUserPolicy", "crash-reader"));
        comes_before(&calls, (close, SOURCE), ("AddPermission", ""));
        for open in ["PutRolePolicy", "PutBucketNotificationConfiguration"] {
            comes_before(&calls, (close, SOURCE), (open, ""));
            comes_before(&calls, (close, DESTINATION), (open, ""));
        }
    }
}

/// The writing calls of an `up` to `config`: those of `narrow` were all answered before any other was sent.
#[track_caller]
fn narrows_first(stage: &Stage, config: &str, narrow: &[(&str, &str)]) -> Record {
    stage.configure(config);
    let calls = stage.run_at(&["up", "--yes"], Vec::new(), LOCKSTEP).ok().calls;
    let is_narrow =
        |call: &Call| call.earlier == 0 && narrow.contains(&(call.operation.as_str(), call.subject.as_str()));
    let first = rounds(&calls, "narrowing", is_narrow);
    assert_eq!(first.len(), narrow.len(), "{narrow:?} in {:?}", calls.points());
    let others: Vec<&Call> = calls.0.iter().filter(|call| !call.reads() && !is_narrow(call)).collect();
    let early: Vec<String> = others
        .iter()
        .filter(|call| Some(call.round) <= first.iter().max().copied())
        .filter(|call| call.operation != "GetCallerIdentity")
        .map(|call| call.label())
        .collect();
    assert!(early.is_empty() && !others.is_empty(), "{early:?} before or beside {narrow:?}");
    calls
}

#[test]
fn what_is_narrowed_is_narrowed_before_anything_else_is_changed() {
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    // Fewer actions, a prefix for the role, a user removed, beside everything else that can change.
    narrows_first(
        &stage,
        CHANGED,
        &[
            ("PutUserPolicy", "crash-writer"),
            ("PutRolePolicy", "crash-sanitizer"),
            ("DeleteUserPolicy", "crash-reader"),
        ],
    );
    stage.configure(PLAIN);
    stage.run(&["up", "--yes"]).ok();

    // Read-write becomes read-only, while another user comes.
    let guest = "\n[[users]]\nname = \"guest\"\nbucket = \"source\"\naccess = \"read-write\"\n";
    let read_only = PLAIN.replace("read-write", "read-only") + guest;
    narrows_first(&stage, &read_only, &[("PutUserPolicy", "crash-writer")]);

    // A prefix for one, more rights for another.
    let prefix = read_only.replace("name = \"reader\"", "name = \"reader\"\nprefix = \"albums/\"");
    let prefix = prefix.replacen("read-only", "read-write", 1);
    narrows_first(&stage, &prefix, &[("PutUserPolicy", "crash-reader")]);

    // To another bucket: the rights in the old one go first, then those in the new one come.
    let moved = prefix.replacen("bucket = \"source\"", "bucket = \"destination\"", 1);
    let calls = narrows_first(&stage, &moved, &[("DeleteUserPolicy", "crash-writer")]);
    comes_before(&calls, ("DeleteUserPolicy", "crash-writer"), ("PutUserPolicy", "crash-writer"));

    // From one prefix to another, both ways at once: only what stays is left in between.
    let back = moved.replacen("read-write", "write-only", 1).replace("albums/", "films/");
    narrows_first(&stage, &back, &[("PutUserPolicy", "crash-writer"), ("DeleteUserPolicy", "crash-reader")]);
}

#[test]
fn who_may_assume_a_role_changes_between_what_is_taken_and_what_is_given() {
    let stage = Stage::new();
    let site = |access: &str, kind: &str| {
        format!("{PLAIN}\n[[users]]\nname = \"site\"\nbucket = \"source\"\naccess = \"{access}\"\n{kind}\n")
    };
    let trusting = |who: &str| format!("kind = \"role\"\ntrust = [{who}]");
    let role = "crash-site";
    stage.configure(&site("read-only", ""));
    stage.run(&["up", "--yes"]).ok();

    // A user becomes a role: what the user may goes before anybody can assume the role.
    let becomes = site("read-only", &trusting("\"210987654321\""));
    let calls = narrows_first(&stage, &becomes, &[("DeleteUserPolicy", role)]);
    comes_before(&calls, ("DeleteUserPolicy", role), ("CreateRole", role));
    comes_before(&calls, ("CreateRole", role), ("PutRolePolicy", role));

    // Somebody else instead, with more rights: never do those that go have what those that come get.
    let widened = site("read-write", &trusting("\"111111111111\""));
    stage.configure(&widened);
    let calls = stage.run_at(&["up", "--yes"], Vec::new(), LOCKSTEP).ok().calls;
    comes_before(&calls, ("UpdateAssumeRolePolicy", role), ("PutRolePolicy", role));

    // One more, with fewer rights: those that come never have what was taken.
    let two = trusting("\"111111111111\", \"222222222222\"");
    let calls = narrows_first(&stage, &site("read-only", &two), &[("PutRolePolicy", role)]);
    comes_before(&calls, ("PutRolePolicy", role), ("UpdateAssumeRolePolicy", role));

    // One fewer: at once.
    let one = format!("{}\n[tags]\nteam = \"media\"\n", site("read-only", &trusting("\"222222222222\"")));
    narrows_first(&stage, &one, &[("UpdateAssumeRolePolicy", role)]);
}

#[test]
fn a_function_that_was_opened_is_closed_before_anything_else_is_changed() {
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    let of_team = |team: &str| format!("{PLAIN}\n[tags]\nteam = \"{team}\"\n");
    let (remove, allow) = (("RemovePermission", FUNCTION), ("AddPermission", FUNCTION));
    // Our statement, for everybody: replaced at once, since ours allows no more than that did. For another
    // account: gone at once, and ours comes when all it needs is there.
    for (principal, narrow) in [("*", &[remove, allow][..]), ("210987654321", &[remove])] {
        let lambda = &stage.aws.lambda;
        stage.wait(async {
            let ours = "provisioner-crash-s3";
            lambda.remove_permission().function_name(FUNCTION).statement_id(ours).send().await.unwrap();
            let open = lambda.add_permission().function_name(FUNCTION).statement_id(ours);
            open.action("lambda:InvokeFunction").principal(principal).send().await.unwrap();
        });
        narrows_first(&stage, &of_team(&principal.replace('*', "media")), narrow);
        stage.run(&["plan", "--detailed-exitcode"]).ok();
    }
}

#[test]
fn a_bucket_that_was_opened_is_closed_before_anything_else_is_changed() {
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    let s3 = &stage.aws.s3;
    stage.wait(async {
        s3.delete_public_access_block().bucket(SOURCE).send().await.unwrap();
        s3.delete_bucket_policy().bucket(DESTINATION).send().await.unwrap();
    });
    let more = PLAIN.replace("read-only", "read-write") + "\n[tags]\nteam = \"media\"\n";
    narrows_first(&stage, &more, &[("PutPublicAccessBlock", SOURCE), ("PutBucketPolicy", DESTINATION)]);
}
