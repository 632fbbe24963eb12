//! What somebody changes by hand, past both tools.

use std::collections::HashMap;
use std::io::Write as _;
use std::time::Duration;

use aws_sdk_lambda::client::Waiters as _;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::Environment;
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketVersioningStatus, ExpirationStatus, LifecycleExpiration,
    LifecycleRule, LifecycleRuleFilter, NotificationConfiguration, ObjectOwnership, OwnershipControls,
    OwnershipControlsRule, PublicAccessBlockConfiguration, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag, Tagging,
    VersioningConfiguration,
};
use engine::aws::Aws;
use engine::config::BucketRole;
use engine::stack::Stack;

const WIDE: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
/// AWS's own, so it is in every account.
const MANAGED: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

pub(crate) async fn of_buckets(aws: &Aws, stack: &Stack) {
    let (s3, bucket) = (&aws.s3, stack.names.bucket(BucketRole::Source));
    let open = PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .ignore_public_acls(true)
        .block_public_policy(false)
        .restrict_public_buckets(true)
        .build();
    let put = s3.put_public_access_block().bucket(bucket).public_access_block_configuration(open);
    put.send().await.unwrap();
    let rule =
        OwnershipControlsRule::builder().object_ownership(ObjectOwnership::ObjectWriter).build().unwrap();
    let controls = OwnershipControls::builder().rules(rule).build().unwrap();
    s3.put_bucket_ownership_controls().bucket(bucket).ownership_controls(controls).send().await.unwrap();
    let kms = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::AwsKms).build();
    let rule =
        ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(kms.unwrap()).build();
    let encryption = ServerSideEncryptionConfiguration::builder().rules(rule).build().unwrap();
    let put = s3.put_bucket_encryption().bucket(bucket).server_side_encryption_configuration(encryption);
    put.send().await.unwrap();
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
}

pub(crate) async fn of_what_policies_name(aws: &Aws, stack: &Stack) {
    // The mark stays, so that the bucket is still ours.
    let mark = Tag::builder().key("provisioner:stack").value(&stack.config.stack).build().unwrap();
    let other = Tag::builder().key("team").value("wrong").build().unwrap();
    let tagging = Tagging::builder().tag_set(mark).tag_set(other).build().unwrap();
    let destination = stack.names.bucket(BucketRole::Destination);
    aws.s3.put_bucket_tagging().bucket(destination).tagging(tagging).send().await.unwrap();
    aws.logs.delete_retention_policy().log_group_name(&stack.names.log_group).send().await.unwrap();
    let arn = stack.names.log_group_arn();
    aws.logs.tag_resource().resource_arn(arn).tags("team", "wrong").send().await.unwrap();
}

pub(crate) async fn of_principals(aws: &Aws, stack: &Stack) {
    let (iam, role, ours) = (&aws.iam, stack.names.role(), &stack.names.inline_policy);
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    iam.update_assume_role_policy().role_name(role).policy_document(trust).send().await.unwrap();
    iam.put_role_policy().role_name(role).policy_name(ours).policy_document(WIDE).send().await.unwrap();
    let extra = iam.put_role_policy().role_name(role).policy_name("extra-of-role").policy_document(WIDE);
    extra.send().await.unwrap();
    iam.attach_role_policy().role_name(role).policy_arn(MANAGED).send().await.unwrap();
    iam.update_role().role_name(role).max_session_duration(43200).send().await.unwrap();
    iam.put_role_permissions_boundary().role_name(role).permissions_boundary(MANAGED).send().await.unwrap();
    let wrong = || aws_sdk_iam::types::Tag::builder().key("team").value("wrong").build().unwrap();
    iam.tag_role().role_name(role).tags(wrong()).send().await.unwrap();

    let (a, b) = (&stack.names.user("user-a"), &stack.names.user("user-b"));
    let extra = iam.put_user_policy().user_name(a).policy_name("extra-of-user").policy_document(WIDE);
    extra.send().await.unwrap();
    iam.delete_user_policy().user_name(a).policy_name(ours).send().await.unwrap();
    iam.attach_user_policy().user_name(a).policy_arn(MANAGED).send().await.unwrap();
    iam.put_user_permissions_boundary().user_name(a).permissions_boundary(MANAGED).send().await.unwrap();
    iam.tag_user().user_name(a).tags(wrong()).send().await.unwrap();
    iam.put_user_policy().user_name(b).policy_name(ours).policy_document(WIDE).send().await.unwrap();
}

/// The user `site`, which is a role.
pub(crate) async fn of_user_role(aws: &Aws, stack: &Stack) {
    let (iam, role, ours) = (&aws.iam, &stack.names.user("site"), &stack.names.inline_policy);
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"sts:AssumeRole"}]}"#;
    iam.update_assume_role_policy().role_name(role).policy_document(trust).send().await.unwrap();
    iam.put_role_policy().role_name(role).policy_name(ours).policy_document(WIDE).send().await.unwrap();
    let extra = iam.put_role_policy().role_name(role).policy_name("extra-of-site").policy_document(WIDE);
    extra.send().await.unwrap();
    iam.attach_role_policy().role_name(role).policy_arn(MANAGED).send().await.unwrap();
    iam.update_role().role_name(role).description("by hand").max_session_duration(7200).send().await.unwrap();
    iam.put_role_permissions_boundary().role_name(role).permissions_boundary(MANAGED).send().await.unwrap();
    let wrong = aws_sdk_iam::types::Tag::builder().key("team").value("wrong").build().unwrap();
    iam.tag_role().role_name(role).tags(wrong).send().await.unwrap();
}

pub(crate) async fn of_function(aws: &Aws, stack: &Stack) {
    let name = stack.names.function.as_str();
    let variables = HashMap::from([("SOURCE_BUCKET".to_owned(), "other".to_owned())]);
    let environment = Environment::builder().set_variables(Some(variables)).build();
    let update = aws.lambda.update_function_configuration().function_name(name);
    let update = update.memory_size(256).timeout(9).environment(environment).description("by hand");
    update.send().await.unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("bootstrap", zip::write::SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
    zip.write_all(b"#!/bin/sh").unwrap();
    let zip = Blob::new(zip.finish().unwrap().into_inner());
    aws.lambda.update_function_code().function_name(name).zip_file(zip).send().await.unwrap();
    let settled = aws.lambda.wait_until_function_updated_v2().function_name(name);
    settled.wait(Duration::from_secs(60)).await.unwrap();
    let put = aws.lambda.put_function_concurrency().function_name(name).reserved_concurrent_executions(1);
    put.send().await.unwrap();
    aws.lambda
        .tag_resource()
        .resource(stack.names.function_arn())
        .tags("team", "wrong")
        .send()
        .await
        .unwrap();
    let sid = engine::stack::permission_statement_id(&stack.config.stack);
    aws.lambda.remove_permission().function_name(name).statement_id(sid).send().await.unwrap();
}

/// The alarms `errors`, `throttles` and `dropped-events`.
pub(crate) async fn of_alarms(aws: &Aws, stack: &Stack) {
    let name = |word: &str| stack.names.alarm(word);
    let described = aws.alarms.describe_alarms().alarm_names(name("errors")).send().await.unwrap();
    let errors = &described.metric_alarms()[0];
    let put = aws.alarms.put_metric_alarm().alarm_name(name("errors")).threshold(99.0);
    put.set_alarm_description(errors.alarm_description.clone())
        .set_namespace(errors.namespace.clone())
        .set_metric_name(errors.metric_name.clone())
        .set_dimensions(errors.dimensions.clone())
        .set_statistic(errors.statistic.clone())
        .set_period(errors.period)
        .set_evaluation_periods(errors.evaluation_periods)
        .set_comparison_operator(errors.comparison_operator.clone())
        .set_treat_missing_data(errors.treat_missing_data.clone())
        .set_alarm_actions(errors.alarm_actions.clone())
        .send()
        .await
        .unwrap();
    aws.alarms.delete_alarms().alarm_names(name("throttles")).send().await.unwrap();
    aws.alarms.disable_alarm_actions().alarm_names(name("dropped-events")).send().await.unwrap();
}
