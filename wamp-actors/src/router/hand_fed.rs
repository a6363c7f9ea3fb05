//! A router without sockets, whose peers are fed by hand: for benches. All but the reading and the writing is what serves sockets.

use super::core::{Core, NewRealm, Paths};
use super::deliver::Arguments;
use super::guest::{Guest, Verdict, Who};
use super::hub::Hub;
use super::limits::Limits;
use super::outlet::Outlet;
use super::peer::Sink;
use super::routing::{Incoming, RealmOptions};
use super::wire::Wire;
use proto::accept::RealmPolicy;
use proto::auth::{Anonymous, Method};
use proto::{Format, Message, Payload, Uri};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// What the threads of one router share.
#[derive(Debug, Clone)]
pub struct HandFedRouter(Arc<Core>);

/// A peer of the thread it was connected on, over a WebSocket that is not there, in MessagePack. It is never sent a ping.
#[derive(Debug)]
pub struct HandFedPeer(Guest);

impl HandFedRouter {
    /// A router with that realm, which lets everybody in, and the limits that are the defaults.
    pub fn new(realm: Uri) -> Self {
        let limits = Limits { ping_interval: Duration::from_secs(24 * 60 * 60), ..Limits::default() };
        let anonymous: Arc<dyn Method> = Arc::new(Anonymous::default());
        let policy = RealmPolicy::new([anonymous]);
        let realm = NewRealm { name: realm, policy, roles: None, history: Vec::new() };
        Self(Arc::new(Core::new(vec![realm], &RealmOptions::default(), limits, Paths::default(), Vec::new())))
    }

    /// Connects a peer on the calling thread, which must run a `LocalSet`. None, if there are too many.
    pub fn connect(&self) -> Option<HandFedPeer> {
        let pass = Core::admit(&self.0)?;
        let sink = Sink::Octets(Outlet::new(Wire::WebSocket(Format::MsgPack), None));
        Some(HandFedPeer(Guest::new(Hub::here(&self.0).seat(sink, pass), Who::Local)))
    }
}

impl HandFedPeer {
    /// Routes and delivers what one read brought: these messages, each with these arguments. Gives whether the peer is served on.
    pub fn recv(&mut self, messages: Vec<Message>, payload: &Payload) -> bool {
        let arguments = vec![Arguments::Read(payload.as_ref()); messages.len()];
        let batch = (0..).zip(messages).map(|(index, message)| Incoming::new(index, message, payload.as_ref())).collect();
        self.0.recv(batch, &arguments) == Verdict::Serve
    }

    /// Waits until something is in the outbox.
    pub async fn delivered(&self) {
        poll_fn(|cx| {
            self.0.seat.listen(cx);
            if self.0.seat.waiting() > 0 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Empties the outbox, as a socket that takes everything does. Gives how many octets waited.
    pub fn clear(&mut self) -> usize {
        let clear = |outlet: &mut Outlet, pool: &mut _| {
            let octets = outlet.len();
            outlet.clear(pool);
            octets
        };
        self.0.seat.outlet(clear).unwrap_or_default()
    }
}
