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
        let put = aws.s3.put_object().bucket(stack.names.bucket(role)).key("there.jpg").body(picture().into());
        put.send().await.unwrap();
    }
    for (user, role, expected) in matrix {
        let s3 = client_of(&aws, &stack.names.user(user)).await;
        let bucket = stack.names.bucket(role);
        let actual = [
            verdict(s3.get_object().bucket(bucket).key("there.jpg").send().await.aws("GetObject")),
            verdict(s3.put_object().bucket(bucket).key("new.txt").body(b"x".to_vec().into()).send().await.aws("PutObject")),
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
    let arn = |role: BucketRole, rest: &str| format!("{}{rest}", stack.names.bucket_arn(role));
    let logs = format!("{}:log-stream:any", stack.names.log_group_arn());
    let cases = [
        ("s3:GetObject", arn(BucketRole::Source, "/a.jpg"), true),
        ("s3:PutObject", arn(BucketRole::Source, "/a.jpg"), false),
        ("s3:DeleteObject", arn(BucketRole::Source, "/a.jpg"), false),
        ("s3:ListBucket", arn(BucketRole::Source, ""), false),
        ("s3:GetObject", arn(BucketRole::Destination, "/a.jpg"), false),
        ("s3:PutObject", arn(BucketRole::Destination, "/a.jpg"), true),
        ("s3:DeleteObject", arn(BucketRole::Destination, "/a.jpg"), false),
        ("s3:ListBucket", arn(BucketRole::Destination, ""), false),
        ("logs:PutLogEvents", logs.clone(), true),
        ("logs:CreateLogStream", logs.clone(), true),
        ("logs:DeleteLogStream", logs, false),
        ("iam:ListUsers", "*".to_owned(), false),
    ];
    for (action, resource, expected) in cases {
        let output = aws
            .iam
            .simulate_principal_policy()
            .policy_source_arn(stack.names.role_arn())
            .action_names(action)
            .resource_arns(&resource)
            .send()
            .await
            .aws("SimulatePrincipalPolicy")
            .unwrap();
        let allowed = output.evaluation_results().iter().all(|result| result.eval_decision().as_str() == "allowed");
        assert_eq!(allowed, expected, "{action} on {resource}");
    }
}

#[tokio::test]
async fn a_write_only_user_is_a_drop_box_and_a_prefix_is_a_fence() {
    let stage = Stage::new().await;
    let config = crate::stage::CONFIG.replace("access = \"read-write\"", "access = \"write-only\"").replace(
        "# prefix = \"albums/\" ",
        "prefix = \"albums/\" ",
    );
    stage.configure(&config);
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    let source = stack.names.bucket(BucketRole::Source);
    let destination = stack.names.bucket(BucketRole::Destination);
    let a = client_of(&aws, &stack.names.user("user-a")).await;
    let put = a.put_object().bucket(source).key("x.txt").body(b"x".to_vec().into()).send().await.aws("PutObject");
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
