//! A role that was deleted and made again has the same ARN and is another principal: Lambda's grant on the variables
//! does not name it. The local AWS knows grants, too.

use testkit::jpeg::{Kind, small};

use super::stage::Stage;

const ROLE: &str = "photos-sanitizer";

#[tokio::test]
async fn a_role_that_was_made_again_gets_a_new_grant() {
    let stage = Stage::new().await;
    stage.ok(&["up", "--yes"]);
    let picture = stage.config().with_file_name("one.jpg");
    std::fs::write(&picture, small(Kind::Ycc420)).unwrap();
    let upload =
        |name: &str| stage.run(&["upload", picture.to_str().unwrap(), "--prefix", name, "--timeout", "20"]);
    assert_eq!(upload("first/").code, 0);
    let aws = stage.aws().await;
    let delete = async || {
        // Created within the same second as the function was changed, it could not be told from one of before.
        let second = std::time::SystemTime::now();
        while second.elapsed().unwrap().as_millis() < 1100 {}
        let policies = aws.iam.list_role_policies().role_name(ROLE).send().await.unwrap();
        for policy in policies.policy_names() {
            aws.iam.delete_role_policy().role_name(ROLE).policy_name(policy).send().await.unwrap();
        }
        aws.iam.delete_role().role_name(ROLE).send().await.unwrap();
    };

    // The same run that makes the role renews the function.
    delete().await;
    let plan = stage.plan();
    assert!(plan.code == 2 && plan.out.contains("role grant"), "{}", plan.out);
    stage.ok(&["up", "--yes"]);
    assert_eq!(stage.plan().code, 0);
    assert_eq!(upload("second/").code, 0);

    // Somebody else has made it: with all it should have, and dead.
    let made = aws.iam.get_role().role_name(ROLE).send().await.unwrap().role.unwrap();
    let name = "provisioner-photos";
    let policy = aws.iam.get_role_policy().role_name(ROLE).policy_name(name).send().await.unwrap();
    delete().await;
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let create = aws.iam.create_role().role_name(ROLE).path("/provisioner/photos/");
    let create = create.assume_role_policy_document(decoded(made.assume_role_policy_document().unwrap()));
    let create = create.set_tags(made.tags.clone()).set_description(made.description.clone());
    create.send().await.unwrap();
    let put = aws.iam.put_role_policy().role_name(ROLE).policy_name(name);
    put.policy_document(decoded(policy.policy_document())).send().await.unwrap();
    assert_ne!(upload("third/").code, 0, "the local AWS knows no grants");
    let plan = stage.plan();
    assert!(plan.code == 2 && plan.out.contains("role grant"), "{}", plan.out);
    stage.ok(&["up", "--yes"]);
    assert_eq!(stage.plan().code, 0);
    assert_eq!(upload("fourth/").code, 0);
}
