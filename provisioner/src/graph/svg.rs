//! A drawing that needs no other program: the way of a picture from left to right, in fixed columns.

use std::fmt::Write;

use engine::config::BucketRole;
use engine::graph::{Graph, Kind, Node};

const BOX: (i32, i32) = (250, 46);
const COLUMN: i32 = 400;
const ROW: i32 = 96;
const MARGIN: i32 = 24;

pub(crate) fn svg(graph: &Graph, stack: &str) -> String {
    let places = places(&graph.nodes);
    let columns = places.iter().map(|(column, _)| column + 1).max().unwrap_or(1);
    let rows = places.iter().map(|(_, row)| row + 1).max().unwrap_or(1);
    let width = 2 * MARGIN + (columns - 1) * COLUMN + BOX.0;
    let height = 2 * MARGIN + (rows - 1) * ROW + BOX.1;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n<title>Stack {}</title>\n<style>{STYLE}</style>\n<defs><marker \
         id=\"end\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path \
         d=\"M0 0 8 4 0 8z\"/></marker></defs>\n",
        escaped(stack)
    );
    for edge in &graph.edges {
        let (from, to) = (places[edge.from], places[edge.to]);
        let [x1, y1, x2, y2] = line(from, to);
        // Lines that begin at the same node would have their words at one place in the middle.
        let (x, y) = (x1 + (x2 - x1) * 2 / 5, y1 + (y2 - y1) * 2 / 5 - 5);
        let _ = writeln!(text, "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>");
        let _ = writeln!(text, "<text class=\"edge\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(&edge.label));
    }
    for (node, place) in graph.nodes.iter().zip(&places) {
        let (x, y) = corner(*place);
        let (round, class) = match node.kind {
            Kind::User => (BOX.1 / 2, "user"),
            Kind::Bucket => (8, "bucket"),
            Kind::Function => (0, "function"),
            Kind::Role | Kind::Outside | Kind::Log | Kind::Alarms => (3, "other"),
        };
        let middle = x + BOX.0 / 2;
        let _ = writeln!(
            text,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"{round}\"/>\n\
             <text class=\"title\" x=\"{middle}\" y=\"{}\">{}</text>\n<text x=\"{middle}\" y=\"{}\">{}</text>",
            BOX.0,
            BOX.1,
            y + 18,
            escaped(&node.title),
            y + 36,
            escaped(&shortened(&node.name)),
        );
    }
    text.push_str("</svg>\n");
    text
}

const STYLE: &str = "text{text-anchor:middle;fill:#222}.title{font-weight:bold}.edge{font-size:11px;fill:#444;\
    paint-order:stroke;stroke:#fff;stroke-width:4px}line{stroke:#666;marker-end:url(#end)}marker path{fill:#666}\
    rect{stroke:#555;fill:#f4f4f4}.bucket{fill:#e3f0e3}.function{fill:#fdeccf}.user{fill:#e2ecfa}";

/// A column and a row for each: people, bucket A, the function and what is its own, bucket B, people.
fn places(nodes: &[Node]) -> Vec<(i32, i32)> {
    let mut next = [0; 5];
    let column = |node: &Node| match (node.kind, node.side) {
        (Kind::User, Some(BucketRole::Destination)) => 4,
        (Kind::User, _) => 0,
        (Kind::Bucket, Some(BucketRole::Destination)) => 3,
        (Kind::Bucket, _) => 1,
        _ => 2,
    };
    // In the middle the function is between what watches it and what it acts as.
    let rank = |node: &Node| match node.kind {
        Kind::Alarms => 0,
        Kind::Function => 1,
        Kind::Role => 2,
        Kind::Log => 3,
        _ => 4,
    };
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    order.sort_by_key(|index| (column(&nodes[*index]), rank(&nodes[*index])));
    let middle = order.iter().filter(|index| column(&nodes[**index]) == 2).count();
    let mut places = vec![(0, 0); nodes.len()];
    for index in order {
        let column = column(&nodes[index]);
        // The buckets stand beside the function and its role.
        let first = if matches!(column, 1 | 3) { i32::from(middle > 3) } else { 0 };
        let row = &mut next[usize::try_from(column).unwrap_or_default()];
        places[index] = (column, first + *row);
        *row += 1;
    }
    places
}

fn corner((column, row): (i32, i32)) -> (i32, i32) {
    (MARGIN + column * COLUMN, MARGIN + row * ROW)
}

/// From the side of one box to the side of the other that faces it.
fn line(from: (i32, i32), to: (i32, i32)) -> [i32; 4] {
    let ((x1, y1), (x2, y2)) = (corner(from), corner(to));
    let middle = |x: i32| x + BOX.0 / 2;
    match from.0.cmp(&to.0) {
        std::cmp::Ordering::Less => [x1 + BOX.0, y1 + BOX.1 / 2, x2, y2 + BOX.1 / 2],
        std::cmp::Ordering::Greater => [x1, y1 + BOX.1 / 2, x2 + BOX.0, y2 + BOX.1 / 2],
        std::cmp::Ordering::Equal if from.1 < to.1 => [middle(x1), y1 + BOX.1, middle(x2), y2],
        std::cmp::Ordering::Equal => [middle(x1), y1, middle(x2), y2 + BOX.1],
    }
}

/// What fits into a box.
fn shortened(name: &str) -> String {
    const MOST: usize = 36;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    name.chars().take(MOST - 1).chain(['…']).collect()
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    text.replace(char::is_control, " ")
}
