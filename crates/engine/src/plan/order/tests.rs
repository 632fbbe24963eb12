use super::*;
use crate::config::BucketRole;
use crate::resources::bucket::{self, Aspect, Contents};
use crate::resources::{log_group, role, trigger};
use crate::stack::Tags;

const SOURCE: Address = Address::Bucket(BucketRole::Source);

fn of_bucket(aspect: Aspect) -> (Address, Change) {
    (SOURCE, Change::Bucket(bucket::Change { bucket: "b".to_owned(), aspect }))
}

fn create() -> (Address, Change) {
    of_bucket(Aspect::Create { region: "r".to_owned() })
}

fn tag() -> (Address, Change) {
    of_bucket(Aspect::SetTags { from: Tags::new(), set: Tags::new() })
}

fn retention() -> (Address, Change) {
    (Address::LogGroup, Change::LogGroup(log_group::Change::SetRetention { from: None, to: 1 }))
}

fn entries(to: Vec<trigger::Entry>) -> (Address, Change) {
    (Address::Trigger, Change::Trigger(trigger::Change { from: Vec::new(), to, foreign: 0 }))
}

fn entry() -> trigger::Entry {
    let none = String::new;
    trigger::Entry { id: none(), function: none(), events: Vec::new(), prefix: none(), suffix: none() }
}

/// The steps of changes as places in what was given, each with the places of those it comes after.
fn order(changes: &[(Address, Change)]) -> Vec<(usize, Vec<usize>)> {
    let steps = steps(changes.to_vec());
    let place = |step: &Step| {
        let found =
            changes.iter().position(|(address, change)| (address, change) == (&step.address, &step.change));
        found.unwrap()
    };
    steps
        .iter()
        .map(|step| (place(step), step.after.iter().map(|&after| place(&steps[after])).collect()))
        .collect()
}

#[test]
fn without_needs_everything_runs_at_once() {
    assert_eq!(order(&[]), []);
    assert_eq!(order(&[retention(), tag()]), [(0, vec![]), (1, vec![])]);
}

#[test]
fn ranks_order_a_resource_and_nothing_else() {
    let delete = of_bucket(Aspect::Delete);
    assert_eq!(order(&[delete, tag(), retention()]), [(1, vec![]), (2, vec![]), (0, vec![1])]);
}

#[test]
fn narrowing_comes_before_all_else_unless_the_thing_is_new() {
    let block = || of_bucket(Aspect::BlockPublicAccess);
    assert_eq!(order(&[retention(), tag(), block()]), [(2, vec![]), (0, vec![2]), (1, vec![2])]);
    assert_eq!(
        order(&[retention(), block(), tag(), create()]),
        [(0, vec![]), (3, vec![]), (1, vec![3]), (2, vec![3])]
    );
}

#[test]
fn narrowing_waits_for_no_other_resource() {
    // Deleting the role needs a settled function, taking the trigger away needs nothing; both with a narrowing one.
    let trust = (
        Address::Role,
        Change::Role(role::Change::SetTrust { from: serde_json::Value::Null, to: serde_json::Value::Null }),
    );
    assert_eq!(order(&[entries(Vec::new()), trust]), [(0, vec![]), (1, vec![])]);
}

#[test]
fn what_is_needed_comes_first_wherever_it_stands() {
    assert_eq!(order(&[entries(vec![entry()]), retention()]), [(1, vec![]), (0, vec![1])]);
    let ends = order(&[entries(vec![entry()]), tag(), create()]);
    assert_eq!(ends, [(2, vec![]), (1, vec![2]), (0, vec![2, 1])]);
}

#[test]
#[should_panic(expected = "a cycle in the needs of changes is a bug")]
fn a_cycle_is_a_bug() {
    let empty = of_bucket(Aspect::Empty { contents: Contents::default() });
    steps(vec![entries(vec![entry()]), empty]);
}
