//! Lines on which a picture takes longer than anybody may wait for an answer. What they must not break off is judged
//! by the clock of this machine, so nothing here is faster than it is on such a line. The long ones run with
//! `PROVISIONER_SLOW_LINES=1 cargo test --test suite slow_line -- --nocapture`.

use std::time::{Duration, Instant};
use testkit::proxy::{Narrow, Pace, Width};
use testkit::stage::Stage;

/// The long ones run when this is set.
const LONG: &str = "PROVISIONER_SLOW_LINES";

const MEGABIT: u64 = 1_000_000;

/// A picture of so many bytes; nothing in it can be compressed or left out.
fn picture(length: usize) -> Vec<u8> {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let noise = std::iter::repeat_with(|| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed.to_le_bytes()[3]
    });
    [testkit::one_pixel::picture(&[], b""), noise.take(length).collect()].concat()
}

struct Sent {
    took: Duration,
    stderr: String,
    /// How often a picture or a part of one was sent.
    puts: usize,
    carried: u64,
}

/// Runs the program on a line of this width.
#[track_caller]
fn on_a_line(stage: &Stage, width: Width, args: &[&str]) -> Sent {
    let line = Narrow::start(&stage.proxy.endpoint(), width);
    stage.proxy.begin(Vec::new(), Pace::Free);
    let start = Instant::now();
    let output = stage.command(args).env("AWS_ENDPOINT_URL", line.endpoint()).output().unwrap();
    let took = start.elapsed();
    let calls = stage.proxy.end();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}{stderr}", String::from_utf8_lossy(&output.stdout));
    let is_put = |operation: &str| operation == "PutObject" || operation.contains("FunctionCode");
    let puts = calls.0.iter().filter(|call| is_put(&call.operation)).count();
    Sent { took, stderr, puts, carried: line.carried() }
}

#[test]
fn a_picture_may_take_longer_than_an_answer() {
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    let large = stage.file("large.jpg", &picture(4_400_000));
    let small = stage.file("small.jpg", &picture(40_000));
    let (large, small) = (large.to_str().unwrap(), small.to_str().unwrap());
    let width = Width::shared(MEGABIT);
    let sent = on_a_line(&stage, width, &["upload", "--no-wait", small, large]);
    // 35.5 s for the bytes alone; with the 30 s that an answer may take it would never arrive.
    assert!(sent.took.as_secs() >= 35, "{:?}", sent.took);
    assert_eq!(sent.puts, 2);
    assert!((4_440_000..4_700_000).contains(&sent.carried), "{}", sent.carried);
    assert!(sent.stderr.contains(" of 4.4 MB, "), "{}", sent.stderr);
    assert!(sent.stderr.contains(" kB/s"), "{}", sent.stderr);
}

#[test]
fn what_a_line_lost_is_sent_again() {
    if std::env::var_os(LONG).is_none() {
        return;
    }
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    let pictures: Vec<_> = (0..3).map(|n| stage.file(&format!("{n}.jpg"), &picture(400_000))).collect();
    let mut upload = vec!["upload", "--no-wait"];
    upload.extend(pictures.iter().map(|path| path.to_str().unwrap()));
    let line = Narrow::start(&stage.proxy.endpoint(), Width::shared(MEGABIT));
    stage.proxy.begin(Vec::new(), Pace::Free);
    let start = Instant::now();
    let mut command = stage.command(&upload);
    let child = command.env("AWS_ENDPOINT_URL", line.endpoint()).stderr(std::process::Stdio::piped()).spawn();
    while line.carried() < 200_000 {
        std::thread::sleep(Duration::from_millis(20));
    }
    line.goes_dead();
    // 30 s, and what 400 kB take at 128 kbit/s: by now nobody waits for an answer any more.
    std::thread::sleep(Duration::from_secs(70));
    line.comes_back();
    let output = child.unwrap().wait_with_output().unwrap();
    stage.proxy.end();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && stderr.contains("3 pictures: 3 uploaded"), "{stderr}");
    println!("dead for 70 s: 3 pictures in {:?}, {} bytes", start.elapsed(), line.carried());
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
}

#[test]
fn eight_pictures_and_a_function_on_lines_of_1_5_and_50_megabits() {
    if std::env::var_os(LONG).is_none() {
        return;
    }
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    let pictures: Vec<_> = (0..8).map(|n| stage.file(&format!("{n}.jpg"), &picture(6_600_000))).collect();
    let mut upload = vec!["upload", "--no-wait"];
    upload.extend(pictures.iter().map(|path| path.to_str().unwrap()));
    for (megabits, least, most) in [(50, 8, 40), (5, 84, 120), (1, 422, 520)] {
        let sent = on_a_line(&stage, Width::shared(megabits * MEGABIT), &upload);
        println!("{megabits} Mbit/s: 8 pictures of 6.6 MB in {:?}, {} bytes", sent.took, sent.carried);
        assert!((least..most).contains(&sent.took.as_secs()), "{megabits} Mbit/s: {:?}", sent.took);
        assert_eq!(sent.puts, 8, "{megabits} Mbit/s");
    }
    // The function's zip, as long as the real one.
    let program = [std::fs::read("/bin/true").unwrap(), picture(4_800_000)].concat();
    stage.file("one", &program);
    let sent = on_a_line(&stage, Width::shared(MEGABIT), &["up", "--yes"]);
    println!("1 Mbit/s: a function of 4.8 MB in {:?}, {} bytes", sent.took, sent.carried);
    assert!(sent.took.as_secs() > 38, "{:?}", sent.took);
    assert_eq!(sent.puts, 1);
}
