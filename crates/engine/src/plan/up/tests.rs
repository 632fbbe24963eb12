use serde_json::json;

use super::*;
use crate::resources::alarm::Kind;
use crate::resources::bucket::{ObservedLifecycle, Versioning};
use crate::resources::trigger::Foreign;
use crate::resources::user::OwnKey;
use crate::testing::{
    CODE, EVERYTHING, as_desired, assert_ordered, extra_inline, nothing, plan_lines, stack,
};

/// Two users, all else as shipped.
const SHIPPED: &str = include_str!("../../../../../config.toml");

fn lines(stack: &Stack, world: &World, adopt: &Adopt) -> String {
    let plan = up(stack, CODE, world, adopt);
    assert_ordered(&plan);
    plan_lines(&plan, stack)
}

/// The shipped configuration, whose first key is the stack's name.
fn shipped() -> Stack {
    let rest = SHIPPED.replace("\nstack = \"photos\"\n", "\n");
    assert_ne!(rest, SHIPPED);
    stack(&rest)
}

fn foreign(kind: &'static str, prefix: &str, suffix: &str) -> Foreign {
    let (id, target) = ("theirs".to_owned(), "arn:aws:sqs:eu-west-1:123456789012:theirs".to_owned());
    let events = vec!["s3:ObjectCreated:Put".to_owned()];
    Foreign { kind, id, target, events, prefix: prefix.to_owned(), suffix: suffix.to_owned() }
}

/// Takes the mark off everything, or puts another stack's on.
fn unmark(world: &mut World, owner: Option<&str>) {
    let mark = |tags: &mut Tags| {
        tags.remove(OWNER_TAG);
        tags.extend(owner.map(|owner| (OWNER_TAG.to_owned(), owner.to_owned())));
    };
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
    }
}

/// Puts role and users under another path.
fn move_to(world: &mut World, path: &str) {
    let users = world.users.values_mut().flatten().map(|user| &mut user.identity);
    let roles = world.role.iter_mut().chain(world.user_roles.values_mut().flatten());
    for identity in roles.map(|role| &mut role.identity).chain(users) {
        path.clone_into(&mut identity.path);
    }
}

#[test]
fn from_nothing() {
    let stack = shipped();
    insta::assert_snapshot!(lines(&stack, &nothing(&stack), &Adopt::Nothing));
}

#[test]
fn from_nothing_with_everything() {
    let stack = stack(EVERYTHING);
    let plan = lines(&stack, &nothing(&stack), &Adopt::Nothing);
    insta::assert_snapshot!(plan);
    assert_eq!(
        plan,
        lines(&stack, &nothing(&stack), &Adopt::Everything),
        "what does not exist is not adopted"
    );
}

#[test]
fn without_changes() {
    for stack in [shipped(), stack(EVERYTHING), stack("")] {
        let plan = up(&stack, CODE, &as_desired(&stack), &Adopt::Nothing);
        assert!(plan.is_empty() && plan.notes.is_empty(), "{}", plan_lines(&plan, &stack));
        assert_eq!(
            plan.unchanged.len(),
            7 + stack.config.users.len() + stack.config.alarms.as_ref().map_or(0, |_| Kind::ALL.len())
        );
        assert_eq!(
            plan,
            up(&stack, CODE, &as_desired(&stack), &Adopt::Everything),
            "what is ours is not adopted"
        );
    }
}

#[test]
fn everything_changed() {
    let stack = stack(EVERYTHING);
    let mut world = as_desired(&stack);
    let wide = json!({"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]});
    for bucket in [&mut world.source, &mut world.destination] {
        let Observation::Present(bucket) = bucket else { panic!() };
        bucket.public_access_blocked = false;
        bucket.ownership = None;
        bucket.encryption = None;
        bucket.versioning = Versioning::Enabled;
        bucket.policy = Some(wide.clone());
        bucket.lifecycle = ObservedLifecycle::None;
        bucket.tags.remove("team");
    }
    let group = world.log_group.as_mut().unwrap();
    group.retention_days = None;
    group.tags.remove("team");
    let role = world.role.as_mut().unwrap();
    role.trust = wide.clone();
    role.settings.max_session = 43200;
    role.identity.policies.ours = Some(wide.clone());
    role.identity.policies.extra_inline = vec![extra_inline("extra")];
    role.identity.policies.attached = vec!["arn".to_owned()];
    role.identity.boundary = None;
    role.identity.tags.remove("team");
    let function = world.function.as_mut().unwrap();
    function.code_sha256 = "other".to_owned();
    function.settings.memory = 128;
    function.reserved_concurrency = None;
    function.tags.remove("team");
    function.state = "Pending".to_owned();
    world.permission[0]["Condition"] = json!({});
    world.permission.push(wide.clone());
    world.trigger.ours.pop();
    for alarm in world.alarms.values_mut() {
        alarm.settings.threshold += 1.0;
        alarm.tags.remove("team");
    }
    // One user has rights that it should not have, the other one lacks some and has others.
    let mut users = world.users.values_mut().flatten();
    let (uploader, viewer) = (users.next().unwrap(), users.next().unwrap());
    uploader.identity.policies.ours =
        Some(json!({"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}));
    uploader.groups = vec!["admins".to_owned()];
    viewer.identity.policies.ours = None;
    viewer.identity.boundary = Some("other".to_owned());
    // Somebody may assume the role who should not, and it may do too much.
    let partner = world.user_roles.values_mut().flatten().next().unwrap();
    partner.trust["Statement"][0]["Principal"] = json!({"AWS": "arn:aws:iam::111111111111:root"});
    partner.identity.policies.ours = Some(wide.clone());
    insta::assert_snapshot!(lines(&stack, &world, &Adopt::Nothing));
}

#[test]
fn what_is_narrowed_and_what_is_created_in_one_plan() {
    let stack = stack(EVERYTHING);
    // The entries went with the bucket, the policy with the function.
    let none = nothing(&stack);
    let mut world = World {
        source: none.source,
        trigger: none.trigger,
        function: none.function,
        permission: none.permission,
        ..as_desired(&stack)
    };
    let Observation::Present(bucket) = &mut world.destination else { panic!() };
    bucket.public_access_blocked = false;
    insta::assert_snapshot!(lines(&stack, &world, &Adopt::Nothing));
}

#[test]
fn what_is_not_ours_is_a_problem() {
    let stack = stack(EVERYTHING);
    let mut world = as_desired(&stack);
    unmark(&mut world, None);
    move_to(&mut world, "/");
    insta::assert_snapshot!("foreign", lines(&stack, &world, &Adopt::Nothing));
    unmark(&mut world, Some("other"));
    insta::assert_snapshot!("of_another_stack", lines(&stack, &world, &Adopt::Nothing));
}

#[test]
fn adoption_takes_over_what_is_not_ours() {
    let stack = stack(EVERYTHING);
    let mut world = as_desired(&stack);
    unmark(&mut world, Some("other"));
    // A user that has another path is moved.
    world.users.values_mut().take(1).flatten().for_each(|user| user.identity.path = "/".to_owned());
    insta::assert_snapshot!(lines(&stack, &world, &Adopt::Everything));
}

#[test]
fn the_path_marks_role_and_users_as_the_tag_does() {
    let stack = stack(EVERYTHING);
    let mut untagged = as_desired(&stack);
    untagged.role.iter_mut().for_each(|role| role.identity.tags.clear());
    untagged.user_roles.values_mut().flatten().for_each(|role| role.identity.tags.clear());
    untagged.users.values_mut().flatten().for_each(|user| user.identity.tags.clear());
    let plan = up(&stack, CODE, &untagged, &Adopt::Nothing);
    assert_eq!((plan.steps.len(), plan.problems.len()), (4, 0), "{}", plan_lines(&plan, &stack));
    // Tagged as ours, under a path of others.
    let mut moved = as_desired(&stack);
    move_to(&mut moved, "/theirs/");
    let plan = up(&stack, CODE, &moved, &Adopt::Everything);
    let paths = plan.problems.iter().filter(|problem| matches!(problem, Problem::WrongPath { .. }));
    // Users are moved, roles cannot be.
    assert_eq!((plan.steps.len(), paths.count()), (2, 2), "{}", plan_lines(&plan, &stack));
}

#[test]
fn former_users_and_alarms_go_and_former_buckets_stay() {
    let stack = stack("");
    let world = World {
        former_users: vec!["photos-guest".to_owned()],
        former_roles: vec!["photos-old-partner".to_owned()],
        former_alarms: vec!["photos-sanitizer-errors".to_owned()],
        former_buckets: vec!["photos-old".to_owned()],
        ..as_desired(&stack)
    };
    insta::assert_snapshot!(lines(&stack, &world, &Adopt::Nothing));
}

#[test]
fn a_user_that_becomes_a_role_is_told_and_its_rights_go_first() {
    let user = "[[users]]\nname = \"ann\"\nbucket = \"source\"\naccess = \"read-only\"\n";
    let role = stack(&format!("{user}kind = \"role\"\ntrust = [\"210987654321\"]\n"));
    let user = stack(user);
    let name = || "photos-ann".to_owned();
    let there = World { user_roles: as_desired(&role).user_roles, ..nothing(&role) };
    let former = World { former_users: vec![name()], ..as_desired(&role) };
    for (stack, world) in [
        (&role, World { user_roles: [(name(), None)].into(), ..former }),
        (&user, World { users: [(name(), None)].into(), former_roles: vec![name()], ..as_desired(&user) }),
    ] {
        let plan = up(stack, CODE, &world, &Adopt::Nothing);
        insta::assert_snapshot!(plan_lines(&plan, stack));
    }
    let plan = up(&role, CODE, &there, &Adopt::Nothing);
    assert!(plan.notes.is_empty(), "a role that is there is nothing new: {:?}", plan.notes);
}

/// The keys of a user that is renamed are gone, which a `-` and a `+` do not say.
#[test]
fn a_renamed_user_is_told_as_another_one() {
    let stack = stack("[[users]]\nname = \"ann\"\nbucket = \"source\"\naccess = \"read-only\"");
    let mut world = World { former_users: vec!["photos-anne".to_owned()], ..as_desired(&stack) };
    assert_eq!(up(&stack, CODE, &world, &Adopt::Nothing).notes, [], "one goes, and none comes");
    world.users.insert("photos-ann".to_owned(), None);
    let notes = up(&stack, CODE, &world, &Adopt::Nothing).notes;
    let told: Vec<String> = notes.iter().map(ToString::to_string).collect();
    assert!(
        told.len() == 1 && told[0].starts_with("photos-anne goes with all access keys, and photos-ann"),
        "{told:?}"
    );
}

#[test]
fn others_entries_and_replication_are_told() {
    let stack = stack("");
    let mut world = as_desired(&stack);
    world.trigger.foreign = vec![foreign("topic", "", ".tiff")];
    world.replicas = vec!["backup".to_owned()];
    let plan = up(&stack, CODE, &world, &Adopt::Nothing);
    let source = "photos-uploads-123456789012".to_owned();
    assert!(plan.is_empty());
    assert_eq!(
        plan.notes,
        [Note::ForeignEntries(1), Note::Replicated { bucket: source, to: vec!["backup".to_owned()] }]
    );
}

#[test]
fn problems() {
    let stack = stack("");
    let mut world = as_desired(&stack);
    world.source = Observation::Taken;
    world.destination = Observation::Elsewhere(Some("us-east-1".to_owned()));
    world.trigger.foreign = vec![foreign("queue", "", ".jpg")];
    let there = Stack::new(stack.config.clone(), "aws", "123456789012", "us-east-1");
    world.role = as_desired(&there).role;
    insta::assert_snapshot!("problems", lines(&stack, &world, &Adopt::Nothing));
    world.destination = Observation::Elsewhere(None);
    let plan = up(&stack, CODE, &world, &Adopt::Everything);
    assert_eq!(plan.problems.len(), 4, "adoption does not help");
    assert_eq!(plan.problems[1].what(), "bucket photos-clean-123456789012 is in another region");
}

#[test]
fn keys_without_a_known_use_are_told() {
    let stack = stack(EVERYTHING);
    let mut world = as_desired(&stack);
    let key = |id: &str, is_active, is_unused| OwnKey { id: id.to_owned(), is_active, is_unused, days: 2 };
    let doubtful = [
        (
            "photos-uploader",
            vec![key("AKIA1", true, false), key("AKIA2", true, false)],
            "has 2 access keys, AKIA1 and AKIA2",
        ),
        (
            "photos-viewer",
            vec![key("AKIA3", true, true)],
            "AKIA3, which is more than a day old and was never used",
        ),
        ("photos-viewer", vec![key("AKIA3", false, false)], "AKIA3, which is inactive"),
        ("photos-viewer", vec![key("AKIA3", true, false)], ""),
        (
            "photos-viewer",
            vec![OwnKey { days: 120, ..key("AKIA3", true, false) }],
            "AKIA3, which is 120 days old: `keys rotate` replaces it",
        ),
    ];
    for (name, keys, expected) in doubtful {
        if let Some(Some(user)) = world.users.get_mut(name) {
            user.keys = keys;
        }
        let plan = up(&stack, CODE, &world, &Adopt::Nothing);
        assert!(plan.steps.is_empty(), "a note is no change");
        let notes: Vec<String> =
            plan.notes.iter().map(Note::to_string).filter(|note| note.contains(name)).collect();
        assert_eq!(notes.len(), usize::from(!expected.is_empty()), "{notes:?}");
        assert!(notes.iter().all(|note| note.contains(expected)), "{notes:?}");
    }
}

#[test]
fn as_many_entries_as_a_bucket_takes_those_of_others_included() {
    let stack = stack("[trigger]\nsuffixes = [\".jpg\", \".png\"]");
    let mut world = as_desired(&stack);
    world.trigger.foreign = (0..98).map(|number| foreign("queue", "", &format!(".{number:02}x"))).collect();
    assert!(up(&stack, CODE, &world, &Adopt::Nothing).problems.is_empty());
    world.trigger.foreign.push(foreign("topic", "", ".tiff"));
    let plan = up(&stack, CODE, &world, &Adopt::Nothing);
    let told: Vec<String> = plan.problems.iter().map(Problem::what).collect();
    assert_eq!(
        told,
        [
            "the source bucket would have 101 notification entries: 2 of this stack, one for each suffix, and 99 of others"
        ]
    );
}

#[test]
fn what_was_not_named_stays_refused() {
    let stack = stack(EVERYTHING);
    let mut world = as_desired(&stack);
    unmark(&mut world, None);
    let adopt = Adopt::named(&["bucket".to_owned(), "log-group".to_owned()], &stack).unwrap();
    let plan = up(&stack, CODE, &world, &adopt);
    let adopted = plan.notes.iter().filter(|note| matches!(note, Note::Adopted { .. }));
    assert_eq!(adopted.count(), 3, "{}", plan_lines(&plan, &stack));
    let foreign: Vec<_> = plan.problems.iter().map(Problem::what).collect();
    assert!(foreign.iter().any(|what| what.starts_with("function ")), "{foreign:?}");
    assert!(!foreign.iter().any(|what| what.contains("bucket") || what.contains("log group")), "{foreign:?}");
}

#[test]
fn failures_are_not_told_into_buckets_of_the_stack() {
    for (bucket, problems) in
        [("photos-clean-123456789012", 1), ("photos-uploads-123456789012", 1), ("failed-uploads", 0)]
    {
        let stack = stack(&format!("[function]\non_failure = \"arn:aws:s3:::{bucket}\""));
        let plan = up(&stack, CODE, &as_desired(&stack), &Adopt::Nothing);
        assert_eq!(plan.problems.len(), problems, "{:?}", plan.problems);
    }
}
