//! A: what Terraform made, provisioner would not change. B: what provisioner
//! made, Terraform imports and would not change. Both made the same. E: each
//! removes what the other made.

use engine::policy;
use engine::world::World;
use serde_json::Value;

use super::ground::{Ground, Planned, ground};

/// Both worlds with their policies in one form, so that they can be compared.
fn assert_same(terraform: &World, provisioner: &World) {
    // Terraform and provisioner write the same policies in other words.
    let mut terraform = terraform.clone();
    let mut pairs: Vec<(&mut Value, Value)> = Vec::new();
    for (left, right) in
        [(&mut terraform.source, &provisioner.source), (&mut terraform.destination, &provisioner.destination)]
    {
        let engine::resources::bucket::Observation::Present(left) = left else { panic!("no bucket") };
        pairs.push((left.policy.as_mut().unwrap(), right.present().unwrap().policy.clone().unwrap()));
    }
    let (left, right) = (terraform.role.as_mut().unwrap(), provisioner.role.as_ref().unwrap());
    pairs.push((&mut left.trust, right.trust.clone()));
    let right = right.identity.policies.ours.clone().unwrap();
    pairs.push((left.identity.policies.ours.as_mut().unwrap(), right));
    for (name, left) in &mut terraform.users {
        let right = provisioner.users[name].as_ref().unwrap().identity.policies.ours.clone().unwrap();
        pairs.push((left.as_mut().unwrap().identity.policies.ours.as_mut().unwrap(), right));
    }
    for (name, left) in &mut terraform.user_roles {
        let (left, right) = (left.as_mut().unwrap(), provisioner.user_roles[name].as_ref().unwrap());
        pairs.push((&mut left.trust, right.trust.clone()));
        let policy = right.identity.policies.ours.clone().unwrap();
        pairs.push((left.identity.policies.ours.as_mut().unwrap(), policy));
    }
    for (left, right) in pairs {
        assert!(policy::same(left, &right), "{left}\n{right}");
        *left = right;
    }
    assert_eq!(terraform.permission.len(), 1);
    assert!(policy::same_statement(&terraform.permission[0], &provisioner.permission[0]));
    terraform.permission = provisioner.permission.clone();
    assert_eq!(&terraform, provisioner);
}

async fn terraform_first(ground: &Ground) -> World {
    ground.apply();
    let plan = ground.plan();
    assert_eq!(plan.code, 0, "provisioner would change what Terraform made\n{}", plan.out);
    assert_eq!(ground.terraform_plan(), (Planned::new(), 0), "Terraform would change what it made itself");
    let world = ground.world().await;
    ground.provisioner(&["down", "--yes", "--delete-data"]);
    Ground::assert_empty(&ground.world().await);
    std::fs::remove_file(ground.path("terraform/terraform.tfstate")).unwrap();
    world
}

async fn provisioner_first(ground: &Ground) -> World {
    ground.provisioner(&["up", "--yes"]);
    let world = ground.world().await;
    ground.provisioner(&["export", "imports"]);
    let (changes, imported) = ground.terraform_plan();
    assert!(changes.is_empty(), "Terraform would change what provisioner made: {changes:#?}");
    let blocks = std::fs::read_to_string(ground.path("terraform/imports.tf")).unwrap();
    assert_eq!(imported, blocks.matches("import {").count() as u64);
    // Everything that the HCL has is imported: there was nothing to create.
    ground.apply();
    assert_eq!(ground.plan().code, 0);
    std::fs::remove_file(ground.path("terraform/imports.tf")).unwrap();
    assert_eq!(ground.terraform_plan(), (Planned::new(), 0));
    // Without the override Terraform learns where the package is, and uploads it.
    std::fs::remove_file(ground.path("terraform/imports_override.tf")).unwrap();
    let (changes, _) = ground.terraform_plan();
    assert_eq!(changes.keys().collect::<Vec<_>>(), ["aws_lambda_function.sanitizer"]);
    ground.apply();
    assert_eq!(ground.plan().code, 0);
    ground.destroy();
    Ground::assert_empty(&ground.world().await);
    world
}

/// The same configuration in both directions.
pub(crate) async fn both_ways(config: &str) {
    let Some(ground) = ground(config).await else { return };
    // Boxed: the futures of so many calls are too large for a test's stack.
    let made_by_provisioner = Box::pin(provisioner_first(&ground)).await;
    let made_by_terraform = Box::pin(terraform_first(&ground)).await;
    assert_same(&made_by_terraform, &made_by_provisioner);
}
