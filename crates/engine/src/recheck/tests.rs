use std::sync::Mutex;

use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::aws::Wait;
use crate::resources::bucket::{Contents, Observation};
use crate::stack::OWNER_TAG;
use crate::status::statements;
use crate::testing::{CODE, EVERYTHING, as_desired, nothing, stack};

/// What the waits said: the cause, and how many seconds they may take at most.
#[derive(Default)]
struct Said(Mutex<Vec<(String, u64)>>);

impl Said {
    fn hear(&self, wait: Wait<'_>) {
        self.0.lock().unwrap().push((wait.why.to_owned(), wait.deadline.as_secs()));
    }

    fn all(self) -> Vec<(String, u64)> {
        self.0.into_inner().unwrap()
    }
}

fn without_log_group(stack: &Stack) -> World {
    World { log_group: None, ..as_desired(stack) }
}

fn without_role(stack: &Stack) -> World {
    World { role: None, ..as_desired(stack) }
}

/// Nothing else depends on how the function's policy is.
fn without_permission(stack: &Stack) -> World {
    World { permission: Vec::new(), ..as_desired(stack) }
}

/// A plan that has created everything, and one that has created the log group only.
fn done(stack: &Stack) -> [Plan; 2] {
    [nothing(stack), without_log_group(stack)].map(|world| plan::up(stack, CODE, &world, &Adopt::Nothing))
}

#[tokio::test(start_paused = true)]
async fn when_all_is_as_configured_there_is_no_wait() {
    let stack = stack(EVERYTHING);
    let [done, _] = done(&stack);
    let never = |_: Wait<'_>| panic!("nothing is waited for");
    let found = until_up(&stack, CODE, &done, &never, async || Ok(as_desired(&stack))).await;
    assert_eq!(found.unwrap(), None);
    let left = until_down(&stack, DataRule::Ask, &[], &never, async || Ok(nothing(&stack))).await;
    assert_eq!(left.unwrap(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn what_aws_does_not_show_yet_is_waited_for_by_name() {
    let stack = stack(EVERYTHING);
    let [done, _] = done(&stack);
    let said = Said::default();
    let mut looks = [without_log_group(&stack), nothing(&stack), without_permission(&stack)].into_iter();
    let look = async || Ok(looks.next().unwrap());
    let found = until_up(&stack, CODE, &done, &|wait| said.hear(wait), look).await;
    assert_eq!(found.unwrap(), None);
    let why = "waiting until AWS shows the changes everywhere";
    assert_eq!(
        said.all(),
        [
            (format!("{why}: log group /aws/lambda/photos-sanitizer"), 300),
            // The log group only was open; the rest has been seen already.
            (format!("{why}: log group /aws/lambda/photos-sanitizer"), 300),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_difference_that_stays_is_told_after_minutes() {
    let stack = stack(EVERYTHING);
    let [done, _] = done(&stack);
    for (world, name, deadline) in [
        (without_log_group(&stack), "log group /aws/lambda/photos-sanitizer", DEADLINE),
        (World { function: None, ..as_desired(&stack) }, "function photos-sanitizer", LAMBDA_DEADLINE),
    ] {
        let start = Instant::now();
        let found = until_up(&stack, CODE, &done, &|_| (), async || Ok(world.clone())).await;
        let found = found.unwrap().unwrap();
        assert_eq!((found.disturbed, found.left), (0, vec![name.to_owned()]));
        assert_eq!(found.plan, plan::up(&stack, CODE, &world, &Adopt::Nothing));
        let took = start.elapsed();
        assert!(deadline.0 <= took && took < deadline.0 + BACKOFF.cap, "{took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_right_and_not_touched_is_disturbed_and_not_waited_for_as_long() {
    let stack = stack(EVERYTHING);
    let [_, done] = done(&stack);
    let said = Said::default();
    let start = Instant::now();
    let mut looks = [without_log_group(&stack), as_desired(&stack)].into_iter();
    let both = || World { log_group: None, ..without_permission(&stack) };
    let look = async || Ok(looks.next().unwrap_or_else(both));
    let found = until_up(&stack, CODE, &done, &|wait| said.hear(wait), look).await;
    assert_eq!(found.unwrap(), None, "all was seen right at the second look");
    assert_eq!(said.all().len(), 1);

    let said = Said::default();
    let mut looks = [without_log_group(&stack)].into_iter();
    let look = async || Ok(looks.next().unwrap_or_else(both));
    let found = until_up(&stack, CODE, &done, &|wait| said.hear(wait), look).await;
    let found = found.unwrap().unwrap();
    assert_eq!((found.disturbed, found.left.len()), (1, 2), "the last look counts");
    let took = start.elapsed();
    assert!(DISTURBED_DEADLINE.0 <= took && took < DISTURBED_DEADLINE.0 + 2 * BACKOFF.cap, "{took:?}");
    let said = said.all();
    let why = "reading again what this run did not touch and what differs now";
    assert_eq!(said[0].1, 300);
    assert!(said[1..].iter().all(|(said, most)| said.starts_with(why) && *most == 60), "{said:?}");
    assert!(said.len() > 3, "{said:?}");

    let found = until_up(&stack, CODE, &done, &|_| (), async || Ok(without_permission(&stack))).await;
    assert_eq!(found.unwrap().map(|found| found.disturbed), Some(1));

    // Two services at once are not behind: somebody takes the stack down.
    let start = Instant::now();
    let gone = || World { function: None, ..without_role(&stack) };
    let found = until_up(&stack, CODE, &done, &|_| (), async || Ok(gone())).await;
    assert_eq!(found.unwrap().map(|found| found.disturbed), Some(2));
    let took = start.elapsed();
    assert!(TAKEN_DOWN_DEADLINE.0 <= took && took < TAKEN_DOWN_DEADLINE.0 + BACKOFF.cap, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn old_and_new_by_turns_is_lag_and_nobodys_work() {
    let stack = stack(EVERYTHING);
    for done in done(&stack) {
        let mut look = 0;
        let by_turns = async || {
            look += 1;
            Ok(match look % 3 {
                0 => as_desired(&stack),
                1 => without_log_group(&stack),
                _ => World { source: Observation::Absent, ..without_role(&stack) },
            })
        };
        let blames = |wait: Wait<'_>| assert!(!wait.why.contains("something else"), "{}", wait.why);
        let found = until_up(&stack, CODE, &done, &blames, by_turns).await.unwrap();
        assert_eq!(found, None);
    }
}

/// As after a `down` of a moment ago: what is gone is shown now and then, and was shown when the run began.
#[tokio::test(start_paused = true)]
async fn what_was_just_deleted_is_not_taken_for_there() {
    let stack = stack(EVERYTHING);
    let done = plan::up(&stack, CODE, &without_permission(&stack), &Adopt::Nothing);
    let gone = || World { log_group: None, ..without_role(&stack) };
    let blames = |wait: Wait<'_>| assert!(!wait.why.contains("something else"), "{}", wait.why);
    let mut look = 0;
    let by_turns_then_gone = async || {
        look += 1;
        Ok(if look < 8 && look % 2 == 0 { as_desired(&stack) } else { gone() })
    };
    let found = until_up(&stack, CODE, &done, &blames, by_turns_then_gone).await.unwrap().unwrap();
    assert_eq!(found.disturbed, 2, "{:?}", found.left);
    // As after an `up` of a moment ago: the same, and in the end it is there.
    let mut look = 0;
    let by_turns_then_there = async || {
        look += 1;
        Ok(if look < 8 && look % 2 == 1 { gone() } else { as_desired(&stack) })
    };
    let found = until_up(&stack, CODE, &done, &blames, by_turns_then_there).await.unwrap();
    assert_eq!(found, None);
    assert!(look >= 9, "two looks in a row");
}

#[test]
fn problems_are_differences_and_nothing_is_adopted_any_more() {
    let stack = stack("");
    let done = plan::up(&stack, CODE, &nothing(&stack), &Adopt::Everything);
    let mut world = as_desired(&stack);
    let look = |world: &World| difference(&stack, &done, plan::up(&stack, CODE, world, &Adopt::Nothing));
    assert_eq!(look(&world), None);
    if let Some(group) = &mut world.log_group {
        group.tags.remove(OWNER_TAG);
    }
    world.source = Observation::Taken;
    let found = look(&world).unwrap();
    assert_eq!(found.plan.problems.len(), 2);
    assert_eq!(
        found.left,
        [
            "bucket photos-uploads-123456789012 belongs to another AWS account, or these credentials may not look at it",
            "log group /aws/lambda/photos-sanitizer exists already and does not belong to this stack",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_shown_although_it_is_gone_is_waited_for_after_down() {
    let stack = stack("");
    let said = Said::default();
    let mut looks =
        [without_role(&stack), World { role: as_desired(&stack).role, ..nothing(&stack) }].into_iter();
    let look = async || Ok(looks.next().unwrap_or_else(|| nothing(&stack)));
    let left = until_down(&stack, DataRule::Ask, &[], &|wait| said.hear(wait), look).await.unwrap();
    assert_eq!(left, Vec::<String>::new());
    let why = "waiting until AWS shows everywhere that all is gone";
    assert_eq!(
        said.all(),
        [
            (format!("{why}: trigger photos-uploads-123456789012 and 4 more"), 300),
            (format!("{why}: role photos-sanitizer"), 300),
            // Gone once is not enough where AWS was behind.
            (why.to_owned(), 300),
        ]
    );
    let start = Instant::now();
    let left =
        until_down(&stack, DataRule::Ask, &[], &|_| (), async || Ok(without_role(&stack))).await.unwrap();
    assert_eq!(left.len(), 5);
    assert!(start.elapsed() >= DEADLINE.0);
}

#[test]
fn residue_is_what_carries_our_mark_and_was_not_kept() {
    let stack = stack("[alarms]\n[[users]]\nname = \"u\"\nbucket = \"source\"\naccess = \"read-only\"");
    let all = as_desired(&stack);
    let (source, destination) = ("photos-uploads-123456789012", "photos-clean-123456789012");
    let kept = |bucket: &str| Note::Kept { bucket: bucket.to_owned(), contents: Contents::default() };
    let none = || nothing(&stack);
    let mut foreign = all.role.clone();
    if let Some(role) = &mut foreign {
        role.identity.tags.clear();
        role.identity.path = "/theirs/".to_owned();
    }
    for (name, world, notes, expected) in [
        ("nothing", none(), vec![], vec![]),
        (
            "a bucket",
            World { source: all.source.clone(), ..none() },
            vec![],
            vec![format!("source bucket {source}")],
        ),
        ("a kept bucket", World { source: all.source.clone(), ..none() }, vec![kept(source)], vec![]),
        (
            "another bucket than the kept one",
            World { source: all.source.clone(), ..none() },
            vec![kept(destination)],
            vec![format!("source bucket {source}")],
        ),
        (
            "a bucket that may not be looked at",
            World { source: Observation::Taken, ..none() },
            vec![],
            vec![format!(
                "bucket {source} belongs to another AWS account, or these credentials may not look at it"
            )],
        ),
        ("a role of others", World { role: foreign, ..none() }, vec![], vec![]),
        (
            "former ones",
            World {
                former_buckets: vec!["old".to_owned()],
                former_users: vec!["photos-old".to_owned()],
                former_alarms: vec!["photos-sanitizer-errors".to_owned()],
                ..none()
            },
            vec![],
            ["user photos-old", "alarm photos-sanitizer-errors", "former bucket old"]
                .map(str::to_owned)
                .into(),
        ),
        (
            "a user and an alarm",
            World { users: all.users.clone(), alarms: all.alarms.clone(), ..none() },
            vec![],
            [
                "user photos-u",
                "alarm photos-sanitizer-dropped-events",
                "alarm photos-sanitizer-errors",
                "alarm photos-sanitizer-near-timeout",
                "alarm photos-sanitizer-rejected",
                "alarm photos-sanitizer-throttles",
            ]
            .map(str::to_owned)
            .into(),
        ),
    ] {
        assert_eq!(residue(&stack, &world, DataRule::Keep, &notes), expected, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_ends_the_recheck_at_once() {
    let stack = stack("");
    let [done, _] = done(&stack);
    let denied = async || Err(AwsError::with_code("AccessDenied"));
    let never = |_: Wait<'_>| panic!("nothing is waited for");
    assert!(until_up(&stack, CODE, &done, &never, denied).await.is_err());
    assert!(until_down(&stack, DataRule::Ask, &[], &never, denied).await.is_err());
}

#[test]
fn up_to_three_are_named() {
    let names = |count: usize| (1..=count).map(|n| n.to_string()).collect::<Vec<_>>();
    assert_eq!(naming("w", &names(1)), "w: 1");
    assert_eq!(naming("w", &names(3)), "w: 1, 2, 3");
    assert_eq!(naming("w", &names(4)), "w: 1 and 3 more");
}

/// The policy of the viewer, as it would be read.
fn with_policy(stack: &Stack, policy: serde_json::Value) -> World {
    let mut world = as_desired(stack);
    if let Some(Some(user)) = world.users.get_mut("photos-viewer") {
        user.identity.policies.ours = Some(policy);
    }
    world
}

#[tokio::test(start_paused = true)]
async fn what_is_neither_old_nor_ours_is_somebody_elses_and_not_waited_for() {
    let stack = stack(EVERYTHING);
    let allow = |action: &str| json!({"Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}});
    let (old, theirs) = (with_policy(&stack, allow("s3:GetObject")), with_policy(&stack, allow("sqs:*")));
    let done = plan::up(&stack, CODE, &old, &Adopt::Nothing);
    let start = Instant::now();
    let found = until_up(&stack, CODE, &done, &|_| (), async || Ok(theirs.clone())).await.unwrap().unwrap();
    assert_eq!(start.elapsed(), BACKOFF.first, "the second look is enough");
    let told: Vec<String> = found.overwritten.iter().map(Problem::what).collect();
    let ours = statements(&crate::stack::policies::user(&stack, &stack.config.users[1]));
    let expected =
        "somebody else is writing the inline policy of user photos-viewer: found sqs:* on *, we wrote";
    assert_eq!(told, [format!("{expected} {ours}")]);

    // The old value is waited for, and one of somebody else among old ones is found.
    let looks = [&old, &old, &old, &theirs, &theirs].map(World::clone);
    let mut next = looks.into_iter();
    let look = async || Ok(next.next().unwrap());
    let found = until_up(&stack, CODE, &done, &|_| (), look).await.unwrap().unwrap();
    assert_eq!((found.overwritten.len(), next.len()), (1, 0));
    // A user that an earlier run has made and AWS does not show yet has no policy that anybody wrote.
    let mut missing = as_desired(&stack);
    missing.users.insert("photos-viewer".to_owned(), None);
    let found = until_up(&stack, CODE, &done, &|_| (), async || Ok(missing.clone())).await.unwrap().unwrap();
    assert!(found.overwritten.is_empty(), "{found:?}");
    // Once may be what an earlier run has written.
    let looks = [theirs.clone(), old.clone(), theirs, old.clone(), as_desired(&stack)];
    let mut next = looks.into_iter();
    let found = until_up(&stack, CODE, &done, &|_| (), async || Ok(next.next().unwrap())).await.unwrap();
    assert_eq!(found, None);
    let start = Instant::now();
    let found = until_up(&stack, CODE, &done, &|_| (), async || Ok(old.clone())).await.unwrap().unwrap();
    assert!(found.overwritten.is_empty() && start.elapsed() >= DEADLINE.0);
}

#[tokio::test(start_paused = true)]
async fn what_is_new_has_defaults_that_nobody_wrote() {
    let stack = stack(EVERYTHING);
    let [done, _] = done(&stack);
    let mut world = as_desired(&stack);
    if let Observation::Present(bucket) = &mut world.source {
        bucket.encryption = None;
        bucket.versioning = crate::resources::bucket::Versioning::Suspended;
    }
    let found = until_up(&stack, CODE, &done, &|_| (), async || Ok(world.clone())).await.unwrap().unwrap();
    assert!(found.overwritten.is_empty(), "{found:?}");
    // A policy has no default.
    let policy = json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
    let world = with_policy(&stack, policy);
    let found = until_up(&stack, CODE, &done, &|_| (), async || Ok(world.clone())).await.unwrap().unwrap();
    assert_eq!(found.overwritten.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn each_setting_of_several_has_its_own_old_value() {
    let stack = stack(EVERYTHING);
    let with = |memory, timeout| {
        let mut world = as_desired(&stack);
        if let Some(function) = &mut world.function {
            function.settings.memory = memory;
            function.settings.timeout = timeout;
        }
        world
    };
    let wanted = as_desired(&stack).function.unwrap().settings;
    let done = plan::up(&stack, CODE, &with(128, wanted.timeout), &Adopt::Nothing);
    for (world, overwritten) in [
        (with(128, wanted.timeout), None),
        // It was not touched: told as disturbed, after a while.
        (with(wanted.memory, 1), None),
        (with(256, wanted.timeout), Some("found memory: 256 MB, we wrote memory: 2048 MB")),
    ] {
        let look = async || Ok(world.clone());
        let found = until_up(&stack, CODE, &done, &|_| (), look).await.unwrap().unwrap();
        let told: Vec<String> = found.overwritten.iter().map(Problem::what).collect();
        assert_eq!(told.len(), usize::from(overwritten.is_some()), "{told:?}");
        assert!(overwritten.is_none_or(|words| told[0].contains(words)), "{told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn another_stack_that_marks_what_we_made_is_named() {
    let stack = stack(EVERYTHING);
    let mut world = as_desired(&stack);
    if let Some(group) = &mut world.log_group {
        group.tags.insert(OWNER_TAG.to_owned(), "other".to_owned());
    }
    let [_, made] = done(&stack);
    let found = until_up(&stack, CODE, &made, &|_| (), async || Ok(world.clone())).await.unwrap().unwrap();
    assert_eq!(
        found.overwritten[0].what(),
        "somebody else is writing the owner of log group /aws/lambda/photos-sanitizer: found the stack other, we wrote \
         the stack photos"
    );
    // Where it was the other stack's before, AWS may show that for some time.
    let adopted = plan::up(&stack, CODE, &world, &Adopt::Everything);
    let found = until_up(&stack, CODE, &adopted, &|_| (), async || Ok(world.clone())).await.unwrap().unwrap();
    assert!(found.overwritten.is_empty());
}
