//! AWS as the rest of the crate sees it: clients, errors by code, the one waiter.

mod clients;
pub mod endpoint;
mod environment;
mod error;
mod expected_owner;
mod http;
mod patience;
mod proxy;
mod root_names;
mod uplink;
mod wait;

pub use clients::{Aws, ConnectError, Connection, IDENTITY_DEADLINE};
pub use error::{AwsCall, AwsError, Transport};
pub use http::client;
pub use proxy::{BadProxy, Proxies, Proxy};
pub use uplink::Uplink;
pub use wait::{Backoff, Deadline, OnWait, Poll, Wait, Waited, pause, poll_until, until};
