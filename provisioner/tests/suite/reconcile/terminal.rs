//! The live tree on a terminal: nothing of it is left behind, and nothing else is lost.

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::Read;
use std::process::Child;
use std::time::Duration;
use testkit::proxy::{Fault, Pace, Rule};
use testkit::stage::Stage;

/// Starts the program on a terminal of this width. What comes is read from the file.
fn spawn(stage: &Stage, args: &[&str], width: u16, env: &[(&str, &str)]) -> (File, Child) {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap().into_string().unwrap();
    let terminal = File::options().read(true).write(true).open(name).unwrap();
    tcsetwinsize(&terminal, Winsize { ws_row: 24, ws_col: width, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    let mut command = stage.command(args);
    command.envs(env.iter().copied());
    command.stdin(terminal.try_clone().unwrap()).stdout(terminal.try_clone().unwrap()).stderr(terminal);
    // The command holds the terminal open, too, and goes here.
    (File::from(controller), command.spawn().unwrap())
}

/// What a terminal of this width was sent, and its exit code.
fn run(stage: &Stage, args: &[&str], width: u16, env: &[(&str, &str)]) -> (String, Option<i32>) {
    let (mut terminal, mut child) = spawn(stage, args, width, env);
    let mut bytes = Vec::new();
    // When the last one has closed it, reading ends with an error.
    let _ = terminal.read_to_end(&mut bytes);
    (String::from_utf8(bytes).unwrap(), child.wait().unwrap().code())
}

/// What such a terminal shows in the end, with all that has scrolled away. It knows what we use: lines, colours,
/// `CSI n F` to the beginning of the n-th line above, and `CSI J` to erase all from there.
fn shown(sent: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    let mut at = 0;
    let mut rest = sent;
    while let Some(first) = rest.chars().next() {
        if let Some(sequence) = rest.strip_prefix("\x1b[") {
            let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap();
            match &sequence[end..=end] {
                "F" => at -= sequence[..end].parse::<usize>().unwrap(),
                "J" => {
                    lines.truncate(at);
                    lines.push(String::new());
                }
                "m" => {}
                other => panic!("CSI {other}"),
            }
            rest = &sequence[end + 1..];
            continue;
        }
        rest = &rest[first.len_utf8()..];
        match first {
            '\r' => {}
            '\n' => {
                at += 1;
                lines.resize(lines.len().max(at + 1), String::new());
            }
            _ => {
                lines[at].push(first);
                assert!(!is_tree(&lines[at]) || lines[at].chars().count() < width, "it wraps: {}", lines[at]);
            }
        }
    }
    lines.join("\n")
}

fn is_tree(line: &str) -> bool {
    let spins = line.trim_start().starts_with(|c| "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏".contains(c));
    spins || line.contains(" waits for ") || line.contains(" running, ")
}

#[test]
fn the_live_tree_goes_without_a_trace() {
    let stage = Stage::new();
    for (args, width, env, end) in [
        (&["up", "--yes"][..], 100, &[("TERM", "xterm")][..], "Ready. Pictures uploaded to "),
        (&["down", "--yes"], 40, &[("TERM", "xterm"), ("NO_COLOR", "1")], "Nothing of the stack is left."),
    ] {
        // Long enough for the tree to be drawn, however quick the machine is.
        let slow = |operation| Rule::on(operation, Fault::Delay(Duration::from_millis(400))).times(1);
        stage.proxy.begin(vec![slow("CreateRole"), slow("DeleteFunction")], Pace::Free);
        let (sent, code) = run(&stage, args, width, env);
        stage.proxy.end();
        let shown = shown(&sent, width.into());
        assert_eq!(code, Some(0), "{shown}");
        assert!(sent.contains(" waits for ") && sent.contains(" running, "), "no tree was drawn: {sent:?}");
        assert!(!shown.lines().any(is_tree), "something of the tree is left:\n{shown}");
        assert!(shown.contains("  ✓ function crash-sanitizer") && shown.contains("Done: "), "{shown}");
        assert!(shown.contains(end), "{shown}");
        let is_coloured = sent
            .split("\x1b[")
            .skip(1)
            .any(|part| part.find(|c: char| c.is_ascii_alphabetic()).is_some_and(|at| &part[at..=at] == "m"));
        assert_eq!(is_coloured, !env.iter().any(|(name, _)| *name == "NO_COLOR"), "{sent:?}");
    }
    // Where the cursor cannot be moved there are plain lines.
    let (sent, _) = run(&stage, &["up", "--yes"], 80, &[("TERM", "dumb")]);
    assert!(!sent.contains('\x1b') && sent.contains("Z done   role crash-sanitizer"), "{sent:?}");
}

#[test]
fn one_signal_is_enough_at_the_question() {
    let stage = Stage::new();
    stage.proxy.begin(Vec::new(), Pace::Free);
    for (signal, code) in [(rustix::process::Signal::INT, 130), (rustix::process::Signal::TERM, 143)] {
        let (mut terminal, mut child) = spawn(&stage, &["up"], 100, &[("TERM", "xterm")]);
        let mut sent = Vec::new();
        while !sent.ends_with(b"[y/N] ") {
            let mut byte = [0];
            terminal.read_exact(&mut byte).unwrap();
            sent.push(byte[0]);
        }
        rustix::process::kill_process(rustix::process::Pid::from_child(&child), signal).unwrap();
        let _ = terminal.read_to_end(&mut sent);
        assert_eq!(child.wait().unwrap().code(), Some(code), "{}", String::from_utf8_lossy(&sent));
    }
    stage.proxy.end();
    stage.is_bare();
}
