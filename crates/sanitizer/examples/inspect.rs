//! Says what a file tells and what cleaning would remove, and changes nothing:
//! `cargo run -p sanitizer --example inspect -- in.jpg`.

#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::error::Error;

use sanitizer::{Options, sanitize};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: inspect FILE")?;
    let report = sanitize(std::fs::read(path)?, &Options::default().with_facts(true))?.report;
    println!("{}, {} x {} pixels", report.format, report.width, report.height);
    for removal in &report.removed {
        println!("{:?} in {}: {} bytes", removal.category, removal.location, removal.bytes);
    }
    let facts = report.facts.unwrap_or_default();
    for position in &facts.positions {
        println!("position {}, {} ({})", position.latitude, position.longitude, position.source);
    }
    for fact in &facts.items {
        println!("{:?}: {} ({})", fact.kind, fact.value, fact.source);
    }
    Ok(())
}
