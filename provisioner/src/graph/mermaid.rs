//! Mermaid, which GitHub and GitLab draw where it stands (<https://mermaid.js.org/syntax/flowchart.html>).

use std::fmt::Write;

use engine::graph::{Graph, Kind};

pub(crate) fn mermaid(graph: &Graph) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for (index, node) in graph.nodes.iter().enumerate() {
        let (open, close) = match node.kind {
            Kind::User => ("([", "])"),
            Kind::Bucket => ("[(", ")]"),
            Kind::Function => ("[[", "]]"),
            Kind::Role | Kind::Outside => ("{{", "}}"),
            Kind::Log | Kind::Alarms => ("[", "]"),
        };
        let _ = writeln!(
            text,
            "    n{index}{open}\"{}<br>{}\"{close}",
            escaped(&node.title),
            escaped(&node.name)
        );
    }
    for edge in &graph.edges {
        let _ = writeln!(text, "    n{} -->|\"{}\"| n{}", edge.from, escaped(&edge.label), edge.to);
    }
    text
}

/// Mermaid has entities of its own, with `#` in place of `&`.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => escaped.push_str("#quot;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '&' => escaped.push_str("#amp;"),
            '#' => escaped.push_str("#35;"),
            '`' => escaped.push_str("#96;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
