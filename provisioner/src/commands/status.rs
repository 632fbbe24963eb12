//! `provisioner status`

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json;
use crate::report::bytes;
use crate::session::Session;
use engine::aws::AwsError;
use engine::config::BucketRole;
use engine::plan::{self, Problem};
use engine::resources::bucket::{self, Contents, Observation};
use engine::world::World;

pub(super) async fn run(session: &Session<'_>) -> Result<ExitCode, Failure> {
    let connected = session.connect().await?;
    let (aws, stack, screen) = (&connected.aws, &connected.stack, session.screen);
    let count = async |role: BucketRole| bucket::count(aws, stack.names.bucket(role)).await;
    let all = async {
        let (world, source, destination) = futures::join!(
            World::observe(aws, stack),
            count(BucketRole::Source),
            count(BucketRole::Destination)
        );
        let world = world?;
        // A bucket of others is not counted.
        let of = |role: BucketRole, counted: Result<Contents, AwsError>| match world.bucket(role) {
            Observation::Present(_) => counted,
            _ => Ok(Contents::default()),
        };
        let contents = (of(BucketRole::Source, source)?, of(BucketRole::Destination, destination)?);
        Ok::<_, AwsError>((world, contents))
    };
    let (world, (source, destination)) = session.interrupt.or(all).await?;
    // Only a build knows the code's hash; `status` compares all the rest.
    let code = world.function.as_ref().map(|function| function.code_sha256.clone()).unwrap_or_default();
    let plan = plan::up(stack, &code, &world, false);
    let drift: Vec<String> =
        plan.by_resource().iter().map(|(a, _)| format!("{a} {}", a.name(stack))).collect();
    let problems: Vec<String> = plan.problems.iter().map(Problem::what).collect();
    if screen.json {
        screen.document(&json::Status::of(stack, &world, [&source, &destination], drift, problems));
        return Ok(ExitCode::Ok);
    }
    let names = &stack.names;
    let mut text = format!("Stack {} in account {}, {}\n\n", names.stack, names.account, names.region);
    for (role, contents) in [(BucketRole::Source, &source), (BucketRole::Destination, &destination)] {
        let name = names.bucket(role);
        let what = match world.bucket(role) {
            Observation::Present(_) => contents.to_string(),
            Observation::Absent => "does not exist".to_owned(),
            Observation::Taken | Observation::Elsewhere(_) => "is not of this stack".to_owned(),
        };
        text.push_str(&format!("{:<12}{name}\n            {what}\n", role.as_str()));
    }
    match &world.function {
        None => text.push_str(&format!("function    {}\n            does not exist\n", names.function)),
        Some(function) => {
            text.push_str(&format!(
                "function    {}\n            {}, {} MB, {} s, {}, code {} ({}), changed {}\n",
                names.function,
                function.state,
                function.settings.memory,
                function.settings.timeout,
                function.architecture,
                function.code_sha256.get(..12).unwrap_or_default(),
                bytes(u64::try_from(function.code_size).unwrap_or(0)),
                function.last_modified.get(..19).unwrap_or(&function.last_modified),
            ));
            if let Some(reason) = &function.state_reason {
                text.push_str(&format!("            {reason}\n"));
            }
        }
    }
    match world.trigger.ours.as_slice() {
        [] => text.push_str("trigger     none\n"),
        entries => {
            for (index, entry) in entries.iter().enumerate() {
                let head = if index == 0 { "trigger" } else { "" };
                text.push_str(&format!("{head:<12}{}*{}\n", entry.prefix, entry.suffix));
            }
        }
    }
    for (name, alarm) in &world.alarms {
        text.push_str(&format!("alarm       {name}: {}\n", alarm.state));
    }
    for user in &stack.config.users {
        let name = names.user(&user.name);
        let exists = world.users.get(&name).is_some_and(Option::is_some);
        let may = format!("{} {}/{}*", user.access.as_str(), names.bucket(user.bucket), user.prefix);
        text.push_str(&format!(
            "user        {name}: {}\n",
            if exists { may } else { "does not exist".to_owned() }
        ));
    }
    let flags = if session.global.local { " --local" } else { "" };
    text.push_str(&match drift.len() + plan.problems.len() {
        0 => "\ndrift       none\n".to_owned(),
        _ if world.function.is_none() && world.role.is_none() => {
            format!("\nThe stack is not up: `provisioner up{flags}` creates it.\n")
        }
        _ => {
            let differ = format!("{} resources differ: {}", drift.len(), drift.join(", "));
            let all = problems.iter().cloned().chain((!drift.is_empty()).then_some(differ));
            format!(
                "\ndrift       {}; `provisioner plan{flags}` shows how\n",
                all.collect::<Vec<_>>().join("; ")
            )
        }
    });
    screen.out(&text);
    Ok(ExitCode::Ok)
}
