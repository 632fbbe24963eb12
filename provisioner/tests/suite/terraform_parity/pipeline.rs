//! D: what Terraform made works: a picture goes through it, and everybody has the rights of the configuration
//! and no others, with the keys that Terraform made.

use engine::config::BucketRole;
use serde_json::Value;

use super::ground::{CONFIG, ground};
use testkit::access::{self, Clients};
use testkit::clean_copy::clean_copy;
use testkit::one_pixel::{CANARY, exif, picture};

/// Beside those of the shipped configuration.
const MORE_USERS: &str = r#"
[[users]]
name = "drop-box"
bucket = "source"
access = "write-only"
[[users]]
name = "fenced"
bucket = "destination"
access = "read-only"
prefix = "albums/"
"#;

#[tokio::test]
async fn what_terraform_made_cleans_pictures_and_gives_the_same_rights() {
    let Some(ground) = ground(&format!("{CONFIG}{MORE_USERS}")).await else { return };
    std::fs::write(ground.path("terraform/keys.auto.tfvars"), "create_access_keys = true\n").unwrap();
    ground.apply();
    let plan = ground.plan();
    assert_eq!(plan.code, 0, "keys are nobody's business but the users'\n{}", plan.out);
    let aws = ground.aws().await;
    let stack = ground.stack(&aws);
    let keys: Value =
        serde_json::from_str(&ground.terraform(&["output", "-json", "access_keys"]).out).unwrap();
    let keys = keys.as_object().unwrap().iter().map(|(user, key)| {
        let of = |name: &str| key[name].as_str().unwrap();
        (user.clone(), aws.s3_as(of("access_key_id"), of("secret_access_key")))
    });
    let clients: Clients = keys.collect();
    access::of_shipped_users(&aws, &stack, &clients).await;
    access::of_drop_box_and_fence(&aws, &stack, &clients["drop-box"], &clients["fenced"]).await;

    let (source, destination) =
        (stack.names.bucket(BucketRole::Source), stack.names.bucket(BucketRole::Destination));
    let picture = picture(&[exif()], CANARY);
    clients["drop-box"].put_object().bucket(source).key("a b.jpg").body(picture.into()).send().await.unwrap();
    let clean = clean_copy(&aws, destination, "a b.jpg").await.expect("the clean picture did not appear");
    let clean = clean.body.collect().await.unwrap().into_bytes();
    assert!(clean.starts_with(&[0xFF, 0xD8]), "not a picture");
    assert!(!clean.windows(CANARY.len()).any(|window| window == CANARY), "it leaks");

    // Last, as it changes who may assume the role.
    access::of_the_role(&aws, &stack, &ground.local).await;
    assert_eq!(ground.terraform_plan().0.into_keys().collect::<Vec<_>>(), ["aws_iam_role.function"]);
}
