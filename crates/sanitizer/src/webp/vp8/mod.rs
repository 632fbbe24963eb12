//! Where lossy image data really ends (RFC 6386).
//!
//! A key frame is one partition with the header and the modes of all
//! macroblocks, a table of sizes, and one to eight partitions with the
//! coefficients. None says where its last bool is, so all are read, for their
//! lengths only: no coefficient is kept and no pixel made.

mod bools;
mod key_frame;
mod tables;

pub(super) use key_frame::kept;
