//! `provisioner up`

use std::time::Duration;

use super::adopt::adopt;
use super::{changes, verify};
use crate::artifact::Package;
use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json;
use crate::report::plan_text;
use crate::session::{Connected, Session};
use crate::suggest::{assume_role, local_open};
use engine::aws::Wait;
use engine::config::{BucketRole, UserConfig};
use engine::plan::{Plan, Step};
use engine::recheck;
use engine::resources::{Action, Address, Change, ResourceChange};
use engine::survey::{self, Patience};
use engine::world::World;

/// Of so many new roles it is told how to assume them; `status` tells it of all.
const TOLD_ROLES: usize = 3;

pub(super) async fn run(args: &cli::Up, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let (connected, package) = session.connect_and_build().await?;
    let (aws, stack) = (&connected.aws, &connected.stack);
    let code = |_: &World| package.code_sha256.clone();
    let adopt = adopt(args.adopt.as_ref(), stack)?;
    let survey = survey::up(aws, stack, code, &adopt, Patience::TO_CHANGE);
    let (_, plan) = session.interrupt.or(survey).await?;
    changes::show(session, &connected, &plan, true)?;
    if !plan.is_empty() {
        changes::foresee(session, &connected, &plan, args.skip_simulation).await?;
        changes::confirm(session, args.yes, "Make these changes?").await?;
        changes::execute(session, &connected, Some(&package), &plan, false).await?;
        recheck(session, &connected, &package, &plan).await?;
    }
    finish(session, &connected, &plan);
    if args.verify {
        return verify::prove(&cli::Verify::default(), session, &connected).await;
    }
    Ok(ExitCode::Ok)
}

/// Says what AWS does not show yet or what something else has changed, and fails with what it stays like.
async fn recheck(
    session: &Session<'_>,
    connected: &Connected,
    package: &Package,
    done: &Plan,
) -> Result<(), Failure> {
    let (aws, stack, screen) = (&connected.aws, &connected.stack, session.screen);
    let on_wait = |wait: Wait<'_>| changes::say_wait(screen, wait);
    let recheck = recheck::after_up(aws, stack, &package.code_sha256, done, &on_wait);
    let Some(difference) = session.interrupt.or(recheck).await? else { return Ok(()) };
    if !difference.overwritten.is_empty() {
        return Err(Failure::Overwritten(difference.overwritten));
    }
    screen.tell(&plan_text(&difference.plan, stack, session.view()));
    Err(Failure::Differs { left: difference.left.len(), disturbed: difference.disturbed })
}

/// Whether S3 starts the function by other rules than before.
fn triggers_change(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| step.address == Address::Trigger)
}

/// How long S3 may take to follow what has changed.
fn settles_in(plan: &Plan) -> Duration {
    match settling(plan).len() {
        0 => Duration::ZERO,
        1 => Duration::from_secs(5 * 60),
        _ => Duration::from_secs(15 * 60),
    }
}

/// What S3 has accepted and does not follow at once
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-enable-disable-notification-intro.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html>).
fn settling(plan: &Plan) -> Vec<&'static str> {
    let is_new = |step: &Step| {
        let from_off =
            matches!(&step.change, Change::Bucket(change) if change.enables_versioning_for_the_first_time());
        step.address == Address::Bucket(BucketRole::Source) && from_off
    };
    let mut notes = Vec::new();
    if triggers_change(plan) {
        notes.push(
            "S3 takes up to five minutes to follow a changed trigger: until then an upload may not start the function.",
        );
    }
    if plan.steps.iter().any(is_new) {
        notes.push(
            "In the first 15 minutes of versioning S3 may not find a new picture: the function then tries again, and the \
             clean copy comes some minutes late.",
        );
    }
    notes
}

fn finish(session: &Session<'_>, connected: &Connected, plan: &Plan) {
    let (screen, stack) = (session.screen, &connected.stack);
    let (source, destination) =
        (stack.names.bucket(BucketRole::Source), stack.names.bucket(BucketRole::Destination));
    if screen.json {
        screen.line(&json::Event::Ready(json::Ready {
            changed: !plan.is_empty(),
            source_bucket: source.to_owned(),
            destination_bucket: destination.to_owned(),
            function: stack.names.function.clone(),
            role: stack.names.role_arn(),
            settles_in_s: if session.global.local { 0 } else { settles_in(plan).as_secs() },
            users: stack.iam_users().map(|user| stack.names.user(&user.name)).collect(),
            user_roles: stack.role_users().map(|user| stack.user_arn(user)).collect(),
            aws_calls: connected.aws.calls(),
        }));
        return;
    }
    let mut text = format!("\nReady. Pictures uploaded to {source} appear clean in {destination}.\n");
    // The AWS on this machine does at once what it says.
    if !session.global.local {
        for note in settling(plan) {
            text.push_str(&format!("{note}\n"));
        }
        if triggers_change(plan) {
            text.push_str(&format!(
                "  {}   what was uploaded meanwhile and has no clean copy\n",
                session.suggest("pending")
            ));
        }
    }
    let writer = stack.iam_users().find(|user| user.bucket == BucketRole::Source && user.access.writes());
    let upload = writer.map(|user| {
        let words = format!("upload PHOTO.jpg --as {}", user.name);
        (session.suggest(&words), "upload a picture as this user")
    });
    let others = [
        (session.suggest("status"), "show what exists"),
        (session.suggest("verify"), "prove from outside that it works"),
        (session.suggest("down"), "remove it all"),
    ];
    let page = session.global.local.then(|| (local_open(session.global), "drop photos on a page of it"));
    // A user that is made now has no key, and nothing that is on the screen says so.
    let is_new = |step: &Step, user: &str| {
        matches!(&step.address, Address::User(name) | Address::UserRole(name) if *name == stack.names.user(user))
            && step.change.line().action == Action::Create
            && step.change.line().attribute.is_none()
    };
    let is_made = |user: &&UserConfig| plan.steps.iter().any(|step| is_new(step, &user.name));
    let keys = stack.iam_users().find(is_made).map(|user| {
        (session.suggest(&format!("keys issue {}", user.name)), "make an access key: new users have none")
    });
    let next: Vec<_> = upload.into_iter().chain(keys).chain(page).chain(others).collect();
    let width = next.iter().map(|(command, _)| command.chars().count()).max().unwrap_or_default();
    for (command, what) in next {
        text.push_str(&format!("\n  {command:width$}   {what}"));
    }
    for user in stack.role_users().filter(is_made).take(TOLD_ROLES) {
        let name = stack.names.user(&user.name);
        let command = assume_role(stack, user);
        text.push_str(&format!(
            "\n\n{name} is a role without a key; whom it trusts acts as it with\n  {command}"
        ));
    }
    screen.say(&text);
}
