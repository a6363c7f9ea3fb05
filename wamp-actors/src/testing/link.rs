use super::network::{Flow, Weather};
use super::traffic::{Direction, Traffic};
use crate::transport::memory::pair;
use crate::transport::{BoxLink, Link, LinkError, SendError};
use parking_lot::Mutex;
use proto::{Format, Message, Payload, PayloadRef};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::time::{Instant, Sleep};

/// A link over a [`Network`](super::Network).
pub(super) struct NetworkLink {
    inner: BoxLink,
    weather: Arc<Mutex<Weather>>,
    traffic: Traffic,
    /// Its number among the connections, for the traffic.
    link: u64,
    /// How often the network had been cut when it was made.
    cuts: u64,
    /// Sent while the network stalls.
    held: VecDeque<(Message, Payload)>,
    /// Received, and not due yet.
    coming: VecDeque<(Instant, Message, Payload)>,
    /// The end, after what comes before it.
    end: Option<LinkError>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl NetworkLink {
    pub(super) fn new(inner: BoxLink, weather: Arc<Mutex<Weather>>, traffic: Traffic, cuts: u64) -> Self {
        let link = traffic.next_link();
        Self { inner, weather, traffic, link, cuts, held: VecDeque::new(), coming: VecDeque::new(), end: None, timer: None }
    }

    fn is_cut(&self) -> bool {
        self.weather.lock().cuts != self.cuts
    }

    /// Takes what the router has sent, as far as the weather lets it through.
    fn gather(&mut self, cx: &mut Context<'_>) {
        while self.end.is_none() {
            let (message, payload) = match self.inner.poll_recv(cx) {
                Poll::Pending => return,
                Poll::Ready(Err(error)) => {
                    self.end = Some(error);
                    return;
                }
                Poll::Ready(Ok(received)) => received,
            };
            let mut weather = self.weather.lock();
            if weather.from_router == Flow::Lost {
                continue;
            }
            let due = Instant::now() + weather.delay;
            if weather.duplicates > 0 {
                weather.duplicates -= 1;
                self.coming.push_back((due, message.clone(), payload.clone()));
            }
            self.coming.push_back((due, message, payload));
        }
    }

    /// Waits until `due`.
    fn poll_due(&mut self, due: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if due <= Instant::now() {
            self.timer = None;
            return Poll::Ready(());
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(due)));
        timer.as_mut().reset(due);
        timer.as_mut().poll(cx)
    }

    /// Hands on what was held; `false` while the network stalls.
    fn release(&mut self) -> bool {
        if self.weather.lock().to_router == Flow::Stalled {
            return self.held.is_empty();
        }
        for (message, payload) in std::mem::take(&mut self.held) {
            // It was measured when it was sent first.
            drop(self.pass(&message, payload.as_ref()));
        }
        true
    }

    fn pass(&mut self, message: &Message, payload: PayloadRef<'_>) -> Result<(), SendError> {
        if self.weather.lock().to_router == Flow::Lost {
            return Ok(());
        }
        self.inner.send(message, payload)?;
        self.traffic.note(self.link, Direction::ToRouter, message, &payload.to_payload());
        Ok(())
    }
}

impl Link for NetworkLink {
    fn format(&self) -> Format {
        self.inner.format()
    }

    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<(Message, Payload), LinkError>> {
        self.weather.lock().watch(cx);
        if self.is_cut() {
            return Poll::Ready(Err(LinkError::Io(std::io::ErrorKind::ConnectionReset.into())));
        }
        self.gather(cx);
        if self.weather.lock().from_router == Flow::Stalled {
            return Poll::Pending;
        }
        let Some(&(due, ..)) = self.coming.front() else {
            return self.end.take().map_or(Poll::Pending, |end| Poll::Ready(Err(end)));
        };
        ready!(self.poll_due(due, cx));
        let Some((_, message, payload)) = self.coming.pop_front() else { return Poll::Pending };
        self.traffic.note(self.link, Direction::FromRouter, &message, &payload);
        Poll::Ready(Ok((message, payload)))
    }

    fn send(&mut self, message: &Message, payload: PayloadRef<'_>) -> Result<(), SendError> {
        if !self.release() || self.weather.lock().to_router == Flow::Stalled {
            self.held.push_back((message.clone(), payload.to_payload()));
            return Ok(());
        }
        self.pass(message, payload)
    }

    fn max_message(&self) -> Option<usize> {
        self.inner.max_message()
    }

    fn buffered(&self) -> usize {
        self.inner.buffered() + self.held.iter().map(|(_, payload)| payload.as_ref().len()).sum::<usize>()
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
        self.weather.lock().watch(cx);
        if self.is_cut() {
            return Poll::Ready(Err(LinkError::Io(std::io::ErrorKind::ConnectionReset.into())));
        }
        if self.release() { self.inner.poll_flush(cx) } else { Poll::Pending }
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
        if self.is_cut() || self.weather.lock().lingering || self.weather.lock().to_router != Flow::Open {
            return Poll::Ready(Ok(()));
        }
        self.inner.poll_close(cx)
    }
}

impl Drop for NetworkLink {
    fn drop(&mut self) {
        let weather = self.weather.lock();
        if !weather.lingering {
            return;
        }
        let (dead, _) = pair(self.inner.format());
        let inner = std::mem::replace(&mut self.inner, Box::new(dead));
        let released = weather.released.clone();
        tokio::task::spawn_local(async move {
            released.notified().await;
            drop(inner);
        });
    }
}

impl std::fmt::Debug for NetworkLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NetworkLink").field("link", &self.link).field("inner", &self.inner).finish_non_exhaustive()
    }
}
