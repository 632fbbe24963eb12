//! A line for payloads that the runtime cannot even read, such as what is no JSON: it answers them before the handler is
//! called, and in words of its own.

use std::task::{Context, Poll};

use contract::event::NotAnEvent;
use lambda_runtime::LambdaInvocation;
use lambda_runtime::tower::{Layer, Service};

use crate::log::{self, Log};

/// Logs payloads that are no JSON, or too deep, on their way to the handler.
#[derive(Debug, Clone, Copy)]
pub struct Unreadable<L>(pub L);

impl<S, L: Copy> Layer<S> for Unreadable<L> {
    type Service = Watched<S, L>;

    fn layer(&self, inner: S) -> Watched<S, L> {
        Watched { inner, log: self.0 }
    }
}

/// See [`Unreadable`].
#[derive(Debug, Clone)]
pub struct Watched<S, L> {
    inner: S,
    log: L,
}

impl<S: Service<LambdaInvocation>, L: Log> Service<LambdaInvocation> for Watched<S, L> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> S::Future {
        // Events are short, so reading one twice costs microseconds.
        if let Err(error) = serde_json::from_slice::<serde_json::Value>(&invocation.body) {
            let reason = NotAnEvent::from(error).to_string();
            self.log.write(&log::about_event(&invocation.context.request_id, Err(reason)));
        }
        self.inner.call(invocation)
    }
}
