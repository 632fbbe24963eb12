//! What `plan` and `up` may take over.

use crate::failure::Failure;
use engine::plan::Adopt;
use engine::resources::naming::UnknownResource;
use engine::stack::Stack;

/// What the values of `--adopt` name; without values, everything.
pub(super) fn adopt(words: Option<&Vec<String>>, stack: &Stack) -> Result<Adopt, Failure> {
    let Some(words) = words else { return Ok(Adopt::Nothing) };
    Adopt::named(words, stack).map_err(|UnknownResource { word, meant, kinds }| {
        let meant = meant.map(|meant| format!("did you mean `{meant}`? ")).unwrap_or_default();
        Failure::Usage {
            what: format!("--adopt: the stack {} has no resource {word:?}", stack.names.stack),
            hint: format!(
                "{meant}name resources as the plan prints them, or by kind: {}; --adopt alone takes over all that is foreign",
                kinds.join(", ")
            ),
        }
    })
}
