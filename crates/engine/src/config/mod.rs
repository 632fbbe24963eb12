//! `config.toml`: the file, and the validated [`Config`] made of it.
//!
//! The data flows from top to bottom: `load` gets the text, `parse` turns its
//! tables into the model with the help of `reader` (types, unknown keys) and
//! `rules` (what AWS allows), and `errors` collects everything that is wrong.
//! Nothing in here talks to AWS.

mod defaults;
mod errors;
mod keys;
mod load;
mod model;
mod parse;
mod quantity;
mod reader;
mod rules;
mod schema;
mod syntax;

pub use errors::{ConfigError, ConfigErrors};
pub use keys::nearest;
pub use load::load;
pub use model::{
    Access, AlarmsConfig, Architecture, AsyncConfig, BucketConfig, BucketRole, Config, Encryption,
    FunctionConfig, TriggerConfig, Trusted, UserConfig, UserKind,
};
pub use parse::{Overrides, parse};
pub use rules::bucket_name::expand as expand_bucket_name;
pub use rules::place::is_region;
pub(crate) use rules::place::region_meant;
pub use rules::stack_name::why_not as why_no_stack_name;
pub use schema::schema;
