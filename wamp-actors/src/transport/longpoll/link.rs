//! A session of the transport, as a link.

use super::requests::Requests;
use crate::transport::{Link, LinkError, LinkOptions, LinkViolation, SendError, decoded_shared};
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use proto::framing::Subprotocol;
use proto::framing::batch::{self, Separator};
use proto::message::encode;
use proto::{Format, Message, Payload, PayloadRef};
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// Up to how many octets messages go in one request. A longer message goes alone: routers limit the body as they limit a message.
const BATCH: usize = 64 << 10;

/// Long-poll after `open`.
pub(super) struct LongPollLink {
    requests: Requests,
    subprotocol: Subprotocol,
    /// The request that waits for what comes.
    receiving: LocalBoxFuture<'static, Result<Bytes, LinkError>>,
    /// Messages that came and were not taken.
    arrived: VecDeque<Bytes>,
    /// Bodies to be sent, one after the other, for the order is ours to keep.
    waiting: VecDeque<Vec<u8>>,
    buffered: usize,
    /// The request that is on its way, and how many octets it carries.
    sending: Option<(usize, LocalBoxFuture<'static, Result<(), LinkError>>)>,
    closing: Option<LocalBoxFuture<'static, ()>>,
    close_timeout: Duration,
    /// The limit of closing, once it has begun.
    close_limit: Option<Pin<Box<Sleep>>>,
}

impl LongPollLink {
    pub(super) fn new(requests: Requests, subprotocol: Subprotocol, options: &LinkOptions) -> Self {
        Self {
            receiving: Box::pin(requests.clone().receive()),
            requests,
            subprotocol,
            arrived: VecDeque::new(),
            waiting: VecDeque::new(),
            buffered: 0,
            sending: None,
            closing: None,
            close_timeout: options.close_timeout,
            close_limit: None,
        }
    }

    /// Takes an answer apart.
    fn arrive(&mut self, body: &Bytes) -> Result<(), LinkError> {
        if !self.subprotocol.batched {
            self.arrived.push_back(body.clone());
            return Ok(());
        }
        for message in batch::split(self.subprotocol.format, body) {
            let message = message.map_err(|error| LinkError::Violation(LinkViolation::Batch(error)))?;
            self.arrived.push_back(body.slice_ref(message));
        }
        Ok(())
    }

    const fn content(&self) -> &'static str {
        if self.subprotocol.format.is_binary() { "application/octet-stream" } else { "application/json" }
    }
}

impl Link for LongPollLink {
    fn format(&self) -> Format {
        self.subprotocol.format
    }

    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<(Message, Payload), LinkError>> {
        loop {
            if let Some(octets) = self.arrived.pop_front() {
                return Poll::Ready(decoded_shared(self.subprotocol.format, &octets));
            }
            let body = ready!(self.receiving.as_mut().poll(cx))?;
            self.receiving = Box::pin(self.requests.clone().receive());
            self.arrive(&body)?;
        }
    }

    fn send(&mut self, message: &Message, payload: PayloadRef<'_>) -> Result<(), SendError> {
        let Subprotocol { format, batched } = self.subprotocol;
        let mut octets = Vec::with_capacity(payload.len() + 64);
        if batched {
            let open = batch::begin(&mut octets, format, Separator::default());
            encode(message, payload, format, &mut octets)?;
            open.end(&mut octets);
        } else {
            encode(message, payload, format, &mut octets)?;
        }
        self.buffered += octets.len();
        match self.waiting.back_mut() {
            Some(last) if batched && last.len() + octets.len() <= BATCH => last.extend_from_slice(&octets),
            _ => self.waiting.push_back(octets),
        }
        Ok(())
    }

    fn buffered(&self) -> usize {
        self.buffered
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
        loop {
            if let Some((length, sending)) = &mut self.sending {
                ready!(sending.as_mut().poll(cx))?;
                self.buffered -= *length;
                self.sending = None;
            }
            let Some(body) = self.waiting.pop_front() else { return Poll::Ready(Ok(())) };
            self.sending = Some((body.len(), Box::pin(self.requests.clone().send(self.content(), body.into()))));
        }
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
        let timeout = self.close_timeout;
        let limit = self.close_limit.get_or_insert_with(|| Box::pin(sleep(timeout)));
        if limit.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(LinkError::Silent(timeout)));
        }
        ready!(self.poll_flush(cx))?;
        let requests = &self.requests;
        let closing = self.closing.get_or_insert_with(|| Box::pin(requests.clone().close()));
        closing.as_mut().poll(cx).map(Ok)
    }
}

impl fmt::Debug for LongPollLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LongPollLink").field("subprotocol", &self.subprotocol).finish_non_exhaustive()
    }
}
