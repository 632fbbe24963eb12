//! The page of the local pipeline: photos are dropped on it, and it shows what each reveals, its way through the buckets,
//! and the clean copy beside it.
//!
//! # Expected flow
//! `local open` binds a port of loopback and prints an address with a token. The page is a few files in this program; it
//! asks for nothing from anywhere else. It posts each picture; this program looks at it with the same library as `inspect`,
//! sends it as `upload` does, and tells the page by server-sent events how far it is.
//!
//! # Guarantees
//! - Nobody drives it who does not have the token: no other page in the browser, no other user of the machine. Requests with
//!   another `Host` are refused, so a name that was made to point here (DNS rebinding) leads nowhere, and so are those that
//!   another page caused (`guard`).
//! - Originals stay in memory and in bucket A; nothing is written to this machine's disk.
//! - What is held is bounded: connections, heads, bodies, pictures looked at, and what is remembered of them.
//!
//! # Caveats
//! Who has the address can do what the page can: upload, and see the pictures that were dropped.

mod access;
mod answer;
mod assets;
mod browser;
mod events;
mod gallery;
mod guard;
mod hidden;
mod http;
mod log_feed;
mod pending;
mod pictures;
mod routes;
mod secret;
mod server;
mod told;

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::Mutex;

use crate::suggest::Suggest;
use crate::upload::{CONCURRENT_PARTS, Sender};
use engine::aws::{Aws, Uplink};
use engine::config::BucketRole;
use engine::interrupt::Interrupt;
use engine::stack::Stack;
use gallery::Gallery;
use guard::Origins;
use secret::{Secret, Ticket};

pub(crate) use browser::{can_open, open};
pub(crate) use server::serve;

/// What the page is about, and what it has been told so far.
pub(crate) struct Page {
    aws: Aws,
    stack: Stack,
    interrupt: Interrupt,
    /// How commands are suggested.
    suggest: Suggest,
    sender: Sender,
    gallery: Gallery,
    /// Who asks for rights makes access keys, so one does at a time.
    asking: Mutex<()>,
    origins: Origins,
    secret: Secret,
    ticket: Ticket,
}

/// A page that listens.
pub(crate) struct Listening {
    listener: TcpListener,
    page: Arc<Page>,
}

impl Page {
    /// Binds a port of loopback, a free one for 0.
    ///
    /// # Errors
    /// When the port is taken, or the system has no random bytes.
    pub(crate) async fn listen(
        aws: Aws,
        stack: Stack,
        interrupt: Interrupt,
        suggest: Suggest,
        port: u16,
    ) -> io::Result<Listening> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = listener.local_addr()?.port();
        let sender = Sender {
            s3: aws.s3.clone(),
            bucket: stack.names.bucket(BucketRole::Source).to_owned(),
            fresh_key: false,
            uplink: Uplink::new(pictures::AT_ONCE * CONCURRENT_PARTS),
        };
        let page = Self {
            sender,
            aws,
            stack,
            interrupt,
            suggest,
            gallery: Gallery::new(),
            asking: Mutex::new(()),
            origins: Origins::of(port),
            secret: Secret::random()?,
            ticket: Ticket::new()?,
        };
        Ok(Listening { listener, page: Arc::new(page) })
    }

    /// What the stack calls one of its buckets.
    fn bucket(&self, role: BucketRole) -> &str {
        self.stack.names.bucket(role)
    }
}

impl Listening {
    /// Where the page is. Who has it can use the page.
    pub(crate) fn address(&self) -> String {
        format!("{}/{}/", self.page.origins.address(), self.page.secret.as_str())
    }

    /// The same for the command line of a browser, which other users of the machine can read: good once.
    pub(crate) fn ticket(&self) -> String {
        format!("{}/open/{}", self.page.origins.address(), self.page.ticket.as_str())
    }
}
