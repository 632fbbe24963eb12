use crate::local_aws::functions::create_function;
use crate::local_aws::home::connect;
use engine::aws::AwsCall;
use local_aws::LocalAws;

#[tokio::test]
async fn a_version_is_published_when_something_has_changed() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    create_function(&aws).await;
    let publish =
        async || aws.lambda.publish_version().function_name("f").send().await.unwrap().version.unwrap();
    let configure = async |seconds: i32| {
        aws.lambda.update_function_configuration().function_name("f").timeout(seconds).send().await.unwrap();
    };
    let code = |sha: &str| aws.lambda.publish_version().function_name("f").code_sha256(sha);
    assert_eq!(
        code("AAAA").send().await.aws("PublishVersion").unwrap_err().code.as_deref(),
        Some("InvalidParameterValueException")
    );
    assert_eq!(publish().await, "1");
    configure(20).await;
    assert_eq!(publish().await, "1", "nothing has changed");
    configure(21).await;
    assert_eq!(publish().await, "2");

    let alias = async |version: &str| {
        let create = aws.lambda.create_alias().function_name("f").name(format!("v{version}"));
        let answer = create.function_version(version).send().await.aws("CreateAlias");
        answer.map(drop).map_err(|error| error.code.unwrap_or_default())
    };
    assert_eq!(alias("2").await, Ok(()));
    assert_eq!(alias("9").await, Err("ResourceNotFoundException".to_owned()));
    let update = aws.lambda.update_alias().function_name("f").name("v2").function_version("9");
    let error = update.send().await.aws("UpdateAlias").unwrap_err();
    assert_eq!(error.code.as_deref(), Some("ResourceNotFoundException"));
}
