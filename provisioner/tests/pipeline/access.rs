//! The access matrix: every allow and every deny, asked of the AWS itself.

use provisioner::aws::{Aws, AwsCall, AwsError};
use provisioner::config::BucketRole;

use crate::end_to_end::picture;
use crate::stage::Stage;

/// A client with a new key of this user.
async fn client_of(aws: &Aws, user: &str) -> aws_sdk_s3::Client {
    let key = aws.iam.create_access_key().user_name(user).send().await.unwrap().access_key.unwrap();
    aws.s3_as(key.access_key_id(), key.secret_access_key())
}

fn verdict<T>(result: Result<T, AwsError>) -> bool {
    match result {
        Ok(_) => true,
        Err(error) if error.is_access_denied() => false,
        Err(error) => panic!("neither allowed nor denied: {error}"),
    }
}

#[tokio::test]
async fn users_can_do_what_the_configuration_says_and_nothing_else() {
    let stage = Stage::new().await;
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    // user, bucket, [get, put, delete, list]
    let matrix = [
        ("user-a", BucketRole::Source, [true, true, true, true]),
        ("user-a", BucketRole::Destination, [false, false, false, false]),
        ("user-b", BucketRole::Source, [false, false, false, false]),
        ("user-b", BucketRole::Destination, [true, false, false, true]),
    ];
    for role in [BucketRole::Source, BucketRole::Destination] {
        let put =
            aws.s3.put_object().bucket(stack.names.bucket(role)).key("there.jpg").body(picture().into());
        put.send().await.unwrap();
    }
    for (user, role, expected) in matrix {
        let s3 = client_of(&aws, &stack.names.user(user)).await;
        let bucket = stack.names.bucket(role);
        let actual = [
            verdict(s3.get_object().bucket(bucket).key("there.jpg").send().await.aws("GetObject")),
            verdict(
                s3.put_object()
                    .bucket(bucket)
                    .key("new.txt")
                    .body(b"x".to_vec().into())
                    .send()
                    .await
                    .aws("PutObject"),
            ),
            verdict(s3.delete_object().bucket(bucket).key("new.txt").send().await.aws("DeleteObject")),
            verdict(s3.list_objects_v2().bucket(bucket).send().await.aws("ListObjectsV2")),
        ];
        assert_eq!(actual, expected, "{user} on {bucket}: [get, put, delete, list]");
        assert!(!verdict(s3.list_buckets().send().await.aws("ListBuckets")), "{user} sees other buckets");
        let version = s3.get_bucket_policy().bucket(bucket).send().await.aws("GetBucketPolicy");
        assert!(!verdict(version), "{user} reads the policy of {bucket}");
    }
}

#[tokio::test]
async fn the_role_reads_a_writes_b_and_writes_its_logs() {
    let stage = Stage::new().await;
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    // Lambda alone may assume it; for the test, this account may, too.
    let root = (stage.local.access_key_id.as_str(), stage.local.secret_access_key.as_str());
    let sts = aws_sdk_sts::Client::new(&stage.sdk_config(root.0, root.1, None).await);
    let session = "test";
    let assume = || sts.assume_role().role_arn(stack.names.role_arn()).role_session_name(session).send();
    let trust = serde_json::json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": format!("arn:aws:iam::{}:root", aws.account)},
    }]});
    let update =
        aws.iam.update_assume_role_policy().role_name(stack.names.role()).policy_document(trust.to_string());
    update.send().await.unwrap();
    let credentials = assume().await.unwrap().credentials.unwrap();
    let (id, secret) = (credentials.access_key_id(), credentials.secret_access_key());
    let config = stage.sdk_config(id, secret, Some(credentials.session_token())).await;
    let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    let (s3, logs) = (aws_sdk_s3::Client::from_conf(s3), aws_sdk_cloudwatchlogs::Client::new(&config));

    for (role, expected) in [
        (BucketRole::Source, [true, false, false, false]),
        (BucketRole::Destination, [false, true, false, false]),
    ] {
        let bucket = stack.names.bucket(role);
        aws.s3.put_object().bucket(bucket).key("there.jpg").body(picture().into()).send().await.unwrap();
        let actual = [
            verdict(s3.get_object().bucket(bucket).key("there.jpg").send().await.aws("GetObject")),
            verdict(
                s3.put_object()
                    .bucket(bucket)
                    .key("n")
                    .body(b"x".to_vec().into())
                    .send()
                    .await
                    .aws("PutObject"),
            ),
            verdict(s3.delete_object().bucket(bucket).key("n").send().await.aws("DeleteObject")),
            verdict(s3.list_objects_v2().bucket(bucket).send().await.aws("ListObjectsV2")),
        ];
        assert_eq!(actual, expected, "the role on {bucket}: [get, put, delete, list]");
    }
    let group = &stack.names.log_group;
    // That it may write there cannot be asked here: AWS takes the group's ARN with `:*` for this, the local
    // AWS without. The function's own log lines are looked for in the end-to-end test.
    assert!(!verdict(logs.delete_log_group().log_group_name(group).send().await.aws("DeleteLogGroup")));
    let other = logs.create_log_stream().log_group_name("/aws/lambda/other").log_stream_name("s");
    assert!(!verdict(other.send().await.aws("CreateLogStream")));
}

#[tokio::test]
async fn a_write_only_user_is_a_drop_box_and_a_prefix_is_a_fence() {
    let stage = Stage::new().await;
    let config = crate::stage::CONFIG
        .replace("access = \"read-write\"", "access = \"write-only\"")
        .replace("# prefix = \"albums/\" ", "prefix = \"albums/\" ");
    stage.configure(&config);
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    let source = stack.names.bucket(BucketRole::Source);
    let destination = stack.names.bucket(BucketRole::Destination);
    let a = client_of(&aws, &stack.names.user("user-a")).await;
    let put =
        a.put_object().bucket(source).key("x.txt").body(b"x".to_vec().into()).send().await.aws("PutObject");
    assert!(verdict(put));
    assert!(!verdict(a.get_object().bucket(source).key("x.txt").send().await.aws("GetObject")));
    assert!(!verdict(a.delete_object().bucket(source).key("x.txt").send().await.aws("DeleteObject")));
    assert!(!verdict(a.list_objects_v2().bucket(source).send().await.aws("ListObjectsV2")));
    for key in ["albums/in.jpg", "outside.jpg"] {
        aws.s3.put_object().bucket(destination).key(key).body(b"x".to_vec().into()).send().await.unwrap();
    }
    let b = client_of(&aws, &stack.names.user("user-b")).await;
    assert!(verdict(b.get_object().bucket(destination).key("albums/in.jpg").send().await.aws("GetObject")));
    assert!(!verdict(b.get_object().bucket(destination).key("outside.jpg").send().await.aws("GetObject")));
    let list = |prefix: &str| b.list_objects_v2().bucket(destination).prefix(prefix).send();
    assert!(verdict(list("albums/").await.aws("ListObjectsV2")));
    assert!(!verdict(list("").await.aws("ListObjectsV2")));
}
