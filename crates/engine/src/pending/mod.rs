//! Which pictures have no clean copy: bucket A minus bucket B.
//!
//! The bucket is the queue. A picture is *pending* when bucket B has no copy under its key, or one that is not newer than
//! it. Nothing is stored about failures, so nothing can fill, expire or be lost: what is missing is always exactly this
//! difference, whatever the reason was.
//!
//! Both listings come in the order of their keys
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>) and are merged as streams: memory does not
//! grow with the buckets, and 1,000 keys of a bucket take one call.

mod compare;
mod listing;
mod same_second;
mod state;

pub use compare::{Compared, compare};
pub use listing::Object;
pub use state::{State, Why};
