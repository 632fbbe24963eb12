//! C: what drifts is seen by both, each aspect by itself.

use super::aspects::{ASPECTS, Aspect, OF_WHAT_POLICIES_NAME};
use super::by_hand;
use super::ground::{CONFIG, Difference, Ground, Planned, Sign, ground};

/// Both plans show each of the aspects, and nothing else.
#[track_caller]
fn assert_seen(ground: &Ground, aspects: &[Aspect]) {
    let mut wrong = Vec::new();
    let mut compare = |tool: &str, plan: &[Difference], sign: fn(&Aspect) -> Sign| {
        for aspect in aspects {
            if !plan.iter().any(|difference| difference.shows(sign(aspect))) {
                wrong.push(format!("{tool} does not see {}: {:?}", aspect.name, sign(aspect)));
            }
        }
        let unknown = |difference: &&Difference| !aspects.iter().any(|aspect| difference.is_of(sign(aspect)));
        wrong.extend(plan.iter().filter(unknown).map(|it| format!("{tool} sees what did not drift: {it:?}")));
    };
    compare("provisioner", &ground.differences(), |aspect| aspect.provisioner);
    compare("Terraform", &ground.terraform_differences(), |aspect| aspect.terraform);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// provisioner heals it, as both see.
#[track_caller]
fn assert_healed(ground: &Ground) {
    ground.provisioner(&["up", "--yes"]);
    assert_eq!(ground.plan().code, 0);
    assert_eq!(ground.terraform_plan(), (Planned::new(), 0), "healed by provisioner, as Terraform sees it");
}

#[tokio::test]
async fn each_aspect_that_drifted_is_seen_by_both() {
    let config = CONFIG.replace("# team = \"media\"", "team = \"media\"")
        + "[alarms]\nactions = [\"arn:aws:sns:us-east-1:000000000000:on-call\"]\n\
           [[users]]\nname = \"site\"\nbucket = \"destination\"\naccess = \"read-only\"\nkind = \"role\"\n\
           trust = [\"210987654321\"]\n";
    let Some(ground) = ground(&config).await else { return };
    ground.provisioner(&["up", "--yes"]);
    ground.provisioner(&["export", "imports"]);
    ground.apply();
    // With the override Terraform does not mind which code it uploads.
    for file in ["terraform/imports.tf", "terraform/imports_override.tf"] {
        std::fs::remove_file(ground.path(file)).unwrap();
    }
    ground.apply();
    assert_seen(&ground, &[]);

    let aws = ground.aws().await;
    let stack = ground.stack(&aws);
    Box::pin(by_hand::of_buckets(&aws, &stack)).await;
    Box::pin(by_hand::of_principals(&aws, &stack)).await;
    by_hand::of_user_role(&aws, &stack).await;
    Box::pin(by_hand::of_function(&aws, &stack)).await;
    Box::pin(by_hand::of_alarms(&aws, &stack)).await;
    assert_seen(&ground, ASPECTS);
    assert_healed(&ground);

    by_hand::of_what_policies_name(&aws, &stack).await;
    assert_seen(&ground, OF_WHAT_POLICIES_NAME);
    assert_healed(&ground);
}
