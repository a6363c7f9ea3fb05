//! A transport whose other end is a test: links of unbounded queues, and connections that fail on demand.

use super::{BoxLink, ConnectError, Link, LinkError, SendError, Transport};
use futures_util::future::LocalBoxFuture;
use parking_lot::Mutex;
use proto::{Format, Message, Payload, PayloadRef};
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::sync::mpsc;

/// A transport; each connection is handed to [`Connections`].
#[derive(Debug, Clone)]
pub(crate) struct Scripted {
    format: Format,
    connections: mpsc::UnboundedSender<Peer>,
    failures: Arc<Mutex<VecDeque<ConnectError>>>,
}

impl Scripted {
    /// With links of that format (otherwise MessagePack).
    pub(crate) fn in_format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }
}

/// The connections made by a [`Scripted`] transport.
#[derive(Debug)]
pub(crate) struct Connections {
    peers: mpsc::UnboundedReceiver<Peer>,
    failures: Arc<Mutex<VecDeque<ConnectError>>>,
}

/// The router's end of a link.
#[derive(Debug)]
pub(crate) struct Peer {
    inbox: mpsc::UnboundedReceiver<(Message, Payload)>,
    outbox: mpsc::UnboundedSender<Result<(Message, Payload), LinkError>>,
}

/// A transport and its other end.
pub(crate) fn scripted() -> (Scripted, Connections) {
    let (connections, peers) = mpsc::unbounded_channel();
    let failures = Arc::default();
    (Scripted { format: Format::MsgPack, connections, failures: Arc::clone(&failures) }, Connections { peers, failures })
}

impl Connections {
    /// The next connection made.
    pub(crate) async fn accept(&mut self) -> Peer {
        self.peers.recv().await.expect("the transport is gone")
    }

    /// The connection made by now, if any.
    pub(crate) fn try_accept(&mut self) -> Option<Peer> {
        self.peers.try_recv().ok()
    }

    /// Lets the next attempt to connect fail.
    pub(crate) fn refuse_next(&self) {
        let source = std::io::ErrorKind::ConnectionRefused.into();
        self.failures.lock().push_back(ConnectError::Refused { url: "scripted:".into(), source });
    }
}

impl Peer {
    /// The next message of the client.
    pub(crate) async fn recv(&mut self) -> (Message, Payload) {
        let received = tokio::time::timeout(Duration::from_secs(3600), self.inbox.recv()).await;
        received.expect("no message within an hour").expect("the client dropped the link")
    }

    /// The message the client has sent by now, if any.
    pub(crate) fn try_recv(&mut self) -> Option<Message> {
        self.inbox.try_recv().ok().map(|(message, _)| message)
    }

    /// Waits until the client drops the link, and gives what it sent before.
    pub(crate) async fn rest(mut self) -> Vec<Message> {
        let mut rest = Vec::new();
        while let Some((message, _)) = self.inbox.recv().await {
            rest.push(message);
        }
        rest
    }

    pub(crate) fn send(&self, message: impl Into<Message>) {
        self.send_with(message, Payload::EMPTY);
    }

    pub(crate) fn send_with(&self, message: impl Into<Message>, payload: Payload) {
        drop(self.outbox.send(Ok((message.into(), payload))));
    }

    /// Ends the link as if it had failed so.
    pub(crate) fn fail(&self, error: LinkError) {
        drop(self.outbox.send(Err(error)));
    }
}

impl Transport for Scripted {
    fn connect(&self) -> LocalBoxFuture<'_, Result<BoxLink, ConnectError>> {
        Box::pin(async {
            if let Some(failure) = self.failures.lock().pop_front() {
                return Err(failure);
            }
            let (to_peer, from_client) = mpsc::unbounded_channel();
            let (to_client, from_peer) = mpsc::unbounded_channel();
            drop(self.connections.send(Peer { inbox: from_client, outbox: to_client }));
            Ok(Box::new(ScriptedLink { format: self.format, inbox: from_peer, outbox: to_peer }) as BoxLink)
        })
    }

    fn describe(&self) -> String {
        "scripted:".to_owned()
    }
}

#[derive(Debug)]
struct ScriptedLink {
    format: Format,
    inbox: mpsc::UnboundedReceiver<Result<(Message, Payload), LinkError>>,
    outbox: mpsc::UnboundedSender<(Message, Payload)>,
}

impl Link for ScriptedLink {
    fn format(&self) -> Format {
        self.format
    }

    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<(Message, Payload), LinkError>> {
        let received = ready!(self.inbox.poll_recv(cx));
        Poll::Ready(received.unwrap_or(Err(LinkError::Closed { code: None, reason: None })))
    }

    fn send(&mut self, message: &Message, payload: PayloadRef<'_>) -> Result<(), SendError> {
        // Encoded and decoded, so that what cannot be carried fails here too.
        let mut octets = Vec::new();
        proto::message::encode(message, payload, self.format, &mut octets)?;
        drop(self.outbox.send((message.clone(), payload.to_payload())));
        Ok(())
    }

    fn buffered(&self) -> usize {
        0
    }

    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(&mut self, _: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
        Poll::Ready(Ok(()))
    }
}
