//! The files of the page, which are part of this program.

/// One of them.
#[derive(Debug)]
pub(super) struct Asset {
    /// Its path below the token.
    path: &'static str,
    pub(super) content_type: &'static str,
    pub(super) text: &'static str,
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

const ASSETS: [Asset; 10] = [
    Asset { path: "", content_type: HTML, text: include_str!("assets/page.html") },
    Asset { path: "page.css", content_type: CSS, text: include_str!("assets/page.css") },
    Asset { path: "card.css", content_type: CSS, text: include_str!("assets/card.css") },
    Asset { path: "icon.svg", content_type: SVG, text: include_str!("assets/icon.svg") },
    Asset { path: "page.js", content_type: SCRIPT, text: include_str!("assets/page.js") },
    Asset { path: "dom.js", content_type: SCRIPT, text: include_str!("assets/dom.js") },
    Asset { path: "card.js", content_type: SCRIPT, text: include_str!("assets/card.js") },
    Asset { path: "panels.js", content_type: SCRIPT, text: include_str!("assets/panels.js") },
    Asset { path: "map.js", content_type: SCRIPT, text: include_str!("assets/map.js") },
    Asset { path: "world.js", content_type: SCRIPT, text: include_str!("assets/world.js") },
];

/// The file at a path.
pub(super) fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The browser would refuse it all; better that it is not there.
    #[test]
    fn nothing_is_asked_for_elsewhere_and_nothing_is_put_in_as_html() {
        for Asset { path, text, .. } in &ASSETS {
            // Names of namespaces, and where data come from in a comment, are no requests.
            let names = ["http://www.w3.org/2000/svg"];
            let text = names.iter().fold((*text).to_owned(), |text, name| text.replace(name, ""));
            for never in [
                "http://",
                "https://",
                "//cdn",
                "@import",
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                "new Function",
                "style=\"",
                "<style",
                "onclick=",
                "javascript:",
                "DOMParser",
            ] {
                assert!(!text.contains(never), "{path} has {never}");
            }
        }
    }

    #[test]
    fn every_file_that_one_names_is_there() {
        for Asset { path, text, .. } in &ASSETS {
            for line in text.lines().filter(|line| !line.starts_with("//")) {
                for attribute in ["href=\"", "src=\"", "from \"./"] {
                    let Some((_, rest)) = line.split_once(attribute) else { continue };
                    let name = rest.split('"').next().unwrap_or_default();
                    assert!(name.starts_with('#') || find(name).is_some(), "{path} names {name}");
                }
            }
        }
    }
}
