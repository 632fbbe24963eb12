//! Configuration errors as people read them: the offending text underlined,
//! as rustc prints its own.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str};

use super::errors::{ConfigError, ConfigErrors};

impl ConfigErrors {
    /// Every error with its place, reason and fix, and one line that sums up.
    /// No newline at the end.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(DecorStyle::Ascii);
        let mut out = String::new();
        for error in &self.errors {
            out.push_str(&renderer.render(&[self.group(error)]));
            out.push_str("\n\n");
        }
        let noun = if self.errors.len() == 1 { "error" } else { "errors" };
        out.push_str(&format!("{}: {} {noun}", normalize_untrusted_str(&self.file), self.errors.len()));
        out
    }

    fn group<'a>(&'a self, error: &'a ConfigError) -> Group<'a> {
        let title = Level::ERROR.primary_title(error.message.as_str());
        let mut group = match &error.span {
            Some(span) => title.element(
                Snippet::source(self.source.as_str())
                    .path(self.file.as_str())
                    .annotation(AnnotationKind::Primary.span(span.clone())),
            ),
            None => title.element(Origin::path(self.file.as_str())),
        };
        if let Some(note) = &error.note {
            group = group.element(Level::NOTE.message(normalize_untrusted_str(note)));
        }
        group.element(Level::HELP.message(normalize_untrusted_str(&error.help)))
    }
}
