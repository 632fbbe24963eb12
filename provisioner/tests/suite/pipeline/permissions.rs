//! `permissions`: an IAM user with exactly this policy does everything, and with one right less something fails. The local
//! AWS asks for every right as IAM does.

use serde_json::Value;

use super::stage::{CONFIG, Run, Stage};
use engine::aws::Aws;
use testkit::one_pixel;

/// An IAM user with a policy, and the environment of who works as this user.
struct Deployer {
    aws: Aws,
    environment: Vec<(&'static str, String)>,
}

impl Deployer {
    async fn new(stage: &Stage) -> Self {
        let aws = stage.aws().await;
        aws.iam.create_user().user_name("deployer").send().await.unwrap();
        let key = aws.iam.create_access_key().user_name("deployer").send().await.unwrap().access_key.unwrap();
        let mut environment = stage.local.env().to_vec();
        for (name, value) in &mut environment {
            match *name {
                "AWS_ACCESS_KEY_ID" => value.clone_from(&key.access_key_id),
                "AWS_SECRET_ACCESS_KEY" => value.clone_from(&key.secret_access_key),
                _ => {}
            }
        }
        Self { aws, environment }
    }

    async fn may(&self, policy: &Value) {
        let put = self.aws.iam.put_user_policy().user_name("deployer").policy_name("deployer");
        put.policy_document(policy.to_string()).send().await.unwrap();
    }

    fn run(&self, stage: &Stage, arguments: &[&str]) -> Run {
        let pairs: Vec<_> = self.environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        stage.run_with(arguments, &pairs)
    }

    #[track_caller]
    fn ok(&self, stage: &Stage, arguments: &[&str]) -> Run {
        let run = self.run(stage, arguments);
        assert_eq!(run.code, 0, "provisioner {arguments:?}\n{}\n{}", run.out, run.err);
        run
    }
}

fn policy(stage: &Stage, work: &[&str]) -> Value {
    serde_json::from_str(&stage.ok(&[&["permissions"], work].concat()).out).unwrap()
}

#[tokio::test]
async fn who_has_exactly_these_rights_does_everything() {
    let stage = Stage::new().await;
    let deployer = Deployer::new(&stage).await;
    // It needs no rights to ask which it would need.
    let asked: Value = serde_json::from_str(&deployer.ok(&stage, &["permissions"]).out).unwrap();
    assert_eq!(asked, policy(&stage, &[]));

    deployer.may(&policy(&stage, &["plan"])).await;
    deployer.ok(&stage, &["plan"]);
    let up = deployer.run(&stage, &["up", "--yes"]);
    assert!(up.code == 1 && up.err.contains("iam:CreateRole"), "{}{}", up.out, up.err);
    assert_eq!(deployer.run(&stage, &["plan", "--detailed-exitcode"]).code, 2);

    deployer.may(&policy(&stage, &["up"])).await;
    deployer.ok(&stage, &["up", "--yes"]);
    assert_eq!(deployer.run(&stage, &["plan", "--detailed-exitcode"]).code, 0);
    let config = CONFIG
        .replace("# reserved_concurrency = 50 ", "reserved_concurrency = 5 ")
        .replace("# retries = 2 ", "retries = 1 ")
        .replace("name = \"user-b\"", "name = \"user-c\"");
    stage.configure(&format!("{config}\n[alarms]\nactions = []\n"));
    deployer.ok(&stage, &["up", "--yes"]);
    stage.configure(CONFIG);
    deployer.ok(&stage, &["up", "--yes"]);

    deployer.may(&policy(&stage, &["operate"])).await;
    let picture = stage.config().with_file_name("a.jpg");
    std::fs::write(&picture, one_pixel::picture(&[one_pixel::exif()], b"")).unwrap();
    for command in [
        &["status"][..],
        &["upload", "a.jpg"],
        &["upload", "a.jpg", "--as", "user-a", "--prefix", "as"],
        &["pending"],
        &["backfill", "a.jpg"],
        &["audit"],
        &["logs"],
        &["access"],
        &["keys", "list"],
        &["keys", "issue", "user-a"],
        &["keys", "revoke", "user-a", "--yes"],
        &["verify"],
    ] {
        deployer.ok(&stage, command);
    }
    let down = deployer.run(&stage, &["down", "--yes", "--delete-data"]);
    assert!(down.code == 1 && down.err.contains("lambda:DeleteFunction"), "{}{}", down.out, down.err);

    deployer.may(&policy(&stage, &["down"])).await;
    deployer.ok(&stage, &["down", "--yes", "--delete-data"]);
    assert_eq!(
        stage.world().await,
        engine::world::World::observe(&deployer.aws, &stage.stack(&deployer.aws)).await.unwrap()
    );
}

#[tokio::test]
async fn who_has_exactly_these_rights_has_users_that_are_roles() {
    let stage = Stage::new().await;
    let deployer = Deployer::new(&stage).await;
    let role = "[[users]]\nname = \"site\"\nbucket = \"destination\"\naccess = \"read-only\"\nkind = \"role\"\n\
                trust = [\"000000000000\"]\n";
    let config = format!("{CONFIG}\n{role}");
    stage.configure(&config);
    deployer.may(&policy(&stage, &["up"])).await;
    deployer.ok(&stage, &["up", "--yes"]);
    stage.configure(&config.replace("\"000000000000\"", "\"000000000000\", \"210987654321\""));
    deployer.ok(&stage, &["up", "--yes"]);
    // A role that the configuration names no more goes with the rights of `up`.
    stage.configure(CONFIG);
    deployer.ok(&stage, &["up", "--yes"]);
    stage.configure(&config);
    deployer.ok(&stage, &["up", "--yes"]);
    deployer.may(&policy(&stage, &["operate"])).await;
    let proof = deployer.ok(&stage, &["verify"]);
    assert!(proof.out.contains("ok     site (photos-site)"), "{}", proof.out);
    deployer.ok(&stage, &["access"]);
    deployer.may(&policy(&stage, &["down"])).await;
    deployer.ok(&stage, &["down", "--yes", "--delete-data"]);
}

/// Who may ask IAM is told before anything is changed, and of all that is missing at once.
#[tokio::test]
async fn what_is_missing_is_told_before_anything_is_changed() {
    let stage = Stage::new().await;
    let deployer = Deployer::new(&stage).await;
    let before = stage.world().await;
    let may_ask = |work: &str, without: &[&str]| {
        let mut policy = policy(&stage, &[work]);
        let statements = policy["Statement"].as_array_mut().unwrap();
        for statement in &mut *statements {
            let actions = statement["Action"].as_array_mut().unwrap();
            actions.retain(|action| !without.contains(&action.as_str().unwrap()));
        }
        statements.retain(|one| one["Action"] != serde_json::json!([]));
        statements.push(serde_json::json!({
            "Effect": "Allow",
            "Action": "iam:SimulatePrincipalPolicy",
            "Resource": "arn:aws:iam::000000000000:user/deployer",
        }));
        policy
    };
    let without = ["iam:PassRole", "lambda:AddPermission", "s3:PutBucketPolicy"];
    deployer.may(&may_ask("up", &without)).await;
    let run = deployer.run(&stage, &["up", "--yes"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    // What stands before it is of the build.
    let told = run.err.find("error: ").map(|at| &run.err[at..]);
    insta::assert_snapshot!("missing_rights", told.unwrap_or(&run.err));
    assert_eq!(stage.world().await, before);
    let asked = deployer.run(&stage, &["up", "--yes", "--skip-simulation"]);
    assert!(asked.code == 1 && asked.err.contains("changes failed"), "{}{}", asked.out, asked.err);

    // Who has all is not kept from anything.
    deployer.may(&may_ask("up", &[])).await;
    deployer.ok(&stage, &["up", "--yes"]);
    let run = deployer.run(&stage, &["down", "--yes", "--delete-data"]);
    assert!(run.code == 1 && run.err.contains("iam:DeleteRole, "), "{}{}", run.out, run.err);
    assert_eq!(deployer.run(&stage, &["plan", "--detailed-exitcode"]).code, 0);
    deployer.may(&may_ask("down", &[])).await;
    deployer.ok(&stage, &["down", "--yes", "--delete-data"]);
}

/// Rights that AWS's messages name seldom: what comes along with a call.
const HIDDEN: [&str; 6] = [
    "iam:PassRole",
    "iam:TagRole",
    "iam:TagUser",
    "lambda:TagResource",
    "logs:TagResource",
    "s3:PutBucketPolicy",
];

/// Every right, with `PROVISIONER_ALL_FAULTS`; else those that are easily forgotten.
#[tokio::test]
async fn with_one_right_less_something_fails() {
    let stage = Stage::new().await;
    let deployer = Deployer::new(&stage).await;
    let whole = policy(&stage, &["up"]);
    for missing in HIDDEN {
        let mut less = whole.clone();
        for statement in less["Statement"].as_array_mut().unwrap() {
            statement["Action"].as_array_mut().unwrap().retain(|action| action != missing);
        }
        less["Statement"].as_array_mut().unwrap().retain(|one| one["Action"] != serde_json::json!([]));
        deployer.may(&less).await;
        let run = deployer.run(&stage, &["up", "--yes"]);
        assert_eq!(run.code, 1, "without {missing}\n{}{}", run.out, run.err);
        assert!(run.err.contains(missing), "without {missing}\n{}{}", run.out, run.err);
        stage.ok(&["down", "--yes", "--delete-data"]);
    }
}
