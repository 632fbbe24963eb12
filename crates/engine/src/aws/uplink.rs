//! The way out that bodies share: how many may be on it at once, and how far they are.
//!
//! What is too much for a line stalls, and is sent again, and stalls again. So when a request stalls, half as many may
//! be on their way from then on, and one more for each that arrives. Requests that stall together count once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::sync::Notify;

/// A way out. Clones are the same one. A call takes it as its interceptor:
/// `.customize().interceptor(uplink.clone()).send()`.
#[derive(Debug, Clone)]
pub struct Uplink(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    sent: AtomicU64,
    lanes: Mutex<Lanes>,
    free: Notify,
}

#[derive(Debug)]
struct Lanes {
    most: usize,
    limit: usize,
    busy: usize,
    /// How often the limit was halved.
    halved: u64,
}

/// The place of one request on it.
#[derive(Debug)]
pub(super) struct Lane<'u> {
    uplink: &'u Uplink,
    halved: u64,
}

impl Uplink {
    /// One on which no more than `most` requests are at once.
    #[must_use]
    pub fn new(most: usize) -> Self {
        let lanes = Lanes { most, limit: most, busy: 0, halved: 0 };
        Self(Arc::new(Shared { sent: AtomicU64::new(0), lanes: Mutex::new(lanes), free: Notify::new() }))
    }

    /// Bytes of bodies that the network has taken so far. What has to be sent again does not count.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.sent.load(Ordering::Relaxed)
    }

    /// How many requests may be on it at once now.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.lanes().limit
    }

    pub(super) fn sent(&self, bytes: u64) {
        self.0.sent.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So much of what was sent did not arrive.
    pub(super) fn lost(&self, bytes: u64) {
        self.0.sent.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Waits for a place.
    pub(super) async fn enter(&self) -> Lane<'_> {
        loop {
            let free = self.0.free.notified();
            {
                let mut lanes = self.lanes();
                if lanes.busy < lanes.limit {
                    lanes.busy += 1;
                    return Lane { uplink: self, halved: lanes.halved };
                }
            }
            free.await;
        }
    }

    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.0.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lane<'_> {
    /// The request has got its answer.
    pub(super) fn arrived(self) {
        let mut lanes = self.uplink.lanes();
        lanes.limit = lanes.most.min(lanes.limit + 1);
    }

    /// The request has stalled.
    pub(super) fn stalled(self) {
        let mut lanes = self.uplink.lanes();
        if lanes.halved == self.halved {
            lanes.halved += 1;
            lanes.limit = (lanes.limit / 2).max(1);
        }
    }
}

impl Drop for Lane<'_> {
    fn drop(&mut self) {
        let mut lanes = self.uplink.lanes();
        lanes.busy -= 1;
        drop(lanes);
        self.uplink.0.free.notify_waiters();
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Uplink {
    fn name(&self) -> &'static str {
        "Uplink"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        context.request_mut().add_extension(self.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn what_stalls_together_halves_once_and_what_arrives_brings_one_back() {
        let uplink = Uplink::new(8);
        let mut lanes = Vec::new();
        for _ in 0..8 {
            lanes.push(uplink.enter().await);
        }
        assert!(uplink.enter().now_or_never().is_none());
        lanes.drain(..5).for_each(Lane::stalled);
        assert_eq!(uplink.limit(), 4);
        // Three are still on their way.
        let fourth = uplink.enter().now_or_never().unwrap();
        assert!(uplink.enter().now_or_never().is_none());
        fourth.stalled();
        assert_eq!(uplink.limit(), 2);
        lanes.drain(..).for_each(Lane::arrived);
        assert_eq!(uplink.limit(), 5);
    }

    #[tokio::test]
    async fn one_may_always_be_on_it() {
        let uplink = Uplink::new(2);
        for _ in 0..5 {
            uplink.enter().await.stalled();
        }
        assert_eq!(uplink.limit(), 1);
        let first = uplink.enter().await;
        let waiting = async {
            uplink.enter().await;
        };
        let leaves = async { drop(first) };
        futures::join!(waiting, leaves);
    }
}
