//! What was read of a stack, for a person: a mark per resource, and what each really is.

use std::fmt::Write;

use anstyle::Style;

use super::plan_text::heading;
use super::styles::{ALARM, GOOD, WARN};
use super::{bytes, foreign};
use crate::suggest::assume_role;
use engine::config::BucketRole;
use engine::plan::{Plan, Problem};
use engine::resources::Address;
use engine::resources::bucket::{CleanCopies, Contents, Observation, Uncleaned};
use engine::resources::function::Observed as Function;
use engine::resources::trigger;
use engine::stack::Stack;
use engine::status::{
    Exposure, Rights, Row, Verdict, exposure, function_exposure, role_rights, user_rights, user_role_rights,
};
use engine::world::World;

/// Everything that `status` tells of.
pub(crate) struct Seen<'a> {
    /// What should exist.
    pub stack: &'a Stack,
    /// What exists.
    pub world: &'a World,
    /// What the buckets hold: source, destination.
    pub contents: &'a [Contents; 2],
    /// Clean copies whose source is gone.
    pub clean_copies: CleanCopies,
    /// Pictures that have no clean copy.
    pub uncleaned: Uncleaned,
    /// What `up` would change, code apart.
    pub plan: &'a Plan,
    /// How each resource compares with config.toml.
    pub rows: &'a [Row],
}

impl Seen<'_> {
    /// What the bucket holds.
    pub(crate) fn contents(&self, role: BucketRole) -> &Contents {
        match role {
            BucketRole::Source => &self.contents[0],
            BucketRole::Destination => &self.contents[1],
        }
    }

    /// To whom the bucket is open, if it is there.
    pub(crate) fn exposure(&self, role: BucketRole) -> Option<Exposure> {
        self.world.bucket(role).present().map(exposure)
    }

    /// What the user with this IAM name may do, if there is one, and the configuration has it.
    pub(crate) fn rights(&self, name: &str) -> Option<Rights> {
        let is_named = |user: &&engine::config::UserConfig| self.stack.names.user(&user.name) == name;
        let config = self.stack.config.users.iter().find(is_named)?;
        if config.is_role() {
            let observed = self.world.user_roles.get(name)?.as_ref()?;
            return Some(user_role_rights(self.stack, config, observed));
        }
        Some(user_rights(self.stack, config, self.world.users.get(name)?.as_ref()?))
    }
}

/// The screen of `status`; `up` and `plan` are the commands to suggest.
#[must_use]
pub(crate) fn status_text(seen: &Seen<'_>, is_local: bool, up: &str, plan: &str) -> String {
    let mut text = heading(seen.stack, is_local) + "\n";
    for row in seen.rows {
        let style = style(row.verdict);
        let (mark, kind) = (row.verdict.as_str(), row.address.to_string());
        let name = foreign(row.address.name(seen.stack));
        let _ = writeln!(text, "{style}{mark:<8}{style:#} {kind:<18} {name}");
        for line in details(seen, row) {
            let alarming = line.starts_with("PUBLIC") || line.starts_with("ADMIN");
            let (on, off) = if alarming {
                (ALARM.render(), ALARM.render_reset())
            } else {
                (Style::new().render(), Style::new().render_reset())
            };
            let _ = writeln!(text, "{:<28}{on}{}{off}", "", foreign(&line));
        }
    }
    text.push('\n');
    for note in &seen.plan.notes {
        let _ = writeln!(text, "{WARN}note:{WARN:#} {}", foreign(&note.to_string()));
    }
    for problem in &seen.plan.problems {
        let _ = writeln!(text, "{ALARM}problem:{ALARM:#} {}", foreign(&Problem::what(problem)));
    }
    let differing = seen.rows.iter().filter(|row| row.verdict != Verdict::Ok).count();
    let _ = match differing {
        0 if seen.plan.is_empty() => {
            writeln!(text, "All {} resources are as in config.toml.", seen.rows.len())
        }
        _ if seen.world.function.is_none() && seen.world.role.is_none() => {
            writeln!(text, "The stack is not up: `{up}` creates it.")
        }
        1 => writeln!(text, "1 resource is not as in config.toml; `{plan}` shows how."),
        n => writeln!(text, "{n} resources are not as in config.toml; `{plan}` shows how."),
    };
    text
}

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Ok => GOOD,
        Verdict::Differs | Verdict::Missing | Verdict::Extra => WARN,
        Verdict::Foreign => ALARM,
    }
}

/// The lines below a resource: what it really is.
fn details(seen: &Seen<'_>, row: &Row) -> Vec<String> {
    let (stack, world) = (seen.stack, seen.world);
    let mut lines = match &row.address {
        Address::Bucket(role) => match world.bucket(*role) {
            Observation::Present(_) => {
                let mut lines = vec![seen.contents(*role).to_string()];
                lines.extend(match role {
                    BucketRole::Source => uncleaned(seen.uncleaned),
                    BucketRole::Destination => clean_copies(stack, seen.clean_copies),
                });
                lines.extend(seen.exposure(*role).iter().flat_map(Exposure::words));
                lines
            }
            Observation::Absent => Vec::new(),
            Observation::Taken | Observation::Elsewhere(_) => vec!["is not of this stack".to_owned()],
        },
        Address::Function => world.function.as_ref().map_or_else(Vec::new, function),
        Address::Role => world.role.as_ref().map_or_else(Vec::new, |role| role_rights(stack, role).words),
        Address::Trigger => trigger::key_lines(&world.trigger.ours),
        Address::Alarm(name) => world.alarms.get(name).map(|alarm| alarm.state.clone()).into_iter().collect(),
        Address::User(name) | Address::UserRole(name) if row.verdict == Verdict::Extra => {
            vec![format!("{name} is no longer in config.toml and has whatever it had")]
        }
        Address::User(name) => seen.rights(name).map_or_else(Vec::new, |rights| rights.words),
        Address::UserRole(name) => {
            let mut lines = seen.rights(name).map_or_else(Vec::new, |rights| rights.words);
            if let Some(user) = stack.user(name).filter(|_| !lines.is_empty()) {
                lines.push(assume_role(stack, user));
            }
            lines
        }
        Address::LogGroup => world.log_group.as_ref().map_or_else(Vec::new, |group| {
            let stored = bytes(u64::try_from(group.stored_bytes).unwrap_or(0));
            vec![match group.retention_days {
                Some(days) => format!("{stored}, kept for {days} days"),
                None => format!("{stored}, kept for ever"),
            }]
        }),
        Address::Permission => function_exposure(&world.permission),
        Address::FormerBucket(_) => Vec::new(),
    };
    if !row.differing.is_empty() {
        lines.push(format!("differs in {}", row.differing.join(", ")));
    }
    lines
}

/// Clean copies that are still published although their source is gone, or newer and not cleaned.
fn clean_copies(stack: &Stack, found: CleanCopies) -> Vec<String> {
    let CleanCopies { compared, orphaned, older, more } = found;
    let copies = |count: u64| match (count, more) {
        (1, false) => "1 clean copy".to_owned(),
        (n, false) => format!("{n} clean copies"),
        (n, true) => format!("{n} of the first {compared} clean copies"),
    };
    let mut lines = Vec::new();
    if orphaned > 0 {
        let why = if stack.config.source.expire_days.is_some() {
            "sources expire (expire_days), or were deleted"
        } else if stack.config.trigger.mirror_deletes {
            "deleted before mirror_deletes was set, or its event was lost"
        } else {
            "with mirror_deletes = true in [trigger] a copy goes when its source is deleted"
        };
        lines.push(format!("still published, but without a source: {} ({why})", copies(orphaned)));
    }
    if older > 0 {
        let why = "it was refused, or is being cleaned";
        lines.push(format!("older than its source: {} ({why})", copies(older)));
    }
    if lines.is_empty() && more {
        lines.push(format!("sources of the first {compared} clean copies are there; there are more"));
    }
    lines
}

/// Pictures that have no clean copy, and objects that will never have one.
fn uncleaned(found: Uncleaned) -> Vec<String> {
    let Uncleaned { compared, pending, unmatched, more } = found;
    let of = |count: u64, one: &str, many: &str| {
        let noun = if count == 1 { one } else { many };
        if more { format!("at least {count} {noun}") } else { format!("{count} {noun}") }
    };
    let mut lines = Vec::new();
    if pending > 0 {
        let pictures = of(pending, "picture", "pictures");
        lines.push(format!(
            "pending: {pictures} without a clean copy (`pending` lists them, `backfill` cleans them)"
        ));
    } else if more {
        lines.push(format!("the first {compared} pictures have clean copies; there are more"));
    }
    if unmatched > 0 {
        let objects = of(unmatched, "object", "objects");
        lines.push(format!("never cleaned: {objects} with a prefix or suffix that [trigger] has not"));
    }
    lines
}

fn function(function: &Function) -> Vec<String> {
    let mut lines = vec![format!(
        "{}, {} MB, {} s, {}, code {} ({}), changed {}",
        function.state,
        function.settings.memory,
        function.settings.timeout,
        function.architecture,
        function.code_sha256.get(..12).unwrap_or_default(),
        bytes(u64::try_from(function.code_size).unwrap_or(0)),
        function.last_modified.get(..19).unwrap_or(&function.last_modified),
    )];
    lines.extend(function.state_reason.clone());
    lines
}
