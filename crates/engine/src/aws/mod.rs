//! AWS as the rest of the crate sees it: clients, errors by code, the one waiter.

mod actions;
mod clients;
mod clock;
mod connect_error;
mod credentials;
mod denial;
pub mod endpoint;
mod environment;
mod error;
mod expected_owner;
mod http;
mod lasting_refusal;
mod patience;
mod proxy;
mod region;
mod root_names;
mod sdk_error;
mod uplink;
mod wait;

pub(crate) use actions::needed as actions_needed;
pub use clients::{Aws, Connection, IDENTITY_DEADLINE};
pub use clock::skew;
pub use connect_error::ConnectError;
pub use credentials::{Cause, NoCredentials, Source};
pub use error::{AwsError, Transport};
pub use http::client;
pub use proxy::{BadProxy, Proxies, Proxy};
pub use sdk_error::{AwsCall, bucket_region};
pub use uplink::Uplink;
pub use wait::{Backoff, Deadline, OnWait, Poll, Wait, Waited, pause, poll_until, until};
