use crate::local_aws::functions::{create_function, function_arn, notify, permit};
use crate::local_aws::home::connect;
use local_aws::LocalAws;

#[tokio::test]
async fn a_function_that_is_not_there_or_does_not_let_s3_in_is_refused() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    aws.s3.create_bucket().bucket("pictures").send().await.unwrap();
    aws.s3.create_bucket().bucket("others").send().await.unwrap();
    let refused = async |bucket: &str, function: &str| {
        let error = notify(&aws, bucket, function).await.unwrap_err();
        assert_eq!(error.code.as_deref(), Some("InvalidArgument"), "{error}");
        let message = "Unable to validate the following destination configurations";
        assert!(error.message.contains(message), "{error}");
    };
    let function = function_arn(&aws);
    refused("pictures", &function).await;
    create_function(&aws).await;
    refused("pictures", &function).await;
    permit(&aws, "pictures", None).await;
    refused("others", &function).await;
    refused("pictures", &format!("{function}:live")).await;
    notify(&aws, "pictures", &function).await.unwrap();
}
