//! What AWS allows, checked before anybody talks to AWS. Every rule is a pure
//! function from a value to what is wrong with it, and names the page of AWS's
//! documentation that it follows.

pub(super) mod alarms;
pub(super) mod arn;
pub(super) mod bucket_name;
pub(super) mod environment;
pub(super) mod function;
pub(super) mod lifecycle;
pub(super) mod place;
pub(super) mod stack_name;
pub(super) mod tags;
pub(super) mod trigger;
pub(super) mod trust;
pub(super) mod users;
