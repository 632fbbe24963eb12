//! Where output goes: stdout is data, stderr is everything else.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use crate::cli::{Color, Global};
use crate::json;

use super::foreign::{controls_escaped, foreign_lines};
use super::styles::{ALARM, HINT};
use super::terminal;

/// The two streams and how to use them.
pub(crate) struct Screen {
    out: Mutex<Box<dyn Write + Send>>,
    err: Mutex<Err>,
    lost: AtomicBool,
    has_reader: AtomicBool,
    has_begun: AtomicBool,
    is_idle: AtomicBool,
    /// JSON on stdout instead of text.
    pub json: bool,
    /// Say more.
    pub verbose: bool,
    /// Say nothing but results and errors.
    quiet: bool,
    /// A person sits in front of stderr and can be asked.
    pub interactive: bool,
    /// Stderr is a terminal on which the cursor can be moved.
    pub is_live: bool,
}

/// Stderr, with a block of lines that stays below all that is written.
struct Err {
    text: Box<dyn Write + Send>,
    /// The same stream for what moves the cursor, which must pass where colours are not wanted, too.
    cursor: Box<dyn Write + Send>,
    block: Vec<String>,
}

impl Err {
    /// Erases the block, writes the text, and shows the block again.
    fn write(&mut self, text: &str) -> std::io::Result<()> {
        self.erase()?;
        self.text.write_all(text.as_bytes())?;
        self.draw()
    }

    fn erase(&mut self) -> std::io::Result<()> {
        if !self.block.is_empty() {
            // To the block's first line, and everything from there on
            // (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html).
            self.cursor.write_all(format!("\x1b[{}F\x1b[J", self.block.len()).as_bytes())?;
        }
        Ok(())
    }

    fn draw(&mut self) -> std::io::Result<()> {
        let mut text: String = self.block.join("\n");
        if !text.is_empty() {
            text.push('\n');
        }
        self.text.write_all(text.as_bytes())?;
        self.text.flush()
    }
}

impl Screen {
    /// The process's own streams. Colours as `--color` says; without it only on terminals, and `NO_COLOR` is
    /// honoured.
    #[must_use]
    pub(crate) fn of_process(global: &Global) -> Self {
        let Global { json, verbose, quiet, .. } = *global;
        let color = match global.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self {
            out: Mutex::new(Box::new(AutoStream::new(std::io::stdout(), color))),
            err: Mutex::new(Err {
                text: Box::new(AutoStream::new(std::io::stderr(), color)),
                cursor: Box::new(std::io::stderr()),
                block: Vec::new(),
            }),
            lost: AtomicBool::new(false),
            has_reader: AtomicBool::new(true),
            has_begun: AtomicBool::new(false),
            is_idle: AtomicBool::new(false),
            json,
            verbose,
            quiet,
            interactive: std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
            is_live: !quiet && std::io::stderr().is_terminal() && terminal::moves_cursor(),
        }
    }

    /// Writes data. A reader that has gone away is no error.
    pub(crate) fn out(&self, text: &str) {
        self.data(&controls_escaped(text));
    }

    fn data(&self, text: &str) {
        let Ok(mut out) = self.out.lock() else { return };
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                self.has_reader.store(false, Ordering::Relaxed);
            }
            Err(_) => self.lost.store(true, Ordering::Relaxed),
        }
    }

    /// Whether somebody may still read the data: `| head` goes away when it has enough.
    pub(crate) fn has_reader(&self) -> bool {
        self.has_reader.load(Ordering::Relaxed)
    }

    /// Whether data could not be written, to a full disk for example.
    pub(crate) fn has_lost_data(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Writes what is not data.
    pub(crate) fn err(&self, text: &str) {
        if let Ok(mut err) = self.err.lock() {
            let _ = err.write(&controls_escaped(text));
        }
    }

    /// Shows these lines below everything, in place of those before. None: nothing is left of them. Only for a
    /// terminal, and no line may be wider than it is.
    pub(super) fn block(&self, lines: Vec<String>) {
        if let Ok(mut err) = self.err.lock() {
            let _ = err.erase();
            err.block = lines.iter().map(|line| controls_escaped(line)).collect();
            let _ = err.draw();
        }
    }

    /// Columns and rows of the terminal.
    pub(super) fn size(&self) -> (usize, usize) {
        terminal::size()
    }

    /// Writes a JSON document, pretty, with its version.
    pub(crate) fn document(&self, content: &impl Serialize) {
        self.has_begun.store(true, Ordering::Relaxed);
        self.json(json::document(content));
    }

    /// Writes a JSON document in one line; the first one has the version.
    pub(crate) fn line(&self, content: &impl Serialize) {
        let has_begun = self.has_begun.swap(true, Ordering::Relaxed);
        self.json(if has_begun { json::line(content) } else { json::version_line(content) });
    }

    fn json(&self, text: serde_json::Result<String>) {
        match text {
            Ok(text) => self.data(&(text + "\n")),
            Err(_) => self.lost.store(true, Ordering::Relaxed),
        }
    }

    /// A remark for a person: progress, a note, a summary. Nothing with `--json` and with `--quiet`.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            self.tell(text);
        }
    }

    /// What a person must know, were they in a hurry: a warning, what a question or an error is about. Nothing with
    /// `--json`.
    pub(crate) fn tell(&self, text: &str) {
        if !self.json {
            self.err(&format!("{text}\n"));
        }
    }

    /// Whether progress is told.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Asks a yes-or-no question on the terminal.
    pub(crate) async fn confirm(&self, question: &str) -> bool {
        matches!(self.ask(&format!("{question} [y/N] ")).await.as_str(), "y" | "Y" | "yes" | "Yes")
    }

    /// Asks on the terminal. Empty when there is no answer.
    pub(crate) async fn ask(&self, question: &str) -> String {
        self.err(question);
        // On a thread of its own, which nobody waits for when a signal comes instead of an answer.
        let answer = tokio::task::spawn_blocking(|| {
            let mut answer = String::new();
            std::io::stdin().read_line(&mut answer).map(|_| answer)
        });
        self.idle(true);
        let answer = answer.await;
        self.idle(false);
        match answer {
            Ok(Ok(answer)) => answer.trim().to_owned(),
            _ => String::new(),
        }
    }

    /// From now on nothing is under way that a signal could leave half done, or something is.
    pub(crate) fn idle(&self, is_idle: bool) {
        self.is_idle.store(is_idle, Ordering::Relaxed);
    }

    /// Whether nothing is under way: a question waits for its answer, or somebody watches.
    pub(crate) fn is_idle(&self) -> bool {
        self.is_idle.load(Ordering::Relaxed)
    }
}

/// An error as a person reads it: what, why, how to fix.
#[must_use]
pub(crate) fn error_text(what: &str, hint: Option<&str>) -> String {
    let mut text = format!("{ALARM}error:{ALARM:#} {}\n", foreign_lines(what));
    if let Some(hint) = hint {
        text.push_str(&format!("{HINT}hint:{HINT:#} {}\n", foreign_lines(hint)));
    }
    text
}
