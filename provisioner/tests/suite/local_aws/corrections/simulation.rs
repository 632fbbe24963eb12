//! SimulatePrincipalPolicy.

use engine::aws::{Aws, AwsCall};
use local_aws::LocalAws;

use crate::local_aws::home::connect;

/// What is decided about a picture of this account, or of another one.
async fn decision(aws: &Aws, arn: &str, account: &str) -> Result<String, engine::aws::AwsError> {
    let owner = aws_sdk_iam::types::ContextEntry::builder()
        .context_key_name("aws:ResourceAccount")
        .context_key_type(aws_sdk_iam::types::ContextKeyTypeEnum::String)
        .context_key_values(account)
        .build();
    let asked = aws.iam.simulate_principal_policy().policy_source_arn(arn).context_entries(owner);
    let asked = asked.action_names("s3:GetObject").resource_arns("arn:aws:s3:::b/k.jpg").send().await;
    let answer = asked.aws("SimulatePrincipalPolicy")?;
    Ok(answer.evaluation_results()[0].eval_decision().as_str().to_owned())
}

#[tokio::test]
async fn users_below_a_path_are_asked_about_within_their_boundary() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    let user = aws.iam.create_user().user_name("u").path("/somewhere/").send().await.unwrap();
    let arn = user.user().unwrap().arn().to_owned();
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"},
    ]});
    let put = aws.iam.put_user_policy().user_name("u").policy_name("p").policy_document(policy.to_string());
    put.send().await.unwrap();
    assert_eq!(decision(&aws, &arn, &local.account).await.unwrap(), "allowed");
    let boundary = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    let bounded = aws.iam.put_user_permissions_boundary().user_name("u").permissions_boundary(boundary);
    bounded.send().await.unwrap();
    assert_eq!(decision(&aws, &arn, &local.account).await.unwrap(), "implicitDeny");
    let absent = decision(&aws, &arn.replace("/u", "/nobody"), &local.account).await.unwrap_err();
    assert!(absent.is_not_found(), "{absent}");
}
