//! Where output goes: stdout is data, stderr is everything else.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use serde_json::Value;

/// The two streams and how to use them.
pub struct Screen {
    out: Mutex<Box<dyn Write + Send>>,
    err: Mutex<Box<dyn Write + Send>>,
    /// JSON on stdout instead of text.
    pub json: bool,
    /// Say more.
    pub verbose: bool,
    /// A person sits in front of stderr and can be asked.
    pub interactive: bool,
}

impl Screen {
    /// The process's own streams. Colours only on terminals, and `NO_COLOR`
    /// is honoured.
    #[must_use]
    pub fn of_process(json: bool, verbose: bool) -> Self {
        Self {
            out: Mutex::new(Box::new(AutoStream::auto(std::io::stdout()))),
            err: Mutex::new(Box::new(AutoStream::auto(std::io::stderr()))),
            json,
            verbose,
            interactive: std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
        }
    }

    /// Writes data. A reader that has gone away is no error.
    pub fn out(&self, text: &str) {
        write(&self.out, text);
    }

    /// Writes what is not data.
    pub fn err(&self, text: &str) {
        write(&self.err, text);
    }

    /// Writes a JSON document, pretty.
    pub fn document(&self, value: &Value) {
        self.out(&format!("{value:#}\n"));
    }

    /// Writes a JSON document in one line.
    pub fn line(&self, value: &Value) {
        self.out(&format!("{value}\n"));
    }

    /// A remark for a person; nothing with `--json`.
    pub fn say(&self, text: &str) {
        if !self.json {
            self.err(&format!("{text}\n"));
        }
    }

    /// Asks a yes-or-no question on the terminal.
    #[must_use]
    pub fn confirm(&self, question: &str) -> bool {
        self.err(&format!("{question} [y/N] "));
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes" | "Yes")
    }
}

fn write(stream: &Mutex<Box<dyn Write + Send>>, text: &str) {
    if let Ok(mut stream) = stream.lock() {
        let _ = stream.write_all(text.as_bytes());
        let _ = stream.flush();
    }
}

/// An error as a person reads it: what, why, how to fix.
#[must_use]
pub fn error_text(what: &str, hint: Option<&str>) -> String {
    const ERROR: Style = AnsiColor::Red.on_default().bold();
    const HINT: Style = AnsiColor::Cyan.on_default().bold();
    let mut text = format!("{ERROR}error:{ERROR:#} {what}\n");
    if let Some(hint) = hint {
        text.push_str(&format!("{HINT}hint:{HINT:#} {hint}\n"));
    }
    text
}
