//! Each aspect that drifts is seen by `plan` and healed by `up`.

use std::collections::HashMap;

use aws_sdk_lambda::types::{EphemeralStorage, LoggingConfig, TracingConfig, TracingMode, VpcConfig};
use aws_sdk_s3::types::{
    BucketCannedAcl, BucketVersioningStatus, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule, Tag, Tagging, VersioningConfiguration,
};
use engine::aws::Aws;
use engine::config::BucketRole;
use engine::stack::Stack;

use super::stage::Stage;

/// Makes one thing differ; returns a word that the plan must have.
async fn drift(number: usize, aws: &Aws, stack: &Stack) -> Option<&'static str> {
    let bucket = stack.names.bucket(BucketRole::Source);
    let (role, function) = (stack.names.role(), stack.names.function.as_str());
    let user = stack.names.user("user-a");
    let wide = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    Some(match number {
        0 => {
            aws.s3.delete_public_access_block().bucket(bucket).send().await.unwrap();
            "public access"
        }
        1 => {
            let rule = OwnershipControlsRule::builder()
                .object_ownership(ObjectOwnership::ObjectWriter)
                .build()
                .unwrap();
            let controls = OwnershipControls::builder().rules(rule).build().unwrap();
            let put = aws.s3.put_bucket_ownership_controls().bucket(bucket).ownership_controls(controls);
            put.send().await.unwrap();
            // With a grant in the ACL, S3 refuses to switch ACLs off.
            let acl = BucketCannedAcl::from("log-delivery-write");
            aws.s3.put_bucket_acl().bucket(bucket).acl(acl).send().await.unwrap();
            "object ownership: ObjectWriter -> BucketOwnerEnforced  (what the ACL grants goes: WRITE to LogDelivery, \
             READ_ACP to LogDelivery)"
        }
        2 => {
            let off = VersioningConfiguration::builder().status(BucketVersioningStatus::Suspended).build();
            aws.s3.put_bucket_versioning().bucket(bucket).versioning_configuration(off).send().await.unwrap();
            "versioning"
        }
        3 => {
            aws.s3.delete_bucket_policy().bucket(bucket).send().await.unwrap();
            "bucket policy"
        }
        4 => {
            aws.s3.delete_bucket_lifecycle().bucket(bucket).send().await.unwrap();
            "lifecycle"
        }
        5 => {
            // The mark stays, so that the bucket is still ours.
            let mark = Tag::builder().key("provisioner:stack").value(&stack.config.stack).build().unwrap();
            let other = Tag::builder().key("team").value("wrong").build().unwrap();
            let tagging = Tagging::builder().tag_set(mark).tag_set(other).build().unwrap();
            aws.s3.put_bucket_tagging().bucket(bucket).tagging(tagging).send().await.unwrap();
            "tags"
        }
        6 => {
            let empty = aws_sdk_s3::types::NotificationConfiguration::builder().build();
            let put = aws
                .s3
                .put_bucket_notification_configuration()
                .bucket(bucket)
                .notification_configuration(empty);
            put.send().await.unwrap();
            "entries"
        }
        7 => {
            aws.logs.delete_retention_policy().log_group_name(&stack.names.log_group).send().await.unwrap();
            "retention"
        }
        8 => {
            let put = aws.iam.put_role_policy().role_name(role).policy_name(&stack.names.inline_policy);
            put.policy_document(wide).send().await.unwrap();
            "inline policy"
        }
        9 => {
            let put = aws.iam.put_role_policy().role_name(role).policy_name("extra").policy_document(wide);
            put.send().await.unwrap();
            "extra"
        }
        10 => {
            // A name that looks like ours makes it no policy of ours.
            let name = "provisioner-extra";
            let put = aws.iam.put_user_policy().user_name(&user).policy_name(name).policy_document(wide);
            put.send().await.unwrap();
            "inline policy: provisioner-extra  (not in config.toml)"
        }
        11 => {
            aws.iam
                .delete_user_policy()
                .user_name(&user)
                .policy_name(&stack.names.inline_policy)
                .send()
                .await
                .unwrap();
            "inline policy"
        }
        12 => {
            aws.lambda
                .update_function_configuration()
                .function_name(function)
                .memory_size(256)
                .send()
                .await
                .unwrap();
            "memory 256 MB -> memory 1024 MB"
        }
        13 => {
            let environment = aws_sdk_lambda::types::Environment::builder()
                .set_variables(Some(HashMap::from([("SOURCE_BUCKET".to_owned(), "other".to_owned())])))
                .build();
            let update =
                aws.lambda.update_function_configuration().function_name(function).environment(environment);
            update.send().await.unwrap();
            "$SOURCE_BUCKET"
        }
        14 => {
            let sid = engine::stack::permission_statement_id(&stack.config.stack);
            aws.lambda.remove_permission().function_name(function).statement_id(sid).send().await.unwrap();
            "function policy"
        }
        15 => {
            let add = aws.lambda.add_permission().function_name(function).statement_id("everybody");
            add.principal("*").action("lambda:InvokeFunction").send().await.unwrap();
            "everybody"
        }
        16 => {
            aws.lambda
                .put_function_concurrency()
                .function_name(function)
                .reserved_concurrent_executions(1)
                .send()
                .await
                .unwrap();
            "reserved concurrency"
        }
        17 => {
            aws.lambda.delete_function().function_name(function).send().await.unwrap();
            "+ function"
        }
        18 => {
            aws.iam.untag_user().user_name(&user).tag_keys("provisioner:stack").send().await.unwrap();
            "tags"
        }
        19 => {
            aws.logs.delete_log_group().log_group_name(&stack.names.log_group).send().await.unwrap();
            "+ log group"
        }
        20 => {
            let kms = ServerSideEncryptionByDefault::builder()
                .sse_algorithm(ServerSideEncryption::AwsKms)
                .build()
                .unwrap();
            let rule =
                ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(kms).build();
            let encryption = ServerSideEncryptionConfiguration::builder().rules(rule).build().unwrap();
            let put = aws
                .s3
                .put_bucket_encryption()
                .bucket(bucket)
                .server_side_encryption_configuration(encryption);
            put.send().await.unwrap();
            "encryption: aws:kms -> AES256"
        }
        21 => {
            let anybody = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}"#;
            aws.iam
                .update_assume_role_policy()
                .role_name(role)
                .policy_document(anybody)
                .send()
                .await
                .unwrap();
            "trust policy"
        }
        22 => {
            let arn = stack.names.function_arn();
            aws.lambda.tag_resource().resource(arn).tags("team", "wrong").send().await.unwrap();
            "tags: team=wrong -> team=media"
        }
        23 => {
            let wide = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"BUCKET/*"}]}"#;
            let arn = stack.names.bucket_arn(BucketRole::Destination);
            let put = aws.s3.put_bucket_policy().bucket(stack.names.bucket(BucketRole::Destination));
            // The public access block refuses a public policy, so that goes first, as an attacker would do it.
            let open =
                aws.s3.delete_public_access_block().bucket(stack.names.bucket(BucketRole::Destination));
            open.send().await.unwrap();
            put.policy(wide.replace("BUCKET", &arn)).send().await.unwrap();
            "bucket policy"
        }
        24..=30 => {
            let update = aws.lambda.update_function_configuration().function_name(function);
            let (update, word) = match number {
                24 => (update.description("mine"), "description \"mine\" -> description \"Removes"),
                25 => (
                    update.tracing_config(TracingConfig::builder().mode(TracingMode::Active).build()),
                    "tracing Active -> tracing PassThrough",
                ),
                26 => (
                    update.ephemeral_storage(EphemeralStorage::builder().size(1024).build().unwrap()),
                    "ephemeral storage 1024 MB -> ephemeral storage 512 MB",
                ),
                27 => (
                    update.vpc_config(
                        VpcConfig::builder().subnet_ids("subnet-1").security_group_ids("sg-1").build(),
                    ),
                    "VPC subnets subnet-1 -> VPC subnets none",
                ),
                28 => (
                    update.logging_config(LoggingConfig::builder().log_group("/theirs").build()),
                    "log group /theirs -> log group /aws/lambda/photos-sanitizer",
                ),
                29 => {
                    let queue = aws_sdk_lambda::types::DeadLetterConfig::builder()
                        .target_arn("arn:aws:sqs:us-east-1:000000000000:theirs");
                    (update.dead_letter_config(queue.build()), "theirs -> dead letter target none")
                }
                _ => (
                    update.kms_key_arn("arn:aws:kms:us-east-1:000000000000:key/theirs"),
                    "key/theirs -> KMS key none",
                ),
            };
            update.send().await.unwrap();
            word
        }
        31 => {
            aws.iam.update_role().role_name(role).max_session_duration(43200).send().await.unwrap();
            "sessions of 43200 s -> "
        }
        32 => {
            let default =
                ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256);
            let rule = ServerSideEncryptionRule::builder()
                .apply_server_side_encryption_by_default(default.build().unwrap())
                .bucket_key_enabled(true);
            let encryption =
                ServerSideEncryptionConfiguration::builder().rules(rule.build()).build().unwrap();
            let put = aws.s3.put_bucket_encryption().bucket(bucket);
            put.server_side_encryption_configuration(encryption).send().await.unwrap();
            "encryption: AES256 (with a bucket key) -> AES256"
        }
        _ => return None,
    })
}

#[tokio::test]
async fn what_drifted_is_seen_by_plan_and_healed_by_up() {
    let stage = Stage::new().await;
    stage.configure(&super::stage::CONFIG.replace("# team = \"media\"", "team = \"media\""));
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    let mut number = 0;
    while let Some(word) = drift(number, &aws, &stack).await {
        let plan = stage.run(&["plan", "--detailed-exitcode", "-v"]);
        assert_eq!(plan.code, 2, "drift {number} is not seen\n{}{}", plan.out, plan.err);
        assert!(plan.out.contains(word), "drift {number}: the plan does not say {word:?}\n{}", plan.out);
        stage.ok(&["up", "--yes"]);
        let healed = stage.plan();
        assert_eq!(healed.code, 0, "drift {number} is not healed\n{}", healed.out);
        number += 1;
    }
    assert_eq!(number, 33);
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
