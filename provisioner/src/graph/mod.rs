//! The graph of a stack in languages that draw it.

mod dot;
mod mermaid;
mod svg;

pub(crate) use dot::dot;
pub(crate) use mermaid::mermaid;
pub(crate) use svg::svg;

#[cfg(test)]
mod tests {
    use engine::config::{Overrides, parse};
    use engine::graph::Graph;
    use engine::stack::Stack;

    fn stack(more: &str) -> Stack {
        let text = format!(
            "stack = \"photos\"\n{more}\n[trigger]\nsuffixes = [\".jpg\"]\n[[users]]\nname = \"ann\"\n\
             bucket = \"source\"\naccess = \"read-write\"\n[[users]]\nname = \"web\"\nbucket = \"destination\"\n\
             access = \"read-only\"\nprefix = \"public/<b>&\"\n"
        );
        let config = parse(&text, "config.toml", &Overrides::default()).unwrap();
        Stack::new(config, "aws", "{account}", "{region}")
    }

    #[test]
    fn each_language_is_frozen() {
        let stack = stack("[alarms]");
        let graph = Graph::of(&stack);
        insta::assert_snapshot!("mermaid", super::mermaid(&graph));
        insta::assert_snapshot!("dot", super::dot(&graph, "photos"));
        insta::assert_snapshot!("svg", super::svg(&graph, "photos"));
    }

    /// Names come from the configuration, and may be anything that IAM takes.
    #[test]
    fn markup_in_a_name_stays_text() {
        let graph = Graph::of(&stack(""));
        let svg = super::svg(&graph, "photos");
        assert!(svg.contains("public/&lt;b&gt;&amp;") && !svg.contains("<b>"), "{svg}");
        let mermaid = super::mermaid(&graph);
        assert!(mermaid.contains("public/#lt;b#gt;#amp;") && !mermaid.contains("<b>"), "{mermaid}");
    }
}
