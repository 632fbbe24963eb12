//! A function of others that S3 may start: a notification document may name no other.

use super::ownership::{TRUST, empty_zip};
use aws_sdk_lambda::types::{FunctionCode, Runtime};
use engine::aws::Aws;

/// The function `theirs` and its alias `live`.
pub(super) async fn make(aws: &Aws) {
    let role =
        aws.iam.create_role().role_name("theirs").assume_role_policy_document(TRUST).send().await.unwrap();
    let code = FunctionCode::builder().zip_file(empty_zip().into()).build();
    let create =
        aws.lambda.create_function().function_name("theirs").runtime(Runtime::from("provided.al2023"));
    let create = create.handler("bootstrap").role(role.role().unwrap().arn()).code(code);
    create.send().await.unwrap();
    let alias = aws.lambda.create_alias().function_name("theirs").name("live").function_version("$LATEST");
    alias.send().await.unwrap();
    for qualifier in [None, Some("live".to_owned())] {
        let permission = aws.lambda.add_permission().function_name("theirs").set_qualifier(qualifier);
        let permission = permission.statement_id("s3").principal("s3.amazonaws.com");
        permission.action("lambda:InvokeFunction").send().await.unwrap();
    }
}
