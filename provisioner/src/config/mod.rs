//! `config.toml`: the file, and the validated [`Config`] made of it.

mod model;

pub use model::{
    Access, Architecture, BucketConfig, BucketRole, Config, Encryption, FunctionConfig, OrientationConfig,
    TriggerConfig, UserConfig,
};
