//! Tries a fault at every call of two commands that lead there and back, on several stages at once.
//!
//! What is demanded of a point: the run dies as it was killed, or succeeds, or fails with a documented exit code
//! and an error that says what. If it did not succeed, the next run without a fault does. Then everything is
//! read: all the stack's aspects and all that the account holds are the same as after undisturbed runs, for
//! which `plan` finds nothing to do.
//!
//! Two things make it quick. A run that succeeded is not followed by another: what exists is compared just the
//! same. And a run that was killed before it had written anything is followed by the next point at once, so up
//! to some forty crashes in a row come before the run that has to make all good.

use engine::world::World;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::time::Instant;
use testkit::proxy::{Call, Fault, Point, Refusal, Rule};
use testkit::stage::{Run, Stage};

const KINDS: [(&str, Fault); 7] = [
    ("killed before the call", Fault::KillBefore),
    ("killed after the call", Fault::KillAfter),
    ("dropped before the call", Fault::DropBefore),
    ("dropped after the call", Fault::DropAfter),
    ("answered with 500", Fault::RefuseAs(Refusal::internal)),
    ("done, but answered with 503", Fault::RefuseAfter(Refusal::unavailable)),
    ("throttled", Fault::RefuseAs(Refusal::throttled)),
];

/// Every how many calls a fault is tried.
fn step() -> usize {
    std::env::var("PROVISIONER_ALL_FAULTS").map_or(50, |step| step.parse().unwrap_or(1))
}

/// Stages at once: they wait for AWS most of the time, but each has to be made first.
fn lanes(tasks: usize) -> usize {
    (tasks / 50).clamp(2, 6)
}

/// One of the two commands.
pub(crate) struct Way {
    pub(crate) command: &'static [&'static str],
    /// Done before it, on the way's starting point.
    pub(crate) prepare: fn(&Stage),
}

/// A fault to try.
#[derive(Clone)]
struct Task {
    kind: usize,
    point: Point,
}

/// What an undisturbed run leaves.
type End = (World, Vec<String>);

fn end_of(stage: &Stage) -> End {
    (stage.world(), stage.everything())
}

/// What came of the points, by kind.
#[derive(Default)]
struct Tally {
    rows: BTreeMap<usize, Row>,
    failures: Vec<String>,
}

#[derive(Default, Clone, Copy)]
struct Row {
    tried: usize,
    survived: usize,
    /// The run itself succeeded.
    succeeded: usize,
    /// It failed with an error that can be understood.
    failed: usize,
    /// The call did not come, three times: a wait was shorter than the first time.
    missed: usize,
}

/// Tries all points of both ways, prints what came of them, and panics when one was not survived.
pub(crate) fn sweep(title: &str, new_stage: fn() -> Stage, ways: &[Way; 2]) {
    let start = Instant::now();
    let first = new_stage();
    let (points, ends) = undisturbed(&first, ways);
    let queues = points.map(|points| Mutex::new(tasks(&points)));
    let count: usize = queues.iter().map(|queue| queue.lock().unwrap().len()).sum();
    let tally = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        let mut stages = vec![first];
        stages.resize_with(lanes(count), || {
            let stage = new_stage();
            undisturbed(&stage, ways);
            stage
        });
        for stage in stages {
            let (queues, ends, tally) = (&queues, &ends, &tally);
            scope.spawn(move || {
                Lane { stage, new_stage, at: 0, before: Vec::new(), open: Vec::new(), ways, ends, tally }
                    .run(queues);
            });
        }
    });
    let tally = tally.into_inner().unwrap();
    tally.print(title, start);
    assert!(tally.failures.is_empty(), "{}", tally.failures.join("\n\n"));
    let missed: usize = tally.rows.values().map(|row| row.missed).sum();
    assert!(missed <= 2 + count / 50, "{missed} of {count} points did not come");
}

/// There and back once: the calls of both ways, and where they end.
fn undisturbed(stage: &Stage, ways: &[Way; 2]) -> ([Vec<Point>; 2], [End; 2]) {
    let there_and_back = ways.each_ref().map(|way| {
        (way.prepare)(stage);
        let points = stage.run(way.command).ok().calls.points();
        if way.command[0] == "up" {
            assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code(), Some(0));
        }
        (points, end_of(stage))
    });
    let [(there, end), (back, start)] = there_and_back;
    ([there, back], [end, start])
}

/// The points to try, of each kind other ones unless all are.
fn tasks(points: &[Point]) -> VecDeque<Task> {
    let step = step();
    let of_kind = |kind| {
        let points = points.iter().skip(kind * step / KINDS.len()).step_by(step);
        points.map(move |point| Task { kind, point: point.clone() })
    };
    (0..KINDS.len()).flat_map(of_kind).collect()
}

/// A stage that goes there and back until all points are tried.
struct Lane<'a> {
    stage: Stage,
    new_stage: fn() -> Stage,
    /// The way that comes next.
    at: usize,
    /// Runs that were killed since what exists was compared last.
    before: Vec<String>,
    /// The kinds of the points tried since then.
    open: Vec<usize>,
    ways: &'a [Way; 2],
    ends: &'a [End; 2],
    tally: &'a Mutex<Tally>,
}

impl Lane<'_> {
    fn run(mut self, queues: &[Mutex<VecDeque<Task>>; 2]) {
        while queues.iter().any(|queue| !queue.lock().unwrap().is_empty()) {
            let way = &self.ways[self.at];
            (way.prepare)(&self.stage);
            let done = loop {
                let task = queues[self.at].lock().unwrap().pop_front();
                let Some(task) = task else { break self.heal("nothing left to try") };
                match self.attempt(&task) {
                    // Nothing has changed: on with the next one from here.
                    Ok(false) => {}
                    Ok(true) => break Ok(()),
                    Err(failure) => break Err(failure),
                }
            };
            self.before.clear();
            for kind in std::mem::take(&mut self.open) {
                self.count(kind, |row| row.survived += usize::from(done.is_ok()));
            }
            self.at = 1 - self.at;
            if let Err(failure) = done {
                let mut tally = self.tally.lock().unwrap();
                println!("FAILED {failure}");
                tally.failures.push(failure);
                drop(tally);
                // Who knows in what state the other one is.
                self.stage = (self.new_stage)();
                undisturbed(&self.stage, self.ways);
                self.at = 0;
            }
        }
    }

    /// Tries one point. `false`: the state is that of before.
    fn attempt(&mut self, task: &Task) -> Result<bool, String> {
        let (kind, fault) = &KINDS[task.kind];
        let way = &self.ways[self.at];
        self.count(task.kind, |row| row.tried += 1);
        self.open.push(task.kind);
        let what = format!("{}, {kind}, {}", way.command[0], task.point);
        let run = self.stage.run_with(way.command, vec![Rule::at(&task.point, fault.clone())]);
        let story = format!("{what}, then {}", run.text());
        let is_killed = kind.starts_with("killed") && run.code().is_none();
        if !run.calls.0.iter().any(|call| call.disturbed) {
            // The call did not come: a wait took fewer looks than the first time.
            if !run.status.success() {
                return Err(format!("{what}: an undisturbed run failed: {}", run.text()));
            }
            self.open.pop();
            self.count(task.kind, |row| (row.tried, row.missed) = (row.tried - 1, row.missed + 1));
            println!("    {what}: did not come");
        } else if run.status.success() {
            self.count(task.kind, |row| row.succeeded += 1);
        } else {
            if !is_killed {
                println!("    {what}: exit code {:?}", run.code());
                understandable(&run)?;
                self.count(task.kind, |row| row.failed += 1);
            }
            self.before.push(story.clone());
            if is_killed && run.calls.0.iter().all(Call::reads) {
                return Ok(false);
            }
            return self.heal(&what).map(|()| true);
        }
        self.compare(&story).map(|()| true)
    }

    /// Runs the command once more, undisturbed.
    fn heal(&self, what: &str) -> Result<(), String> {
        let again = self.stage.run(self.ways[self.at].command);
        if !again.status.success() {
            let before = self.before.join("\n");
            return Err(format!("{what}: the next run fails: {}\nbefore it:\n{before}", again.text()));
        }
        self.compare(&format!("{what}, next run {}", again.text()))
    }

    /// What exists is what an undisturbed run makes.
    fn compare(&self, what: &str) -> Result<(), String> {
        let (world, names) = end_of(&self.stage);
        let (expected, expected_names) = &self.ends[self.at];
        let before = self.before.join("\n");
        if &names != expected_names {
            return Err(format!(
                "{what}\nleaves {names:?} instead of {expected_names:?}\nbefore it:\n{before}"
            ));
        }
        if &world != expected {
            return Err(format!("{what}\nleaves\n{world:?}\ninstead of\n{expected:?}\nbefore it:\n{before}"));
        }
        Ok(())
    }

    fn count(&self, kind: usize, change: impl FnOnce(&mut Row)) {
        change(self.tally.lock().unwrap().rows.entry(kind).or_default());
    }
}

/// [`Run::is_understandable`] as a result, for the other points to be tried, too.
fn understandable(run: &Run) -> Result<(), String> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run.is_understandable()))
        .map_err(|_| format!("not understandable: {}", run.text()))
}

impl Tally {
    fn print(&self, title: &str, start: Instant) {
        println!(
            "\n{title:<30}{:>7}{:>10}{:>11}{:>8}{:>8}",
            "tried", "survived", "succeeded", "failed", "missed"
        );
        let mut sum = Row::default();
        let line = |name: &str, row: &Row| {
            let Row { tried, survived, succeeded, failed, missed } = row;
            println!("  {name:<28}{tried:>7}{survived:>10}{succeeded:>11}{failed:>8}{missed:>8}");
        };
        for (kind, row) in &self.rows {
            line(KINDS[*kind].0, row);
            sum.tried += row.tried;
            sum.survived += row.survived;
            sum.succeeded += row.succeeded;
            sum.failed += row.failed;
            sum.missed += row.missed;
        }
        line("all", &sum);
        println!("  in {:.0} s", start.elapsed().as_secs_f64());
    }
}
