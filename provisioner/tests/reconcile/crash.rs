//! Crash anywhere: at every call of `up` from nothing, of an `up` that changes everything, and of `down`,
//! the process dies, the connection breaks, or AWS fails. The next run heals it, without any help.
//!
//! `cargo test` tries a sample; `PROVISIONER_ALL_FAULTS=1` tries every call, `=7` every seventh.

use crate::support::proxy::{Fault, Point, Refusal, Rule};
use crate::support::stage::{CHANGED, PLAIN, Run, Stage};
use provisioner::world::World;
use std::collections::BTreeMap;

type Kind = (&'static str, Fault);

const KINDS: [Kind; 7] = [
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

/// The points to try of a kind, and of each kind other ones.
fn sample(points: &[Point], kind: usize) -> impl Iterator<Item = &Point> {
    let step = step();
    points.iter().skip(kind * step / KINDS.len()).step_by(step)
}

/// Kinds side by side, each lane on a stage of its own.
const LANES: usize = 2;

fn lanes(work: impl Fn(&[(usize, Kind)]) -> Vec<Tally> + Sync) -> Vec<Tally> {
    let kinds: Vec<(usize, Kind)> = KINDS.into_iter().enumerate().collect();
    let tallies = std::thread::scope(|scope| {
        let lanes: Vec<_> =
            kinds.chunks(kinds.len().div_ceil(LANES)).map(|kinds| scope.spawn(|| work(kinds))).collect();
        lanes.into_iter().map(|lane| lane.join().unwrap()).collect::<Vec<_>>()
    });
    tallies
        .into_iter()
        .reduce(|sum, more| sum.into_iter().zip(more).map(|(a, b)| a.with(b)).collect())
        .unwrap()
}

/// Counts what was tried, by kind.
#[derive(Default)]
struct Tally(BTreeMap<&'static str, [usize; 3]>);

impl Tally {
    /// A run with a fault has ended: as killed, as a success, or as a clean failure.
    fn add(&mut self, kind: &'static str, point: &Point, run: &Run) {
        let [tried, healed_itself, failed] = self.0.entry(kind).or_default();
        *tried += 1;
        let is_killed = kind.starts_with("killed") && run.code().is_none();
        if run.status.success() {
            *healed_itself += 1;
        } else if !is_killed {
            *failed += 1;
            println!("    {kind}, {point}: exit code {:?}", run.code());
            run.is_understandable();
        }
    }

    fn with(mut self, mut other: Self) -> Self {
        self.0.append(&mut other.0);
        self
    }

    fn print(&self, what: &str) {
        println!("{what}:");
        for (kind, [tried, healed_itself, failed]) in &self.0 {
            println!(
                "  {kind:<28} {tried:>4} points survived; the run itself succeeded {healed_itself}, failed cleanly {failed}"
            );
        }
    }
}

/// Runs `command` again and compares with what an undisturbed run makes.
#[track_caller]
fn heals(stage: &Stage, args: &[&str], expected: (&World, &[String]), because: &str) {
    let again = stage.run(args);
    assert!(again.status.success(), "{because}: the next run fails: {}", again.text());
    assert_eq!(&stage.world(), expected.0, "{because}: the next run leaves another state\n{}", again.text());
    assert_eq!(stage.everything(), expected.1, "{because}: the next run leaves other things");
}

#[test]
fn up_from_nothing_and_down_survive_a_fault_at_every_call() {
    let tallies = lanes(up_and_down);
    tallies[0].print("up from nothing");
    tallies[1].print("down");
}

fn up_and_down(kinds: &[(usize, Kind)]) -> Vec<Tally> {
    let stage = Stage::new();
    let nothing = (stage.world(), stage.everything());
    let up = stage.run(&["up", "--yes"]).ok().calls.points();
    let everything = (stage.world(), stage.everything());
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code(), Some(0));
    put_data(&stage);
    let down = stage.run(&["down", "--yes", "--delete-data"]).ok().calls.points();
    stage.is_bare();

    let (mut up_tally, mut down_tally) = (Tally::default(), Tally::default());
    for (index, (kind, fault)) in kinds {
        let (mut ups, mut downs) = (sample(&up, *index), sample(&down, *index));
        loop {
            let (point_up, point_down) = (ups.next(), downs.next());
            if point_up.is_none() && point_down.is_none() {
                break;
            }
            if let Some(point) = point_up {
                let run = stage.run_with(&["up", "--yes"], vec![Rule::at(point, fault.clone())]);
                let because = format!("up, {kind}, {point}, then {}", run.text());
                up_tally.add(kind, point, &run);
                heals(&stage, &["up", "--yes"], (&everything.0, &everything.1), &because);
            } else {
                stage.run(&["up", "--yes"]).ok();
            }
            if let Some(point) = point_down {
                put_data(&stage);
                let rules = vec![Rule::at(point, fault.clone())];
                let run = stage.run_with(&["down", "--yes", "--delete-data"], rules);
                let because = format!("down, {kind}, {point}, then {}", run.text());
                down_tally.add(kind, point, &run);
                heals(&stage, &["down", "--yes", "--delete-data"], (&nothing.0, &nothing.1), &because);
            } else {
                stage.run(&["down", "--yes"]).ok();
            }
        }
    }
    vec![up_tally, down_tally]
}

/// Objects with an old version and a delete marker, which start no function.
fn put_data(stage: &Stage) {
    stage.wait(async {
        for bucket in ["crash-uploads-000000000000", "crash-clean-000000000000"] {
            for _ in 0..2 {
                stage
                    .aws
                    .s3
                    .put_object()
                    .bucket(bucket)
                    .key("a.txt")
                    .body(vec![1].into())
                    .send()
                    .await
                    .unwrap();
            }
            stage.aws.s3.delete_object().bucket(bucket).key("a.txt").send().await.unwrap();
            stage.aws.s3.create_multipart_upload().bucket(bucket).key("b.txt").send().await.unwrap();
        }
    });
}

#[test]
fn up_that_changes_everything_survives_a_fault_at_every_call() {
    lanes(there_and_back)[0].print("up that changes everything");
}

fn there_and_back(kinds: &[(usize, Kind)]) -> Vec<Tally> {
    let stage = Stage::new();
    let config = [PLAIN, CHANGED];
    stage.run(&["up", "--yes"]).ok();
    // There and back once, undisturbed: where each way ends, and which calls it takes.
    let ways = [1, 0].map(|to| {
        stage.configure(config[to]);
        let points = stage.run(&["up", "--yes"]).ok().calls.points();
        assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code(), Some(0));
        (config[to], points, stage.world(), stage.everything())
    });
    let mut tally = Tally::default();
    for (index, (kind, fault)) in kinds {
        let mut points = ways.each_ref().map(|(_, points, _, _)| sample(points, *index));
        'points: loop {
            for (way, (config, _, world, names)) in ways.iter().enumerate() {
                let Some(point) = points[way].next() else { break 'points };
                stage.configure(config);
                let run = stage.run_with(&["up", "--yes"], vec![Rule::at(point, fault.clone())]);
                let because = format!("change, {kind}, {point}, then {}", run.text());
                tally.add(kind, point, &run);
                heals(&stage, &["up", "--yes"], (world, names), &because);
            }
        }
        // An odd number of points leaves the stack changed.
        stage.configure(PLAIN);
        stage.run(&["up", "--yes"]).ok();
    }
    vec![tally]
}
