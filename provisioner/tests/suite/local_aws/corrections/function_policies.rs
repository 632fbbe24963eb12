use crate::local_aws::functions::create_function;
use crate::local_aws::home::connect;
use engine::aws::AwsCall;
use local_aws::LocalAws;

#[tokio::test]
async fn an_alias_has_a_policy_of_its_own() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    create_function(&aws).await;
    let alias = aws.lambda.create_alias().function_name("f").name("live").function_version("$LATEST");
    alias.send().await.unwrap();
    let qualifiers = [None, Some("live".to_owned())];
    let statements = async |qualifier: &Option<String>| {
        let get = aws.lambda.get_policy().function_name("f").set_qualifier(qualifier.clone());
        let policy = get.send().await.aws("GetPolicy").map_err(|error| error.code.unwrap_or_default())?;
        let policy: serde_json::Value = serde_json::from_str(policy.policy().unwrap()).unwrap();
        Ok(policy["Statement"].as_array().unwrap().len())
    };
    let none = Err("ResourceNotFoundException".to_owned());
    for qualifier in &qualifiers {
        assert_eq!(statements(qualifier).await, none);
        // The same id on both.
        let permission = aws.lambda.add_permission().function_name("f").set_qualifier(qualifier.clone());
        let permission = permission.statement_id("s3").action("lambda:InvokeFunction");
        permission.principal("s3.amazonaws.com").send().await.unwrap();
        assert_eq!(statements(qualifier).await, Ok(1));
    }
    assert_eq!(statements(&None).await, Ok(1), "not the alias's");
    aws.lambda.remove_permission().function_name("f").statement_id("s3").send().await.unwrap();
    assert_eq!(statements(&None).await, none);
    assert_eq!(statements(&qualifiers[1]).await, Ok(1));
}
