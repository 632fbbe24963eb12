//! What `permissions` grants is what is called: no call lacks its right, and no right is without a call.

use std::collections::BTreeSet;

use testkit::one_pixel::{exif, picture};
use testkit::stage::{CHANGED, PLAIN, Stage};

use super::denied::{action, operations};

/// Rights that these runs do not use: for what somebody else must have done before, by resource.
const SELDOM: &[(&str, &[&str])] = &[
    ("a bucket whose ACLs are in force", &["s3:GetBucketAcl", "s3:PutBucketAcl"]),
    ("a bucket whose tags are its access", &["s3:TagResource"]),
    (
        "another boundary, session length or trust than the configuration's",
        &[
            "iam:DeleteRolePermissionsBoundary",
            "iam:DeleteUserPermissionsBoundary",
            "iam:PutRolePermissionsBoundary",
            "iam:PutUserPermissionsBoundary",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
        ],
    ),
    (
        "policies and groups of others",
        &["iam:DetachRolePolicy", "iam:DetachUserPolicy", "iam:RemoveUserFromGroup"],
    ),
    ("a user that is to be adopted", &["iam:UpdateUser"]),
    ("many users", &["iam:GetAccountAuthorizationDetails"]),
    (
        "ways in that somebody has given a user that goes",
        &[
            "iam:DeactivateMFADevice",
            "iam:DeleteSSHPublicKey",
            "iam:DeleteServiceSpecificCredential",
            "iam:DeleteSigningCertificate",
            "iam:DeleteVirtualMFADevice",
        ],
    ),
    ("a statement of ours that differs", &["lambda:RemovePermission"]),
    ("an old key", &["iam:GetAccessKeyLastUsed"]),
    ("an upload in parts that was left", &["s3:AbortMultipartUpload"]),
];

/// What calls need besides the action of their name.
const ALONG: &[(&str, &[&str])] = &[
    ("lambda:CreateFunction", &["lambda:TagResource", "iam:PassRole"]),
    ("lambda:UpdateFunctionConfiguration", &["iam:PassRole"]),
    ("logs:CreateLogGroup", &["logs:TagResource"]),
    ("cloudwatch:PutMetricAlarm", &["cloudwatch:TagResource"]),
    ("iam:CreateRole", &["iam:TagRole"]),
    ("iam:CreateUser", &["iam:TagUser"]),
    ("s3:DeleteObjectVersion", &["s3:DeleteObject"]),
    ("lambda:InvokeFunction", &["lambda:InvokeFunction"]),
];

#[test]
fn what_is_granted_is_what_is_called() {
    let stage = Stage::new();
    stage.file("a.jpg", &picture(&[exif()], b""));
    let plain = format!("{PLAIN}\n[alarms]\n");
    let changed = format!("{CHANGED}\n[alarms]\nerrors = 7\n");
    let granted: serde_json::Value = serde_json::from_str(&stage.run(&["permissions"]).ok().stdout).unwrap();
    let statements = granted["Statement"].as_array().unwrap();
    let granted: BTreeSet<String> = statements
        .iter()
        .flat_map(|one| one["Action"].as_array().unwrap())
        .map(|action| action.as_str().unwrap().to_owned())
        .collect();

    let mut used: BTreeSet<String> = BTreeSet::new();
    for (config, args) in [
        (&plain, &["up", "--yes"][..]),
        (&changed, &["up", "--yes"]),
        (&plain, &["up", "--yes"]),
        (&plain, &["status"]),
        (&plain, &["upload", "a.jpg", "--as", "writer", "--no-wait"]),
        (&plain, &["pending"]),
        (&plain, &["backfill"]),
        (&plain, &["logs"]),
        (&plain, &["keys", "issue", "writer"]),
        (&plain, &["access"]),
        (&plain, &["keys", "list"]),
        (&plain, &["verify", "--timeout", "1"]),
        (&plain, &["down", "--yes", "--delete-data"]),
    ] {
        stage.configure(config);
        for operation in operations(&stage.run(args).calls, |_| true) {
            let action = action(&operation);
            used.extend(
                ALONG
                    .iter()
                    .filter(|(name, _)| *name == action)
                    .flat_map(|(_, more)| *more)
                    .map(|&one| one.to_owned()),
            );
            used.insert(action);
        }
    }
    let seldom = || SELDOM.iter().flat_map(|(_, actions)| *actions).map(|&action| action.to_owned());
    let lacking: Vec<_> = used.difference(&granted).collect();
    assert!(lacking.is_empty(), "called and not granted: {lacking:?}");
    used.extend(seldom());
    let idle: Vec<_> = granted.difference(&used).collect();
    assert!(idle.is_empty(), "granted and not called: {idle:?}");
    assert!(seldom().all(|action| granted.contains(&action)));
}
