//! C: what drifts is seen by both.

use std::collections::HashMap;

use aws_sdk_lambda::types::Environment;
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketVersioningStatus, ExpirationStatus, LifecycleExpiration,
    LifecycleRule, LifecycleRuleFilter, NotificationConfiguration, ObjectOwnership, OwnershipControls,
    OwnershipControlsRule, PublicAccessBlockConfiguration, Tag, Tagging, VersioningConfiguration,
};
use provisioner::aws::Aws;
use provisioner::config::BucketRole;
use provisioner::stack::Stack;

use crate::ground::{CONFIG, Planned, ground};

const WIDE: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;

/// What `provisioner plan` calls an aspect, and Terraform's resource for it.
const SEEN: &[(&str, &str)] = &[
    ("public access", "aws_s3_bucket_public_access_block.this[\"source\"]"),
    ("object ownership", "aws_s3_bucket_ownership_controls.this[\"source\"]"),
    ("versioning", "aws_s3_bucket_versioning.this[\"source\"]"),
    ("bucket policy", "aws_s3_bucket_policy.this[\"source\"]"),
    ("lifecycle", "aws_s3_bucket_lifecycle_configuration.this[\"source\"]"),
    ("team=wrong", "aws_s3_bucket.this[\"destination\"]"),
    ("entries", "aws_s3_bucket_notification.source"),
    ("retention", "aws_cloudwatch_log_group.function"),
    ("trust policy", "aws_iam_role.function"),
    ("inline policy", "aws_iam_role_policy.function"),
    ("extra-of-role", "aws_iam_role_policies_exclusive.function"),
    ("ReadOnlyAccess", "aws_iam_role_policy_attachments_exclusive.function"),
    ("memory 256 MB", "aws_lambda_function.sanitizer"),
    ("statement", "aws_lambda_permission.s3"),
    ("extra-of-user", "aws_iam_user_policies_exclusive.this[\"user-a\"]"),
    ("s3:*", "aws_iam_user_policy.this[\"user-b\"]"),
];

#[tokio::test]
async fn what_drifted_is_seen_by_both() {
    let config = CONFIG.replace("# team = \"media\"", "team = \"media\"");
    let Some(ground) = ground(&config).await else { return };
    ground.provisioner(&["up", "--yes"]);
    ground.provisioner(&["export", "imports"]);
    ground.apply();
    let aws = ground.aws().await;
    let stack = ground.stack(&aws);
    of_buckets(&aws, &stack).await;
    of_principals(&aws, &stack).await;
    of_function(&aws, &stack).await;

    let plan = ground.plan();
    let (changes, _) = ground.terraform_plan();
    for (word, address) in SEEN {
        assert!(plan.out.contains(word), "provisioner does not see {word}\n{}", plan.out);
        assert!(changes.contains_key(*address), "Terraform does not see {address}\n{changes:#?}");
    }
    ground.provisioner(&["up", "--yes"]);
    assert_eq!(ground.plan().code, 0);
    assert_eq!(ground.terraform_plan(), (Planned::new(), 0), "healed by provisioner, as Terraform sees it");
}

async fn of_buckets(aws: &Aws, stack: &Stack) {
    let (s3, bucket) = (&aws.s3, stack.names.bucket(BucketRole::Source));
    let open =
        PublicAccessBlockConfiguration::builder().block_public_acls(true).block_public_policy(false).build();
    let put = s3.put_public_access_block().bucket(bucket).public_access_block_configuration(open);
    put.send().await.unwrap();
    let rule =
        OwnershipControlsRule::builder().object_ownership(ObjectOwnership::ObjectWriter).build().unwrap();
    let controls = OwnershipControls::builder().rules(rule).build().unwrap();
    s3.put_bucket_ownership_controls().bucket(bucket).ownership_controls(controls).send().await.unwrap();
    let off = VersioningConfiguration::builder().status(BucketVersioningStatus::Suspended).build();
    s3.put_bucket_versioning().bucket(bucket).versioning_configuration(off).send().await.unwrap();
    s3.delete_bucket_policy().bucket(bucket).send().await.unwrap();
    let rule = LifecycleRule::builder()
        .id("provisioner")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("").build())
        .expiration(LifecycleExpiration::builder().days(1).build())
        .build()
        .unwrap();
    let rules = BucketLifecycleConfiguration::builder().rules(rule).build().unwrap();
    s3.put_bucket_lifecycle_configuration()
        .bucket(bucket)
        .lifecycle_configuration(rules)
        .send()
        .await
        .unwrap();
    let none = NotificationConfiguration::builder().build();
    let put = s3.put_bucket_notification_configuration().bucket(bucket).notification_configuration(none);
    put.send().await.unwrap();
    // The mark stays, so that the bucket is still ours.
    let mark = Tag::builder().key("provisioner:stack").value(&stack.config.stack).build().unwrap();
    let other = Tag::builder().key("team").value("wrong").build().unwrap();
    let tagging = Tagging::builder().tag_set(mark).tag_set(other).build().unwrap();
    let destination = stack.names.bucket(BucketRole::Destination);
    s3.put_bucket_tagging().bucket(destination).tagging(tagging).send().await.unwrap();
}

async fn of_principals(aws: &Aws, stack: &Stack) {
    let (iam, role, ours) = (&aws.iam, stack.names.role(), &stack.names.inline_policy);
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    iam.update_assume_role_policy().role_name(role).policy_document(trust).send().await.unwrap();
    iam.put_role_policy().role_name(role).policy_name(ours).policy_document(WIDE).send().await.unwrap();
    let extra = iam.put_role_policy().role_name(role).policy_name("extra-of-role").policy_document(WIDE);
    extra.send().await.unwrap();
    let all = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    iam.attach_role_policy().role_name(role).policy_arn(all).send().await.unwrap();
    let (a, b) = (stack.names.user("user-a"), stack.names.user("user-b"));
    let extra = iam.put_user_policy().user_name(a).policy_name("extra-of-user").policy_document(WIDE);
    extra.send().await.unwrap();
    iam.put_user_policy().user_name(b).policy_name(ours).policy_document(WIDE).send().await.unwrap();
}

async fn of_function(aws: &Aws, stack: &Stack) {
    let name = stack.names.function.as_str();
    let variables = HashMap::from([("SOURCE_BUCKET".to_owned(), "other".to_owned())]);
    let environment = Environment::builder().set_variables(Some(variables)).build();
    let update = aws.lambda.update_function_configuration().function_name(name);
    update.memory_size(256).environment(environment).send().await.unwrap();
    let sid = provisioner::stack::permission_statement_id(&stack.config.stack);
    aws.lambda.remove_permission().function_name(name).statement_id(sid).send().await.unwrap();
    aws.logs.delete_retention_policy().log_group_name(&stack.names.log_group).send().await.unwrap();
}
