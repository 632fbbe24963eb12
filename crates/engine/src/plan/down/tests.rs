use super::*;
use crate::stack::{OWNER_TAG, Tags};
use crate::testing::{EVERYTHING, as_desired, assert_ordered, nothing, plan_lines, stack};

const SOURCE: &str = "photos-uploads-123456789012";
const DESTINATION: &str = "photos-clean-123456789012";

fn planned(stack: &Stack, world: &World, contents: &[(&str, Contents)], rule: DataRule) -> Plan {
    let contents = contents.iter().map(|(name, contents)| ((*name).to_owned(), *contents)).collect();
    let plan = down(stack, world, &contents, rule);
    assert_ordered(&plan);
    plan
}

fn lines(stack: &Stack, world: &World, contents: &[(&str, Contents)], rule: DataRule) -> String {
    plan_lines(&planned(stack, world, contents, rule), stack)
}

fn holding(objects: u64) -> Contents {
    Contents { objects, bytes: objects * 1000, ..Contents::default() }
}

#[test]
fn everything_of_the_stack_goes() {
    let stack = stack(EVERYTHING);
    let world = as_desired(&stack);
    let plan = lines(&stack, &world, &[], DataRule::Ask);
    insta::assert_snapshot!(plan);
    for rule in [DataRule::Delete, DataRule::Keep] {
        assert_eq!(plan, lines(&stack, &world, &[], rule), "without data the rule does not matter");
    }
}

#[test]
fn what_does_not_exist_needs_no_plan() {
    let stack = stack(EVERYTHING);
    let plan = planned(&stack, &nothing(&stack), &[], DataRule::Ask);
    assert_eq!(plan, Plan::default());
}

#[test]
fn data_is_asked_for_deleted_or_kept() {
    let stack = stack("");
    let world = World { former_buckets: vec!["photos-old".to_owned()], ..as_desired(&stack) };
    let marker = Contents { delete_markers: 3, ..Contents::default() };
    let contents = [(SOURCE, holding(1)), (DESTINATION, marker), ("photos-old", holding(20))];
    insta::assert_snapshot!("data_ask", lines(&stack, &world, &contents, DataRule::Ask));
    insta::assert_snapshot!("data_delete", lines(&stack, &world, &contents, DataRule::Delete));
    insta::assert_snapshot!("data_keep", lines(&stack, &world, &contents, DataRule::Keep));
}

#[test]
fn each_kind_of_contents_is_data_or_is_not() {
    let stack = stack("");
    let world = as_desired(&stack);
    let none = Contents::default();
    for (contents, is_data, is_emptied) in [
        (none, false, false),
        (Contents { objects: 1, ..none }, true, true),
        (Contents { versions: 1, ..none }, true, true),
        (Contents { uploads: 1, ..none }, true, true),
        (Contents { delete_markers: 1, ..none }, false, true),
    ] {
        let plan = |rule| planned(&stack, &world, &[(SOURCE, contents)], rule);
        assert_eq!(plan(DataRule::Ask).problems.len(), usize::from(is_data), "{contents:?}");
        let kept = plan(DataRule::Keep);
        assert_eq!(kept.notes.len(), usize::from(is_data), "{contents:?}");
        let of_source = |plan: &Plan| {
            plan.steps.iter().filter(|step| step.address == Address::Bucket(BucketRole::Source)).count()
        };
        assert_eq!(of_source(&kept), if is_data { 0 } else { 1 + usize::from(is_emptied) }, "{contents:?}");
        let deleted = plan(DataRule::Delete);
        assert!(deleted.problems.is_empty());
        assert_eq!(of_source(&deleted), 1 + usize::from(is_emptied), "{contents:?}");
    }
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let stack = stack(EVERYTHING);
    let mut world = as_desired(&stack);
    let mark = |tags: &mut Tags| drop(tags.insert(OWNER_TAG.to_owned(), "other".to_owned()));
    for bucket in [&mut world.source, &mut world.destination] {
        if let Observation::Present(bucket) = bucket {
            mark(&mut bucket.tags);
        }
    }
    world.log_group.iter_mut().for_each(|group| mark(&mut group.tags));
    world.function.iter_mut().for_each(|function| mark(&mut function.tags));
    world.alarms.values_mut().for_each(|alarm| mark(&mut alarm.tags));
    let users = world.users.values_mut().flatten().map(|user| &mut user.identity);
    let roles = world.role.iter_mut().chain(world.user_roles.values_mut().flatten());
    for identity in roles.map(|role| &mut role.identity).chain(users) {
        mark(&mut identity.tags);
        identity.path = "/".to_owned();
    }
    // Our entries in the document are told by their ids, whoever owns the bucket.
    insta::assert_snapshot!(lines(&stack, &world, &[(SOURCE, holding(1))], DataRule::Delete));
}

#[test]
fn tag_or_path_make_role_and_users_ours() {
    let stack = stack(EVERYTHING);
    let whole = planned(&stack, &as_desired(&stack), &[], DataRule::Ask);
    let mut untagged = as_desired(&stack);
    untagged.role.iter_mut().for_each(|role| role.identity.tags.clear());
    untagged.user_roles.values_mut().flatten().for_each(|role| role.identity.tags.clear());
    untagged.users.values_mut().flatten().for_each(|user| user.identity.tags.clear());
    assert_eq!(planned(&stack, &untagged, &[], DataRule::Ask), whole);
    let mut moved = as_desired(&stack);
    moved.role.iter_mut().for_each(|role| role.identity.path = "/".to_owned());
    moved.user_roles.values_mut().flatten().for_each(|role| role.identity.path = "/".to_owned());
    moved.users.values_mut().flatten().for_each(|user| user.identity.path = "/".to_owned());
    assert_eq!(planned(&stack, &moved, &[], DataRule::Ask), whole);
}

#[test]
fn former_things_go_too() {
    let stack = stack("");
    let world = World {
        former_users: vec!["photos-guest".to_owned()],
        former_roles: vec!["photos-old-partner".to_owned()],
        former_alarms: vec!["photos-sanitizer-errors".to_owned()],
        former_buckets: vec!["photos-old".to_owned()],
        ..nothing(&stack)
    };
    insta::assert_snapshot!(lines(&stack, &world, &[], DataRule::Ask));
}

#[test]
fn nothing_is_known_to_be_gone_that_may_not_be_looked_at() {
    let stack = stack("");
    let there = Stack::new(stack.config.clone(), "aws", "123456789012", "us-east-1");
    let world = World {
        source: Observation::Taken,
        destination: Observation::Elsewhere(Some("us-east-1".to_owned())),
        role: as_desired(&there).role,
        ..nothing(&stack)
    };
    insta::assert_snapshot!(lines(&stack, &world, &[], DataRule::Delete));
}
