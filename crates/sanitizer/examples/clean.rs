//! Cleans a file: `cargo run -p sanitizer --example clean -- in.jpg out.jpg`.

use std::{error::Error, fs::File, io::Write};

use sanitizer::{Options, sanitize};

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args_os().skip(1);
    let (Some(from), Some(to)) = (paths.next(), paths.next()) else {
        return Err("usage: clean IN OUT".into());
    };
    let clean = sanitize(std::fs::read(from)?, &Options::default())?;
    // Refused when it exists: it may be the only copy of something.
    let mut file = File::create_new(to)?;
    for piece in clean.pieces() {
        file.write_all(piece)?;
    }
    Ok(())
}
