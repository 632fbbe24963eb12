//! The access matrix: every allow and every deny, asked of the AWS itself. It is the same whoever made the
//! stack.

use std::collections::BTreeMap;

use aws_credential_types::Credentials;
use engine::aws::{Aws, AwsCall, AwsError};
use engine::config::BucketRole;
use engine::stack::Stack;
use local_aws::Running;

/// Clients with the users' own keys, by the names in the configuration.
pub type Clients = BTreeMap<String, aws_sdk_s3::Client>;

/// [get, put, delete, list]
type Verdicts = [bool; 4];

fn verdict<T>(result: Result<T, AwsError>) -> bool {
    match result {
        Ok(_) => true,
        Err(error) if error.is_access_denied() => false,
        Err(error) => panic!("neither allowed nor denied: {error}"),
    }
}

/// Puts what is looked for in both buckets. It ends in no suffix that starts the function.
async fn prepare(aws: &Aws, stack: &Stack) {
    for role in [BucketRole::Source, BucketRole::Destination] {
        for key in ["there.txt", "albums/in.txt"] {
            let put = aws.s3.put_object().bucket(stack.names.bucket(role)).key(key);
            put.body(b"x".to_vec().into()).send().await.unwrap();
        }
    }
}

async fn asked(s3: &aws_sdk_s3::Client, bucket: &str) -> Verdicts {
    let body = || b"x".to_vec().into();
    [
        verdict(s3.get_object().bucket(bucket).key("there.txt").send().await.aws("GetObject")),
        verdict(s3.put_object().bucket(bucket).key("n.txt").body(body()).send().await.aws("PutObject")),
        verdict(s3.delete_object().bucket(bucket).key("n.txt").send().await.aws("DeleteObject")),
        verdict(s3.list_objects_v2().bucket(bucket).send().await.aws("ListObjectsV2")),
    ]
}

/// The two users of the shipped configuration can do what it says and nothing else.
pub async fn of_shipped_users(aws: &Aws, stack: &Stack, clients: &Clients) {
    let matrix = [
        ("user-a", BucketRole::Source, [true, true, true, true]),
        ("user-a", BucketRole::Destination, [false, false, false, false]),
        ("user-b", BucketRole::Source, [false, false, false, false]),
        ("user-b", BucketRole::Destination, [true, false, false, true]),
    ];
    prepare(aws, stack).await;
    for (user, role, expected) in matrix {
        let (s3, bucket) = (&clients[user], stack.names.bucket(role));
        assert_eq!(asked(s3, bucket).await, expected, "{user} on {bucket}: [get, put, delete, list]");
        assert!(!verdict(s3.list_buckets().send().await.aws("ListBuckets")), "{user} sees other buckets");
        let policy = s3.get_bucket_policy().bucket(bucket).send().await.aws("GetBucketPolicy");
        assert!(!verdict(policy), "{user} reads the policy of {bucket}");
    }
}

/// A user that may only write the source has a drop box; one of the destination that has the prefix
/// `albums/` has a fence.
pub async fn of_drop_box_and_fence(
    aws: &Aws,
    stack: &Stack,
    drop_box: &aws_sdk_s3::Client,
    fenced: &aws_sdk_s3::Client,
) {
    let source = stack.names.bucket(BucketRole::Source);
    let destination = stack.names.bucket(BucketRole::Destination);
    prepare(aws, stack).await;
    assert_eq!(asked(drop_box, source).await, [false, true, false, false], "[get, put, delete, list]");
    assert_eq!(asked(drop_box, destination).await, [false; 4], "[get, put, delete, list]");
    assert_eq!(asked(fenced, source).await, [false; 4], "[get, put, delete, list]");
    assert_eq!(asked(fenced, destination).await, [false; 4], "outside: [get, put, delete, list]");
    let get = fenced.get_object().bucket(destination).key("albums/in.txt").send().await;
    assert!(verdict(get.aws("GetObject")), "inside");
    let list = fenced.list_objects_v2().bucket(destination).prefix("albums/").send().await;
    assert!(verdict(list.aws("ListObjectsV2")), "inside");
}

/// The function's role reads the source, writes the destination and writes its logs. The role's trust policy
/// is another one afterwards.
pub async fn of_the_role(aws: &Aws, stack: &Stack, local: &Running) {
    // Lambda alone may assume it; for the test, this account may, too.
    let trust = serde_json::json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": format!("arn:aws:iam::{}:root", aws.account)},
    }]});
    let update = aws.iam.update_assume_role_policy().role_name(stack.names.role());
    update.policy_document(trust.to_string()).send().await.unwrap();
    let root = sdk_config(local, &local.access_key_id, &local.secret_access_key, None).await;
    let assume = aws_sdk_sts::Client::new(&root).assume_role().role_arn(stack.names.role_arn());
    let credentials = assume.role_session_name("test").send().await.unwrap().credentials.unwrap();
    let (id, secret) = (credentials.access_key_id(), credentials.secret_access_key());
    let config = sdk_config(local, id, secret, Some(credentials.session_token())).await;
    let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    let (s3, logs) = (aws_sdk_s3::Client::from_conf(s3), aws_sdk_cloudwatchlogs::Client::new(&config));

    prepare(aws, stack).await;
    for (role, expected) in [
        (BucketRole::Source, [true, false, false, false]),
        (BucketRole::Destination, [false, true, false, false]),
    ] {
        let bucket = stack.names.bucket(role);
        assert_eq!(asked(&s3, bucket).await, expected, "the role on {bucket}: [get, put, delete, list]");
    }
    let group = &stack.names.log_group;
    // That it may write there cannot be asked here: AWS takes the group's ARN with `:*` for this, the local
    // AWS without. The function's own log lines are looked for in the end-to-end test.
    assert!(!verdict(logs.delete_log_group().log_group_name(group).send().await.aws("DeleteLogGroup")));
    let other = logs.create_log_stream().log_group_name("/aws/lambda/other").log_stream_name("s");
    assert!(!verdict(other.send().await.aws("CreateLogStream")));
}

/// The configuration of a client with these credentials.
async fn sdk_config(local: &Running, id: &str, secret: &str, token: Option<&str>) -> aws_config::SdkConfig {
    aws_config::defaults(aws_config::BehaviorVersion::latest())
        .http_client(engine::aws::client(Some(&local.ca_bundle), engine::aws::Proxies::default()).unwrap())
        .endpoint_url(&local.endpoint)
        .region(aws_config::Region::new(local.region.clone()))
        .credentials_provider(Credentials::new(id, secret, token.map(str::to_owned), None, "test"))
        .load()
        .await
}
