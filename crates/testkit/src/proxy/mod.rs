//! A proxy between the program under test and the local AWS that knows every call, and can harm it.
//!
//! ```text
//! program --HTTP--> server: number it, ask the rules, forward or not, record --HTTPS--> local AWS
//! http     messages, read whole       call     which service, operation, thing
//! fault    what can happen to a call   wire     errors in each service's own shape
//! record   how many calls, and how many one after the other
//!
//! narrow   a line of so many bits a second before it
//! forward  a forward proxy, as companies have one      front  AWS's own names, with TLS
//! aws      what AWS does and the local one does not: old answers, slow effects, strict models
//! ```
//!
//! The `Host` header is forwarded as it came, so signatures stay good. Towards the program there is no TLS:
//! the bucket policies deny everybody but root without it, and the program is root here.

mod aws;
mod call;
mod fault;
mod forward;
mod front;
mod http;
mod narrow;
mod record;
mod server;
mod wire;

pub use aws::Adversary;
pub use call::{Call, Service};
pub use fault::{Fault, Point, Rule};
pub use forward::Forward;
pub use front::Front;
pub use http::Message;
pub use narrow::{Narrow, Width};
pub use record::Record;
pub use server::{Pace, Proxy};
pub use wire::Refusal;
