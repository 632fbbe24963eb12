//! Tables of cases for the changes of one resource, which together must have every change that there is.

use std::collections::BTreeSet;

use super::change_line;
use crate::resources::ResourceChange;

/// The variants of a vocabulary of changes.
pub(crate) struct Variants<C> {
    /// Every one.
    pub(crate) all: &'static [&'static str],
    /// The one of a change.
    pub(crate) of: fn(&C) -> &'static str,
}

/// Makes [`Variants`] of patterns that match every change: `variants!(change: Change => change.aspect; Aspect::Create, ...)`.
/// A variant that no pattern matches does not compile; one that no case makes fails [`Table::finish`].
macro_rules! variants {
    ($change:ident: $type:ty => $place:expr; $($pattern:pat),+ $(,)?) => {
        $crate::testing::Variants {
            all: &[$(stringify!($pattern)),+],
            of: |$change: &$type| match &$place { $($pattern => stringify!($pattern)),+ },
        }
    };
}
pub(crate) use variants;

/// Cases that are checked, and the variants that they have not had yet.
pub(crate) struct Table<C> {
    of: fn(&C) -> &'static str,
    missing: BTreeSet<&'static str>,
    wrong: String,
}

impl<C: ResourceChange> Table<C> {
    pub(crate) fn new(variants: Variants<C>) -> Self {
        let Variants { all, of } = variants;
        Self { of, missing: all.iter().copied().collect(), wrong: String::new() }
    }

    /// These changes must read as expected.
    pub(crate) fn case(&mut self, name: &str, changes: &[C], expected: &[&str]) {
        for change in changes {
            self.missing.remove((self.of)(change));
        }
        let lines: Vec<String> = changes.iter().map(change_line).collect();
        if lines != expected {
            let (lines, expected) = (lines.join("\n  "), expected.join("\n  "));
            self.wrong += &format!("{name}: got\n  {lines}\ninstead of\n  {expected}\n");
        }
    }

    /// All cases were as expected, and no variant is without one.
    pub(crate) fn finish(self) {
        assert!(self.wrong.is_empty(), "{}", self.wrong);
        assert!(self.missing.is_empty(), "no case makes {:?}", self.missing);
    }
}
