//! The access matrix on the stack that `provisioner up` made.

use engine::aws::Aws;
use engine::stack::Stack;

use super::stage::{CONFIG, Stage};
use testkit::access::{self as matrix, Clients};

/// Clients with a new key for each user.
async fn clients_with_new_keys(aws: &Aws, stack: &Stack) -> Clients {
    let mut clients = Clients::new();
    for user in &stack.config.users {
        let create = aws.iam.create_access_key().user_name(stack.names.user(&user.name));
        let key = create.send().await.unwrap().access_key.unwrap();
        clients.insert(user.name.clone(), aws.s3_as(key.access_key_id(), key.secret_access_key()));
    }
    clients
}

#[tokio::test]
async fn users_can_do_what_the_configuration_says_and_nothing_else() {
    let stage = Stage::new().await;
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    let clients = clients_with_new_keys(&aws, &stack).await;
    matrix::of_shipped_users(&aws, &stack, &clients).await;
}

#[tokio::test]
async fn the_role_reads_a_writes_b_and_writes_its_logs() {
    let stage = Stage::new().await;
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    matrix::of_the_role(&aws, &stage.stack(&aws), &stage.local).await;
}

#[tokio::test]
async fn a_write_only_user_is_a_drop_box_and_a_prefix_is_a_fence() {
    let stage = Stage::new().await;
    let config = CONFIG
        .replace("access = \"read-write\"", "access = \"write-only\"")
        .replace("# prefix = \"albums/\" ", "prefix = \"albums/\" ");
    stage.configure(&config);
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    let clients = clients_with_new_keys(&aws, &stack).await;
    matrix::of_drop_box_and_fence(&aws, &stack, &clients["user-a"], &clients["user-b"]).await;
}
