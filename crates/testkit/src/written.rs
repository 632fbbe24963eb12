//! What README and the pages in `docs` tell people to type.
//!
//! A block of commands is fenced as `sh`, or as `console`, where lines begin with `$ ` and the rest is what they print.
//! Comments right above it say what a test must know:
//!
//! ```text
//! <!-- not run: needs a browser -->     why it is only parsed
//! <!-- exits 2 -->                      how its last command ends
//! <!-- before: provisioner up -->       what is run first, and not shown
//! ```

use std::path::{Path, PathBuf};

/// Commands that a page shows together.
#[derive(Debug)]
pub struct Block {
    /// Where it begins: page and line.
    pub place: String,
    /// What is typed.
    pub script: String,
    /// What is printed, in a block of `console`.
    pub printed: Vec<String>,
    marks: Vec<String>,
}

impl Block {
    fn mark(&self, name: &str) -> Option<&str> {
        self.marks.iter().find_map(|mark| mark.strip_prefix(name)).map(str::trim)
    }

    /// Why it is not run.
    pub fn not_run(&self) -> Option<&str> {
        self.mark("not run:")
    }

    /// The exit code of its last command.
    pub fn exits(&self) -> i32 {
        self.mark("exits ").map_or(0, |code| code.parse().unwrap())
    }

    /// What is run before it.
    pub fn before(&self) -> Option<&str> {
        self.mark("before:")
    }
}

/// The folder of this project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// README and the pages, by their paths from the project's folder.
pub fn pages() -> Vec<String> {
    let docs = std::fs::read_dir(root().join("docs")).unwrap();
    let names = docs.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut pages: Vec<String> =
        names.filter(|name| name.ends_with(".md")).map(|name| format!("docs/{name}")).collect();
    pages.push("README.md".to_owned());
    pages.sort();
    pages
}

/// The text of a page.
pub fn text(page: &str) -> String {
    std::fs::read_to_string(root().join(page)).unwrap()
}

/// The blocks of commands on a page.
pub fn blocks(page: &str) -> Vec<Block> {
    let (text, mut blocks) = (text(page), Vec::new());
    let (mut marks, mut fence): (Vec<String>, Option<(String, usize)>) = (Vec::new(), None);
    let mut inside = String::new();
    for (index, line) in text.lines().enumerate() {
        match (&fence, line.strip_prefix("```")) {
            (None, Some(language)) => fence = Some((language.to_owned(), index + 1)),
            (Some((language, number)), Some("")) => {
                let marks = std::mem::take(&mut marks);
                let place = format!("{page}:{number}");
                let typed = |line: &str| line.strip_prefix("$ ").map(|line| format!("{line}\n"));
                match language.as_str() {
                    "sh" => {
                        blocks.push(Block { place, script: inside.clone(), printed: Vec::new(), marks });
                    }
                    "console" => blocks.push(Block {
                        place,
                        script: inside.lines().filter_map(typed).collect(),
                        printed: inside
                            .lines()
                            .filter(|line| !line.starts_with("$ "))
                            .map(str::to_owned)
                            .collect(),
                        marks,
                    }),
                    _ => {}
                }
                fence = None;
                inside.clear();
            }
            (Some(_), _) => {
                inside.push_str(line);
                inside.push('\n');
            }
            (None, None) => match line.strip_prefix("<!--").and_then(|line| line.strip_suffix("-->")) {
                Some(mark) => marks.push(mark.trim().to_owned()),
                // Marks of a page itself, such as `before`, may stand anywhere above its first block.
                None if line.is_empty() || blocks.is_empty() => {}
                None => marks.clear(),
            },
        }
    }
    assert!(fence.is_none(), "{page}: a block does not end");
    blocks
}

/// Calls of this program in a script or in a span of code: its arguments.
pub fn calls(script: &str) -> Vec<Vec<String>> {
    let mut calls = Vec::new();
    for command in simple_commands(script) {
        let is_assignment = |word: &&String| word.contains('=') && !word.starts_with('-');
        let words: Vec<String> = command.iter().skip_while(is_assignment).cloned().collect();
        let start = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["provisioner", ..] => 1,
            ["cargo", "run", "--", ..] => 3,
            _ => continue,
        };
        calls.push(words[start..].to_vec());
    }
    calls
}

/// A shell's simple commands, as words, without what is redirected. Enough of a shell for what is written here.
fn simple_commands(script: &str) -> Vec<Vec<String>> {
    let (mut commands, mut words, mut word) = (Vec::new(), Vec::new(), None::<String>);
    let mut quote = None;
    let mut to_file = false;
    let mut letters = script.chars().peekable();
    while let Some(letter) = letters.next() {
        if let Some(open) = quote {
            if letter == open {
                quote = None;
            } else {
                word.get_or_insert_default().push(letter);
            }
            continue;
        }
        match letter {
            '\'' | '"' => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            '#' if word.is_none() => while letters.next_if(|letter| *letter != '\n').is_some() {},
            '\\' => {
                if letters.next_if(|letter| *letter == '\n').is_none() {
                    word.get_or_insert_default().extend(letters.next());
                }
            }
            ' ' | '\n' | ';' | '&' | '|' | '<' | '>' => {
                if let Some(word) = word.take()
                    && !std::mem::take(&mut to_file)
                {
                    words.push(word);
                }
                to_file |= matches!(letter, '<' | '>');
                if matches!(letter, '\n' | ';' | '&' | '|') && !words.is_empty() {
                    commands.push(std::mem::take(&mut words));
                }
            }
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word.filter(|_| !to_file));
    commands.push(words);
    commands.retain(|words| !words.is_empty());
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_in_scripts() {
        let script = "provisioner plan  # shows\ncd a && A=1 provisioner up --yes >out.txt | jq '.a | b'\n\
                      provisioner sanitize - -o - <in.jpg >\"out put.jpg\"\ncargo run -- local open\n\
                      provisioner upload \\\n  'a b.jpg'\nprovisioners\n";
        let expected: [&[&str]; 5] = [
            &["plan"],
            &["up", "--yes"],
            &["sanitize", "-", "-o", "-"],
            &["local", "open"],
            &["upload", "a b.jpg"],
        ];
        assert_eq!(calls(script), expected);
    }

    #[test]
    fn the_two_commands_come_first() {
        let scripts: Vec<String> = blocks("README.md").into_iter().map(|block| block.script).collect();
        let lines: Vec<&str> = scripts[0].lines().collect();
        assert!(lines[0].starts_with("cargo run -- up --local --yes "), "{lines:?}");
        assert!(lines[1].starts_with("cargo test ") && lines.len() == 2, "{lines:?}");
    }
}
