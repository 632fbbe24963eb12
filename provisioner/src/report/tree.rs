//! What a terminal shows while a plan is executed: what runs, and what waits for what. Pure: time and size are
//! given, lines come out.

use std::collections::BTreeMap;
use std::time::Duration;

use super::ledger::Ledger;
use super::progress::bar;
use super::{far, plan_text::step_title, seconds};
use engine::events::{Event, Skipped};
use engine::plan::Plan;
use engine::resources::Address;
use engine::stack::Stack;

const SPINNER: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/// Steps that wait are named up to here; after that they are counted.
const NAMED: usize = 3;

/// The steps of a plan, each with what becomes of it.
pub(super) struct Tree {
    steps: Vec<Node>,
    ledger: Ledger,
}

struct Node {
    title: String,
    resource: String,
    /// How those that wait for it call it.
    short: String,
    address: Address,
    after: Vec<usize>,
    state: State,
}

enum State {
    Waiting,
    Running { since: Duration, detail: Option<String> },
    Over,
}

impl Tree {
    pub(super) fn of(plan: &Plan, stack: &Stack) -> Self {
        let steps = plan.steps.iter().map(|step| Node {
            title: step_title(&step.address, &step.change, stack),
            resource: format!("{} {}", step.address, step.address.name(stack)),
            short: match &step.address {
                Address::User(name)
                | Address::UserRole(name)
                | Address::Alarm(name)
                | Address::FormerBucket(name) => {
                    format!("{} {name}", step.address)
                }
                other => other.to_string(),
            },
            address: step.address.clone(),
            after: step.after.clone(),
            state: State::Waiting,
        });
        Self { steps: steps.collect(), ledger: Ledger::of(plan, stack) }
    }

    /// Takes an event in, at this time since the beginning. A line for what has ended.
    pub(super) fn event(&mut self, event: &Event<'_>, now: Duration) -> Option<String> {
        let (index, detail) = match event {
            Event::Started { index, .. } => {
                self.ledger.begin(*index, now);
                self.steps[*index].state = State::Running { since: now, detail: None };
                return None;
            }
            Event::Waiting { index, why, elapsed, deadline, .. } => {
                (*index, format!("{why} ({} of at most {})", seconds(*elapsed), seconds(*deadline)))
            }
            Event::Progress { index, progress, elapsed, .. } => {
                (*index, far(progress, *elapsed) + &bar(progress))
            }
            Event::Done { index, .. } => {
                self.steps[*index].state = State::Over;
                return self.ledger.done(*index, now).map(|whole| format!("  ✓ {whole}"));
            }
            Event::Failed { index, error, .. } => return Some(self.over(*index, '✗', &format!(": {error}"))),
            Event::Abandoned { index, .. } => {
                return Some(self.over(*index, '?', " (not finished in time; perhaps done)"));
            }
            Event::Skipped { index, why, .. } => {
                let why = match why {
                    Skipped::Dependency => " (something it needs failed)",
                    Skipped::Interrupted => " (interrupted)",
                };
                return Some(self.over(*index, '-', why));
            }
        };
        if let State::Running { detail: shown, .. } = &mut self.steps[index].state {
            *shown = Some(detail);
        }
        None
    }

    fn over(&mut self, index: usize, mark: char, end: &str) -> String {
        self.steps[index].state = State::Over;
        format!("  {mark} {}{end}", self.steps[index].title)
    }

    /// What to show at this time on a terminal of this size.
    pub(super) fn frame(&self, now: Duration, width: usize, height: usize) -> Vec<String> {
        let spinner = SPINNER[usize::try_from(now.as_millis() / 100).unwrap_or(0) % SPINNER.len()];
        let mut lines: Vec<String> = Vec::new();
        for node in &self.steps {
            if let State::Running { since, detail } = &node.state {
                let time = seconds(now.saturating_sub(*since));
                lines.push(match detail {
                    Some(detail) => format!("  {spinner} {time}  {}: {detail}", node.title),
                    None => format!("  {spinner} {time}  {}", node.title),
                });
            }
        }
        lines.extend(self.waiting());
        // The last line counts, and one is left for the cursor.
        let room = height.saturating_sub(3).max(1);
        if lines.len() > room {
            let hidden = lines.len() - (room - 1);
            lines.truncate(room - 1);
            lines.push(format!("    and {hidden} more"));
        }
        lines.push(self.counts());
        lines.into_iter().map(|line| cut(line, width.saturating_sub(1))).collect()
    }

    /// `7 of 9 done, 1 running, 1 waiting`, in resources: one whose steps pause for others is running.
    fn counts(&self) -> String {
        let mut seen: Vec<&Address> = Vec::new();
        let (mut done, mut running) = (0_usize, 0_usize);
        for node in &self.steps {
            if seen.contains(&&node.address) {
                continue;
            }
            seen.push(&node.address);
            let own = || self.steps.iter().filter(|other| other.address == node.address);
            if own().all(|step| matches!(step.state, State::Over)) {
                done += 1;
            } else if own().any(|step| !matches!(step.state, State::Waiting)) {
                running += 1;
            }
        }
        let total = seen.len();
        format!("  {done} of {total} done, {running} running, {} waiting", total - done - running)
    }

    /// A line for each resource of which nothing runs yet, with what it waits for.
    fn waiting(&self) -> Vec<String> {
        let mut waiting: BTreeMap<usize, String> = BTreeMap::new();
        let mut seen: Vec<&Address> = Vec::new();
        for (index, node) in self.steps.iter().enumerate() {
            if seen.contains(&&node.address) || matches!(node.state, State::Over) {
                continue;
            }
            seen.push(&node.address);
            let is_busy =
                |other: &Node| other.address == node.address && matches!(other.state, State::Running { .. });
            if self.steps.iter().any(is_busy) {
                continue;
            }
            let mut needed: Vec<&str> = Vec::new();
            for &other in &node.after {
                let other = &self.steps[other];
                if !matches!(other.state, State::Over) && !needed.contains(&other.short.as_str()) {
                    needed.push(&other.short);
                }
            }
            if !needed.is_empty() {
                waiting.insert(index, format!("  · {} waits for {}", node.resource, listed(&needed)));
            }
        }
        waiting.into_values().collect()
    }
}

fn listed(names: &[&str]) -> String {
    match names.len() {
        0..=NAMED => names.join(", "),
        more => format!("{} and {} more", names[..NAMED - 1].join(", "), more - (NAMED - 1)),
    }
}

/// A line that wraps would be counted as one and erased by half.
fn cut(line: String, width: usize) -> String {
    if line.chars().count() <= width {
        return line;
    }
    line.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::aws::AwsError;
    use engine::config::BucketRole;
    use engine::plan::Step;
    use engine::resources::{Change, Progress, bucket, function, log_group, role, trigger};

    fn stack() -> Stack {
        let overrides = engine::config::Overrides::default();
        let Ok(config) = engine::config::parse("stack = \"photos\"", "config.toml", &overrides) else {
            panic!()
        };
        Stack::new(config, "aws", "000000000000", "us-east-1")
    }

    fn plan() -> Plan {
        let contents = bucket::Contents { objects: 5000, ..Default::default() };
        let source = |aspect| Change::Bucket(bucket::Change { bucket: "photos-uploads".to_owned(), aspect });
        let step = |address: Address, change: Change, after: &[usize]| Step {
            address,
            change,
            after: after.to_vec(),
        };
        let entries = trigger::Change { from: Vec::new(), to: Vec::new(), foreign: 0 };
        Plan {
            steps: vec![
                step(Address::Role, Change::Role(role::Change::Delete), &[]),
                step(Address::LogGroup, Change::LogGroup(log_group::Change::Delete { bytes: 0 }), &[]),
                step(Address::Function, Change::Function(function::Change::Delete), &[0]),
                step(Address::Trigger, Change::Trigger(entries), &[0, 1, 2]),
                step(
                    Address::Bucket(BucketRole::Source),
                    source(bucket::Aspect::Empty { contents }),
                    &[0, 1, 2, 3],
                ),
                step(Address::Bucket(BucketRole::Source), source(bucket::Aspect::Delete), &[4]),
            ],
            ..Plan::default()
        }
    }

    /// A frame as the terminal shows it: what has ended, then the tree.
    struct Film {
        tree: Tree,
        ended: Vec<String>,
        text: String,
    }

    impl Film {
        fn shoot(&mut self, millis: u64, width: usize, height: usize) {
            let frame = self.tree.frame(Duration::from_millis(millis), width, height);
            assert!(frame.len() < height && frame.iter().all(|line| line.chars().count() < width));
            self.text.push_str(&format!("--- {millis} ms, {width}x{height}\n"));
            for line in self.ended.iter().chain(&frame) {
                self.text.push_str(&format!("{line}\n"));
            }
        }
    }

    #[test]
    fn the_tree_shows_what_runs_and_what_waits_for_what() {
        let (plan, stack) = (plan(), stack());
        let mut film = Film { tree: Tree::of(&plan, &stack), ended: Vec::new(), text: String::new() };
        let error = AwsError {
            operation: "DeleteLogGroup",
            code: Some("AccessDeniedException".to_owned()),
            status: Some(400),
            message: "no".to_owned(),
            request_id: Some("1-2".to_owned()),
            transport: None,
        };
        macro_rules! at {
            ($millis:expr, $index:expr, $kind:ident { $($field:ident: $value:expr),* }) => {
                let event = Event::$kind { index: $index, step: &plan.steps[$index], $($field: $value),* };
                film.ended.extend(film.tree.event(&event, Duration::from_millis($millis)));
            };
        }
        film.shoot(0, 100, 24);
        at!(0, 0, Started {});
        at!(100, 1, Started {});
        film.shoot(1200, 100, 24);
        film.shoot(1300, 48, 24);
        let (elapsed, deadline) = (Duration::from_millis(1500), Duration::from_secs(60));
        at!(
            1500,
            0,
            Waiting { why: "IAM still sees policies on the role", elapsed: elapsed, deadline: deadline }
        );
        film.shoot(1600, 100, 24);
        film.shoot(1600, 100, 6);
        at!(1800, 0, Done { elapsed: Duration::from_millis(1800) });
        at!(1900, 1, Failed { error: &error });
        at!(1900, 2, Started {});
        at!(2000, 2, Done { elapsed: Duration::from_millis(100) });
        at!(2000, 3, Started {});
        at!(2100, 3, Done { elapsed: Duration::from_millis(100) });
        at!(2100, 4, Started {});
        let progress = Progress { done: 2000, total: Some(5000), what: "objects deleted" };
        at!(4600, 4, Progress { progress: progress, elapsed: Duration::from_millis(2500) });
        film.shoot(4700, 110, 24);
        at!(5000, 4, Abandoned {});
        at!(5000, 5, Skipped { why: Skipped::Interrupted });
        film.shoot(5000, 100, 24);
        insta::assert_snapshot!(film.text);
    }
}
