//! The language of Graphviz (<https://graphviz.org/doc/info/lang.html>).

use std::fmt::Write;

use engine::graph::{Graph, Kind};

pub(crate) fn dot(graph: &Graph, stack: &str) -> String {
    let mut text = format!(
        "digraph \"{}\" {{\n    rankdir=LR;\n    node [fontname=\"sans-serif\"];\n    edge [fontname=\"sans-serif\", fontsize=10];\n",
        escaped(stack)
    );
    for (index, node) in graph.nodes.iter().enumerate() {
        let shape = match node.kind {
            Kind::User => "oval",
            Kind::Bucket => "cylinder",
            Kind::Function => "component",
            Kind::Role | Kind::Outside => "hexagon",
            Kind::Log => "note",
            Kind::Alarms => "box",
        };
        let _ = writeln!(
            text,
            "    n{index} [shape={shape}, label=\"{}\\n{}\"];",
            escaped(&node.title),
            escaped(&node.name)
        );
    }
    for edge in &graph.edges {
        let _ = writeln!(text, "    n{} -> n{} [label=\"{}\"];", edge.from, edge.to, escaped(&edge.label));
    }
    text.push_str("}\n");
    text
}

/// In a quoted string a quote is escaped, and a backslash begins one of the escapes of labels.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace(char::is_control, " ")
}
