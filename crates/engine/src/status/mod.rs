//! What was read of a stack, judged: is each resource as in config.toml, to whom are the buckets open, what may the
//! users really do. Pure: everything comes from the [`World`](crate::world::World) and the plan made of it.

mod exposure;
mod rights;
mod statements;
mod verdict;

pub use exposure::{Exposure, exposure, function_exposure};
pub use rights::{Rights, role_rights, user_rights, user_role_rights};
pub(crate) use statements::statements;
pub use verdict::{Row, Verdict, rows};
