use crate::local_aws::home::connect;
use engine::aws::AwsCall;
use local_aws::LocalAws;

#[tokio::test]
async fn a_third_key_is_refused_and_the_last_use_is_told() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    aws.iam.create_user().user_name("anna").send().await.unwrap();
    let create = async || aws.iam.create_access_key().user_name("anna").send().await.aws("CreateAccessKey");
    let key = create().await.unwrap().access_key.unwrap();
    create().await.unwrap();
    assert_eq!(create().await.unwrap_err().code.as_deref(), Some("LimitExceeded"));

    let last_use = async || {
        let answer =
            aws.iam.get_access_key_last_used().access_key_id(&key.access_key_id).send().await.unwrap();
        answer.access_key_last_used.unwrap()
    };
    let never = last_use().await;
    assert_eq!((never.last_used_date, never.service_name.as_str()), (None, "N/A"));
    aws.s3_as(&key.access_key_id, &key.secret_access_key).list_buckets().send().await.unwrap_err();
    let used = last_use().await;
    assert!(used.last_used_date.is_some());
    assert_eq!((used.service_name.as_str(), used.region.as_str()), ("s3", aws.region.as_str()));
}
