//! Each aspect that drifts is seen by `plan` and healed by `up`.

use std::collections::HashMap;

use aws_sdk_lambda::operation::update_function_configuration::builders::UpdateFunctionConfigurationFluentBuilder;
use aws_sdk_lambda::types::{
    DeadLetterConfig, Environment, EphemeralStorage, LoggingConfig, TracingConfig, TracingMode, VpcConfig,
};
use aws_sdk_s3::types::{
    BucketCannedAcl, BucketVersioningStatus, NotificationConfiguration, ObjectOwnership, OwnershipControls,
    OwnershipControlsRule, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag, Tagging, VersioningConfiguration,
};
use engine::aws::Aws;
use engine::config::BucketRole;
use engine::stack::Stack;
use futures::future::BoxFuture;

use super::stage::Stage;

/// One thing that somebody does by hand.
struct Drift {
    name: &'static str,
    by_hand: for<'a> fn(&'a Aws, &'a Stack) -> BoxFuture<'a, ()>,
    /// Words that the plan must have.
    plan_says: &'static str,
}

/// A table of [`Drift`]s: `"name": |aws, stack| { what is done } => "what the plan says";`
macro_rules! drifts {
    ($($name:literal: |$aws:ident, $stack:ident| $by_hand:block => $plan_says:literal;)+) => {
        &[$(Drift {
            name: $name,
            by_hand: |$aws, $stack| Box::pin(async move { $by_hand }),
            plan_says: $plan_says,
        }),+]
    };
}

const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
const ANYBODY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}"#;
const PUBLIC: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"BUCKET/*"}]}"#;

const DRIFTS: &[Drift] = drifts! {
    "public access block deleted": |aws, stack| {
        aws.s3.delete_public_access_block().bucket(source(stack)).send().await.unwrap();
    } => "public access";
    "ACLs switched on": |aws, stack| {
        let rule = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::ObjectWriter).build();
        let controls = OwnershipControls::builder().rules(rule.unwrap()).build().unwrap();
        let put = aws.s3.put_bucket_ownership_controls().bucket(source(stack)).ownership_controls(controls);
        put.send().await.unwrap();
        // With a grant in the ACL, S3 refuses to switch ACLs off.
        let acl = BucketCannedAcl::from("log-delivery-write");
        aws.s3.put_bucket_acl().bucket(source(stack)).acl(acl).send().await.unwrap();
    } => "object ownership: ObjectWriter -> BucketOwnerEnforced  (what the ACL grants goes: WRITE to LogDelivery, \
          READ_ACP to LogDelivery)";
    "versioning suspended": |aws, stack| {
        let off = VersioningConfiguration::builder().status(BucketVersioningStatus::Suspended).build();
        let put = aws.s3.put_bucket_versioning().bucket(source(stack)).versioning_configuration(off);
        put.send().await.unwrap();
    } => "versioning";
    "bucket policy deleted": |aws, stack| {
        aws.s3.delete_bucket_policy().bucket(source(stack)).send().await.unwrap();
    } => "bucket policy";
    "lifecycle deleted": |aws, stack| {
        aws.s3.delete_bucket_lifecycle().bucket(source(stack)).send().await.unwrap();
    } => "lifecycle";
    "bucket tag changed": |aws, stack| {
        // The mark stays, so that the bucket is still ours.
        let mark = Tag::builder().key("provisioner:stack").value(&stack.config.stack).build().unwrap();
        let other = Tag::builder().key("team").value("wrong").build().unwrap();
        let tagging = Tagging::builder().tag_set(mark).tag_set(other).build().unwrap();
        aws.s3.put_bucket_tagging().bucket(source(stack)).tagging(tagging).send().await.unwrap();
    } => "tags";
    "notifications deleted": |aws, stack| {
        let put = aws.s3.put_bucket_notification_configuration().bucket(source(stack));
        let empty = NotificationConfiguration::builder().build();
        put.notification_configuration(empty).send().await.unwrap();
    } => "entries";
    "log retention deleted": |aws, stack| {
        aws.logs.delete_retention_policy().log_group_name(&stack.names.log_group).send().await.unwrap();
    } => "retention";
    "role's policy widened": |aws, stack| {
        let put = aws.iam.put_role_policy().role_name(stack.names.role());
        put.policy_name(&stack.names.inline_policy).policy_document(EVERYTHING).send().await.unwrap();
    } => "inline policy";
    "another policy on the role": |aws, stack| {
        let put = aws.iam.put_role_policy().role_name(stack.names.role()).policy_name("extra");
        put.policy_document(EVERYTHING).send().await.unwrap();
    } => "(named extra, not in config.toml)";
    "another policy on a user": |aws, stack| {
        // A name that looks like ours makes it no policy of ours.
        let put = aws.iam.put_user_policy().user_name(user(stack)).policy_name("provisioner-extra");
        put.policy_document(EVERYTHING).send().await.unwrap();
    } => "- inline policy: may do s3:* on EVERYTHING  (named provisioner-extra, not in config.toml)";
    "user's policy deleted": |aws, stack| {
        let delete = aws.iam.delete_user_policy().user_name(user(stack));
        delete.policy_name(&stack.names.inline_policy).send().await.unwrap();
    } => "inline policy";
    "memory changed": |aws, stack| {
        configure(aws, stack, |update| update.memory_size(256)).await;
    } => "memory: 256 MB -> 1024 MB";
    "environment changed": |aws, stack| {
        let variables = HashMap::from([("SOURCE_BUCKET".to_owned(), "other".to_owned())]);
        let environment = Environment::builder().set_variables(Some(variables)).build();
        configure(aws, stack, |update| update.environment(environment)).await;
    } => "$SOURCE_BUCKET";
    "function policy deleted": |aws, stack| {
        let remove = aws.lambda.remove_permission().function_name(&stack.names.function);
        let sid = engine::stack::permission_statement_id(&stack.config.stack);
        remove.statement_id(sid).send().await.unwrap();
    } => "function policy";
    "everybody may invoke": |aws, stack| {
        let add = aws.lambda.add_permission().function_name(&stack.names.function).statement_id("everybody");
        add.principal("*").action("lambda:InvokeFunction").send().await.unwrap();
    } => "everybody";
    "concurrency limited": |aws, stack| {
        let put = aws.lambda.put_function_concurrency().function_name(&stack.names.function);
        put.reserved_concurrent_executions(1).send().await.unwrap();
    } => "reserved concurrency";
    "function deleted": |aws, stack| {
        aws.lambda.delete_function().function_name(&stack.names.function).send().await.unwrap();
    } => "+ function";
    "user's mark taken off": |aws, stack| {
        aws.iam.untag_user().user_name(user(stack)).tag_keys("provisioner:stack").send().await.unwrap();
    } => "tags";
    "log group deleted": |aws, stack| {
        aws.logs.delete_log_group().log_group_name(&stack.names.log_group).send().await.unwrap();
    } => "+ log group";
    "encryption with a key": |aws, stack| {
        encrypt(aws, stack, ServerSideEncryption::AwsKms, None).await;
    } => "encryption: aws:kms -> AES256";
    "anybody may assume the role": |aws, stack| {
        let update = aws.iam.update_assume_role_policy().role_name(stack.names.role());
        update.policy_document(ANYBODY).send().await.unwrap();
    } => "trust policy";
    "function tag changed": |aws, stack| {
        let arn = stack.names.function_arn();
        aws.lambda.tag_resource().resource(arn).tags("team", "wrong").send().await.unwrap();
    } => "tags: team=wrong -> team=media";
    "clean pictures made public": |aws, stack| {
        let (bucket, arn) =
            (stack.names.bucket(BucketRole::Destination), stack.names.bucket_arn(BucketRole::Destination));
        // The public access block refuses a public policy, so that goes first, as an attacker would do it.
        aws.s3.delete_public_access_block().bucket(bucket).send().await.unwrap();
        let policy = PUBLIC.replace("BUCKET", &arn);
        aws.s3.put_bucket_policy().bucket(bucket).policy(policy).send().await.unwrap();
    } => "bucket policy";
    "description changed": |aws, stack| {
        configure(aws, stack, |update| update.description("mine")).await;
    } => "description: \"mine\" -> \"Removes";
    "tracing switched on": |aws, stack| {
        let active = TracingConfig::builder().mode(TracingMode::Active).build();
        configure(aws, stack, |update| update.tracing_config(active)).await;
    } => "tracing: Active -> PassThrough";
    "more scratch space": |aws, stack| {
        let more = EphemeralStorage::builder().size(1024).build().unwrap();
        configure(aws, stack, |update| update.ephemeral_storage(more)).await;
    } => "ephemeral storage: 1024 MB -> 512 MB";
    "put into a VPC": |aws, stack| {
        let vpc = VpcConfig::builder().subnet_ids("subnet-1").security_group_ids("sg-1").build();
        configure(aws, stack, |update| update.vpc_config(vpc)).await;
    } => "VPC subnets: subnet-1 -> none";
    "logs sent elsewhere": |aws, stack| {
        let elsewhere = LoggingConfig::builder().log_group("/theirs").build();
        configure(aws, stack, |update| update.logging_config(elsewhere)).await;
    } => "log group: /theirs -> /aws/lambda/photos-sanitizer";
    "failed events sent elsewhere": |aws, stack| {
        let queue = DeadLetterConfig::builder().target_arn("arn:aws:sqs:us-east-1:000000000000:theirs").build();
        configure(aws, stack, |update| update.dead_letter_config(queue)).await;
    } => "theirs -> none";
    "environment encrypted with another key": |aws, stack| {
        let key = "arn:aws:kms:us-east-1:000000000000:key/theirs";
        configure(aws, stack, |update| update.kms_key_arn(key)).await;
    } => "key/theirs -> none";
    "longer sessions of the role": |aws, stack| {
        let update = aws.iam.update_role().role_name(stack.names.role());
        update.max_session_duration(43200).send().await.unwrap();
    } => "longest session: 43200 s -> ";
    "a bucket key": |aws, stack| {
        encrypt(aws, stack, ServerSideEncryption::Aes256, Some(true)).await;
    } => "encryption: AES256 (with a bucket key) -> AES256";
};

fn source(stack: &Stack) -> &str {
    stack.names.bucket(BucketRole::Source)
}

fn user(stack: &Stack) -> String {
    stack.names.user("user-a")
}

async fn configure(
    aws: &Aws,
    stack: &Stack,
    change: impl FnOnce(UpdateFunctionConfigurationFluentBuilder) -> UpdateFunctionConfigurationFluentBuilder,
) {
    let update = aws.lambda.update_function_configuration().function_name(&stack.names.function);
    change(update).send().await.unwrap();
}

async fn encrypt(aws: &Aws, stack: &Stack, algorithm: ServerSideEncryption, bucket_key: Option<bool>) {
    let default = ServerSideEncryptionByDefault::builder().sse_algorithm(algorithm).build().unwrap();
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(default)
        .set_bucket_key_enabled(bucket_key)
        .build();
    let encryption = ServerSideEncryptionConfiguration::builder().rules(rule).build().unwrap();
    let put = aws.s3.put_bucket_encryption().bucket(source(stack));
    put.server_side_encryption_configuration(encryption).send().await.unwrap();
}

#[tokio::test]
async fn what_drifted_is_seen_by_plan_and_healed_by_up() {
    let stage = Stage::new().await;
    stage.configure(&super::stage::CONFIG.replace("# team = \"media\"", "team = \"media\""));
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    for Drift { name, by_hand, plan_says } in DRIFTS {
        by_hand(&aws, &stack).await;
        let plan = stage.run(&["plan", "--detailed-exitcode", "-v"]);
        assert_eq!(plan.code, 2, "{name}: not seen\n{}{}", plan.out, plan.err);
        assert!(plan.out.contains(plan_says), "{name}: the plan does not say {plan_says:?}\n{}", plan.out);
        stage.ok(&["up", "--yes"]);
        let healed = stage.plan();
        assert_eq!(healed.code, 0, "{name}: not healed\n{}", healed.out);
    }
}

#[tokio::test]
async fn a_user_that_left_the_configuration_is_gone_after_up() {
    let stage = Stage::new().await;
    let more = "[[users]]\nname = \"guest\"\nbucket = \"destination\"\naccess = \"read-only\"\n";
    stage.configure(&format!("{}\n{more}", super::stage::CONFIG));
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let guest = "photos-guest";
    aws.iam.create_access_key().user_name(guest).send().await.unwrap();
    stage.configure(super::stage::CONFIG);
    let plan = stage.plan();
    assert!(plan.code == 2 && plan.out.contains("- user photos-guest"), "{}", plan.out);
    stage.ok(&["up", "--yes"]);
    assert!(aws.iam.get_user().user_name(guest).send().await.is_err());
}
