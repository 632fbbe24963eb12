//! Configuration errors as people read them: the offending text underlined,
//! as rustc prints its own.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str};

use engine::config::{ConfigError, ConfigErrors};

/// Every error with its place, reason and fix, and one line that sums up. No newline at the end.
#[must_use]
pub(crate) fn config_errors_text(errors: &ConfigErrors, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut out = String::new();
    for error in errors.iter() {
        out.push_str(&renderer.render(&[group(errors, error)]));
        out.push_str("\n\n");
    }
    let noun = if errors.count() == 1 { "error" } else { "errors" };
    out.push_str(&format!("{}: {} {noun}", normalize_untrusted_str(errors.file()), errors.count()));
    out
}

fn group<'a>(errors: &'a ConfigErrors, error: &'a ConfigError) -> Group<'a> {
    let title = Level::ERROR.primary_title(error.message());
    let mut group = match error.span() {
        Some(span) => title.element(
            Snippet::source(errors.source())
                .path(errors.file())
                .annotation(AnnotationKind::Primary.span(span)),
        ),
        None => title.element(Origin::path(errors.file())),
    };
    if let Some(note) = error.note() {
        group = group.element(Level::NOTE.message(normalize_untrusted_str(note)));
    }
    group.element(Level::HELP.message(normalize_untrusted_str(error.help())))
}

#[cfg(test)]
mod tests;
