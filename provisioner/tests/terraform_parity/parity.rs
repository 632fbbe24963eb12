//! A: what Terraform made, provisioner would not change. B: what provisioner
//! made, Terraform imports and would not change. Both made the same. E: each
//! removes what the other made. For several configurations.

use std::time::{Duration, Instant};

use provisioner::config::BucketRole;
use provisioner::policy;
use provisioner::world::World;
use serde_json::Value;

use crate::ground::{CONFIG, Ground, Planned, ground};

/// A picture as small as can be: 8 x 8 pixels of grey, and a comment.
fn picture() -> Vec<u8> {
    let mut jpeg = vec![0xFF, 0xD8];
    let mut segment = |marker: u8, payload: &[u8]| {
        jpeg.extend([0xFF, marker]);
        jpeg.extend((payload.len() as u16 + 2).to_be_bytes());
        jpeg.extend(payload);
    };
    segment(0xFE, b"CANARY");
    segment(0xDB, &[&[0][..], &[1; 64]].concat());
    segment(0xC0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]);
    segment(0xC4, &[&[0x00, 1][..], &[0; 15], &[0]].concat());
    segment(0xC4, &[&[0x10, 1][..], &[0; 15], &[0]].concat());
    segment(0xDA, &[1, 1, 0, 0, 63, 0]);
    jpeg.extend([0b0011_1111, 0xFF, 0xD9]);
    jpeg
}

/// Both worlds with their policies in one form, so that they can be compared.
fn assert_same(terraform: &World, provisioner: &World) {
    // Terraform and provisioner write the same policies in other words.
    let mut terraform = terraform.clone();
    let mut pairs: Vec<(&mut Value, Value)> = Vec::new();
    for (left, right) in
        [(&mut terraform.source, &provisioner.source), (&mut terraform.destination, &provisioner.destination)]
    {
        let provisioner::resources::bucket::Observation::Present(left) = left else { panic!("no bucket") };
        pairs.push((left.policy.as_mut().unwrap(), right.present().unwrap().policy.clone().unwrap()));
    }
    let (left, right) = (terraform.role.as_mut().unwrap(), provisioner.role.as_ref().unwrap());
    pairs.push((&mut left.trust, right.trust.clone()));
    pairs.push((left.policy.as_mut().unwrap(), right.policy.clone().unwrap()));
    for (name, left) in &mut terraform.users {
        let right = provisioner.users[name].as_ref().unwrap().policy.clone().unwrap();
        pairs.push((left.as_mut().unwrap().policy.as_mut().unwrap(), right));
    }
    for (left, right) in pairs {
        assert!(policy::same(left, &right), "{left}\n{right}");
        *left = right;
    }
    assert_eq!(terraform.permission.len(), 1);
    assert!(policy::same_statement(&terraform.permission[0], &provisioner.permission[0]));
    terraform.permission = provisioner.permission.clone();
    assert_eq!(&terraform, provisioner);
}

async fn terraform_first(ground: &Ground) -> World {
    ground.apply();
    let plan = ground.plan();
    assert_eq!(plan.code, 0, "provisioner would change what Terraform made\n{}", plan.out);
    assert_eq!(ground.terraform_plan(), (Planned::new(), 0), "Terraform would change what it made itself");
    let world = ground.world().await;
    ground.provisioner(&["down", "--yes", "--delete-data"]);
    Ground::assert_empty(&ground.world().await);
    std::fs::remove_file(ground.path("terraform/terraform.tfstate")).unwrap();
    world
}

async fn provisioner_first(ground: &Ground) -> World {
    ground.provisioner(&["up", "--yes"]);
    let world = ground.world().await;
    ground.provisioner(&["export", "imports"]);
    let (changes, imported) = ground.terraform_plan();
    assert!(changes.is_empty(), "Terraform would change what provisioner made: {changes:#?}");
    let blocks = std::fs::read_to_string(ground.path("terraform/imports.tf")).unwrap();
    assert_eq!(imported, blocks.matches("import {").count() as u64);
    // Everything that the HCL has is imported: there was nothing to create.
    ground.apply();
    assert_eq!(ground.plan().code, 0);
    std::fs::remove_file(ground.path("terraform/imports.tf")).unwrap();
    assert_eq!(ground.terraform_plan(), (Planned::new(), 0));
    // Without the override Terraform learns where the package is, and uploads it.
    std::fs::remove_file(ground.path("terraform/imports_override.tf")).unwrap();
    let (changes, _) = ground.terraform_plan();
    assert_eq!(changes.keys().collect::<Vec<_>>(), ["aws_lambda_function.sanitizer"]);
    ground.apply();
    assert_eq!(ground.plan().code, 0);
    ground.destroy();
    Ground::assert_empty(&ground.world().await);
    world
}

/// The same configuration in both directions.
async fn both_ways(config: &str) {
    let Some(ground) = ground(config).await else { return };
    // Boxed: the futures of so many calls are too large for a test's stack.
    let made_by_provisioner = Box::pin(provisioner_first(&ground)).await;
    let made_by_terraform = Box::pin(terraform_first(&ground)).await;
    assert_same(&made_by_terraform, &made_by_provisioner);
}

#[tokio::test]
async fn as_shipped() {
    both_ways(CONFIG).await;
}

#[tokio::test]
async fn without_versions_and_users_with_every_limit() {
    both_ways(
        r#"
        stack = "abc"
        account = "000000000000"
        region = "us-east-1"
        [tags]
        team = "media"
        "cost centre" = "é/1"
        [source]
        bucket = "{region}-{stack}-in"
        versioning = false
        expire_days = 3
        abort_multipart_days = "never"
        [destination]
        versioning = false
        abort_multipart_days = "never"
        [function]
        memory = 512
        timeout = 9
        log_retention_days = 7
        reserved_concurrency = 5
        keep_user_metadata = true
        orientation = "drop"
        environment = { RUST_LOG = "info" }
        [trigger]
        prefix = "incoming/"
        suffixes = [".png", ".JPG", "-raw.webp"]
        "#,
    )
    .await;
}

#[tokio::test]
async fn with_keys_and_five_users() {
    let mut config = r#"
        stack = "five"
        [source]
        encryption = "aws:kms"
        kms_key = "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        noncurrent_days = "never"
        [destination]
        encryption = "aws:kms"
        kms_key = "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ac"
        expire_days = 400
        "#
    .to_owned();
    for (name, bucket, access, prefix) in [
        ("one", "source", "read-write", ""),
        ("Two", "source", "write-only", "in/"),
        ("three+3", "destination", "read-only", "albums/"),
        ("four@example.org", "destination", "read-write", "x"),
        ("five", "source", "read-only", ""),
    ] {
        config.push_str(&format!(
            "[[users]]\nname = \"{name}\"\nbucket = \"{bucket}\"\naccess = \"{access}\"\nprefix = \"{prefix}\"\n"
        ));
    }
    both_ways(&config).await;
}

#[tokio::test]
async fn a_picture_goes_through_what_terraform_made() {
    let Some(ground) = ground(CONFIG).await else { return };
    ground.apply();
    let aws = ground.aws().await;
    let stack = ground.stack(&aws);
    let (source, destination) =
        (stack.names.bucket(BucketRole::Source), stack.names.bucket(BucketRole::Destination));
    aws.s3.put_object().bucket(source).key("a b.jpg").body(picture().into()).send().await.unwrap();
    let start = Instant::now();
    let clean = loop {
        if let Ok(object) = aws.s3.get_object().bucket(destination).key("a b.jpg").send().await {
            break object.body.collect().await.unwrap().into_bytes();
        }
        assert!(start.elapsed() < Duration::from_secs(30), "the clean picture did not appear");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert!(clean.starts_with(&[0xFF, 0xD8]) && !clean.windows(6).any(|window| window == b"CANARY"));
}
