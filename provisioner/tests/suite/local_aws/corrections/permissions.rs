use crate::local_aws::functions::{create_function, function_arn};
use crate::local_aws::home::connect;
use aws_sdk_lambda::types::{Environment, FunctionCode, Runtime};
use engine::aws::{Aws, AwsCall, AwsError, Connection};
use local_aws::{LocalAws, Running};

/// A user `d` with the policy that a test gives it.
struct Deployer {
    root: Aws,
    aws: Aws,
}

impl Deployer {
    async fn new(local: &Running) -> Self {
        let root = connect(local).await;
        root.iam.create_user().user_name("d").path("/people/").send().await.unwrap();
        let key = root.iam.create_access_key().user_name("d").send().await.unwrap().access_key.unwrap();
        let connection = Connection {
            endpoint: Some(local.endpoint.clone()),
            ca_bundle: Some(local.ca_bundle.clone()),
            region: Some(local.region.clone()),
            credentials: Some((key.access_key_id, key.secret_access_key)),
        };
        Self { root, aws: Aws::connect(&connection).await.unwrap() }
    }

    async fn may(&self, allowed: &[(&str, &str)]) {
        let statements: Vec<_> = allowed
            .iter()
            .map(|(action, on)| serde_json::json!({"Effect": "Allow", "Action": action, "Resource": on}))
            .collect();
        let policy = serde_json::json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        let put = self.root.iam.put_user_policy().user_name("d").policy_name("p").policy_document(policy);
        put.send().await.unwrap();
    }

    /// The call is refused until all of these are allowed, and each refusal names the one that is missing.
    async fn needs<T>(&self, needs: &[(&str, &str)], mut call: impl AsyncFnMut(&Aws) -> Result<T, AwsError>) {
        for count in 0..needs.len() {
            let others = [("sts:Nothing", "*")];
            self.may(if count == 0 { &others } else { &needs[..count] }).await;
            let Err(error) = call(&self.aws).await else { panic!("allowed without {:?}", needs[count]) };
            assert!(error.is_access_denied(), "{error}");
            let named = format!("perform: {}", needs[count].0);
            assert!(error.message.contains(&named), "{named}: {error}");
        }
        self.may(needs).await;
        if let Err(error) = call(&self.aws).await {
            panic!("refused with {needs:?}: {error}");
        }
    }
}

#[tokio::test]
async fn creating_something_with_tags_or_a_role_needs_more_than_to_create() {
    let local = LocalAws::ephemeral().await.unwrap();
    let deployer = Deployer::new(&local).await;
    create_function(&deployer.root).await;
    let account = &local.account;
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

    let role = format!("arn:aws:iam::{account}:role/stack/r");
    deployer
        .needs(&[("iam:CreateRole", &role), ("iam:TagRole", &role)], async |aws| {
            let tag = aws_sdk_iam::types::Tag::builder().key("a").value("b").build().unwrap();
            let create =
                aws.iam.create_role().role_name("r").path("/stack/").assume_role_policy_document(trust);
            create.tags(tag).send().await.aws("CreateRole")
        })
        .await;
    let user = format!("arn:aws:iam::{account}:user/stack/u");
    deployer
        .needs(&[("iam:CreateUser", &user), ("iam:TagUser", &user)], async |aws| {
            let tag = aws_sdk_iam::types::Tag::builder().key("a").value("b").build().unwrap();
            let create = aws.iam.create_user().user_name("u").path("/stack/").tags(tag);
            create.send().await.aws("CreateUser")
        })
        .await;
    let group = format!("arn:aws:logs:us-east-1:{account}:log-group:g");
    deployer
        .needs(&[("logs:CreateLogGroup", &group), ("logs:TagResource", &group)], async |aws| {
            aws.logs.create_log_group().log_group_name("g").tags("a", "b").send().await.aws("CreateLogGroup")
        })
        .await;
    let function = format!("arn:aws:lambda:us-east-1:{account}:function:g");
    let needs = [
        ("lambda:CreateFunction", function.as_str()),
        ("iam:PassRole", &role),
        ("lambda:TagResource", &function),
    ];
    deployer
        .needs(&needs, async |aws| {
            let create = aws.lambda.create_function().function_name("g").role(&role).handler("bootstrap");
            let code = FunctionCode::builder()
                .zip_file(b"PK\x05\x06".iter().chain(&[0; 18]).copied().collect::<Vec<u8>>().into());
            let create = create.runtime(Runtime::from("provided.al2023")).code(code.build()).tags("a", "b");
            create.send().await.aws("CreateFunction")
        })
        .await;
    let needs = [
        ("lambda:UpdateFunctionConfiguration", function_arn(&deployer.root)),
        ("iam:PassRole", role.clone()),
    ];
    deployer
        .needs(&needs.each_ref().map(|(action, on)| (*action, on.as_str())), async |aws| {
            let update = aws.lambda.update_function_configuration().function_name("f").role(&role);
            update.environment(Environment::builder().build()).send().await.aws("UpdateFunctionConfiguration")
        })
        .await;
}

#[tokio::test]
async fn lambdas_actions_have_their_names() {
    let local = LocalAws::ephemeral().await.unwrap();
    let deployer = Deployer::new(&local).await;
    create_function(&deployer.root).await;
    let publish = deployer.root.lambda.publish_version().function_name("f").send().await.unwrap();
    let version = publish.version.unwrap();
    let alias =
        deployer.root.lambda.create_alias().function_name("f").name("live").function_version(&version);
    alias.send().await.unwrap();
    deployer
        .needs(&[("lambda:GetFunctionConcurrency", "*")], async |aws| {
            aws.lambda
                .get_function_concurrency()
                .function_name("f")
                .send()
                .await
                .aws("GetFunctionConcurrency")
        })
        .await;
    deployer
        .needs(&[("lambda:GetAlias", "*")], async |aws| {
            aws.lambda.get_alias().function_name("f").name("live").send().await.aws("GetAlias")
        })
        .await;
    deployer
        .needs(&[("lambda:PutFunctionEventInvokeConfig", "*")], async |aws| {
            let put =
                aws.lambda.put_function_event_invoke_config().function_name("f").maximum_retry_attempts(1);
            put.send().await.aws("PutFunctionEventInvokeConfig")
        })
        .await;
    deployer
        .needs(&[("lambda:GetAccountSettings", "*")], async |aws| {
            aws.lambda.get_account_settings().send().await.aws("GetAccountSettings")
        })
        .await;
    // The alias is another resource than the function.
    deployer
        .needs(&[("lambda:InvokeFunction", &format!("{}:live", function_arn(&deployer.root)))], async |aws| {
            aws.lambda
                .invoke()
                .function_name("f")
                .qualifier("live")
                .payload(b"{}".to_vec().into())
                .send()
                .await
                .aws("Invoke")
        })
        .await;
}

#[tokio::test]
async fn wildcards_match_line_ends() {
    let local = LocalAws::ephemeral().await.unwrap();
    let deployer = Deployer::new(&local).await;
    deployer.root.s3.create_bucket().bucket("wild").send().await.unwrap();
    let put = async |key: &str| {
        let put = deployer.aws.s3.put_object().bucket("wild").key(key).body(b"x".to_vec().into());
        put.send().await.aws("PutObject").map(drop)
    };
    deployer.may(&[("s3:PutObject", "arn:aws:s3:::wild/a*z"), ("s3:PutObject", "arn:aws:s3:::wild/?")]).await;
    for key in ["abz", "a\nz", "a\r\n\nz", "x"] {
        put(key).await.unwrap_or_else(|error| panic!("{key:?}: {error}"));
    }
    for key in ["abz\n", "\nabz", "bb", "Abz"] {
        assert!(put(key).await.is_err_and(|error| error.is_access_denied()), "{key:?}");
    }
}

#[tokio::test]
async fn who_may_ask_about_one_may_not_ask_about_all() {
    let local = LocalAws::ephemeral().await.unwrap();
    let deployer = Deployer::new(&local).await;
    let own = format!("arn:aws:iam::{}:user/people/d", local.account);
    let ask = async |aws: &Aws| {
        let ask = aws.iam.simulate_principal_policy().policy_source_arn(&own).action_names("s3:GetObject");
        ask.send().await.aws("SimulatePrincipalPolicy")
    };
    deployer.may(&[("iam:SimulatePrincipalPolicy", "arn:aws:iam::*:user/others")]).await;
    assert!(ask(&deployer.aws).await.unwrap_err().is_access_denied());
    deployer.needs(&[("iam:SimulatePrincipalPolicy", own.as_str())], ask).await;
}
