use super::arena::Arena;
use super::incoming::Incoming;
use super::options::RealmOptions;
use super::outbound::Outbound;
use super::peer::{NewPeer, Peer, PeerKey};
use super::random::Random;
use super::violation::Violation;
use hashbrown::HashMap;
use proto::{RequestId, SessionId};

/// The routing state of a realm: its sessions, its broker, its dealer.
#[derive(Debug)]
pub(crate) struct Realm {
    options: RealmOptions,
    random: Random,
    peers: Arena<Peer>,
    sessions: HashMap<SessionId, PeerKey>,
}

/// What becomes of a session after a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// It goes on.
    Open,
    /// The client said GOODBYE: it has left, and the answering GOODBYE is among the deliveries. Flush, then close the transport.
    ///
    /// A thread that said GOODBYE first takes the client's answer itself and calls [`Realm::leave`].
    Goodbye,
    /// The client sent ABORT: it has left, without an answer.
    Aborted,
}

/// The session id is already in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session id is in use")]
pub(crate) struct SessionIdTaken;

impl Realm {
    pub(super) fn new(options: RealmOptions) -> Self {
        Self { random: Random::new(options.seed), options, peers: Arena::default(), sessions: HashMap::new() }
    }

    /// How it behaves.
    pub(crate) const fn options(&self) -> &RealmOptions {
        &self.options
    }

    /// How many sessions there are.
    pub(crate) fn len(&self) -> usize {
        self.peers.len()
    }

    /// A session id that nobody in the realm has.
    pub(crate) fn draw_session_id(&mut self) -> SessionId {
        loop {
            let id = SessionId::from_random(self.random.bits());
            if !self.sessions.contains_key(&id) {
                return id;
            }
        }
    }

    /// Lets a peer in: its handshake is done, and WELCOME is what it is written first.
    pub(crate) fn join(&mut self, peer: NewPeer) -> Result<PeerKey, SessionIdTaken> {
        let NewPeer { session, address, roles, authid, authrole } = peer;
        if self.sessions.contains_key(&session) {
            return Err(SessionIdTaken);
        }
        let key = PeerKey(self.peers.insert(Peer { session, address, roles, authid, authrole }));
        self.sessions.insert(session, key);
        Ok(key)
    }

    /// Disposes of all that a peer had: subscriptions, registrations (calls it works on are answered `wamp.error.canceled` at once), its
    /// own calls (callees that can are interrupted). Does nothing if it has left before.
    pub(crate) fn leave(&mut self, peer: PeerKey, out: &mut Outbound<'_>) {
        let _ = out;
        if let Some(peer) = self.peers.remove(peer.0) {
            self.sessions.remove(&peer.session);
        }
    }

    /// Routes one message. Nothing happens if the peer has left.
    ///
    /// # Errors
    ///
    /// If it breaks the protocol: send ABORT `wamp.error.protocol_violation`, call [`leave`](Self::leave), drop the transport.
    pub(crate) fn recv(&mut self, from: PeerKey, incoming: Incoming<'_>, out: &mut Outbound<'_>) -> Result<Next, Violation> {
        let _ = (from, incoming, out);
        Ok(Next::Open)
    }

    /// An INVOCATION could not be delivered to `callee` (too large for it, or not to be carried by its format): the call gets `error`
    /// (a URI of [`proto::uri::wamp`]), and the callee need not answer.
    pub(crate) fn fail_invocation(&mut self, callee: PeerKey, invocation: RequestId, error: &'static str, out: &mut Outbound<'_>) {
        let _ = (callee, invocation, error, out);
    }

    /// A progressive RESULT could not be delivered to `caller`: if the call is still open it ends with `error`, and its callee is
    /// interrupted. In place of a *final* RESULT or ERROR that cannot be delivered, the thread writes ERROR by itself: the call has ended.
    pub(crate) fn fail_call(&mut self, caller: PeerKey, call: RequestId, error: &'static str, out: &mut Outbound<'_>) {
        let _ = (caller, call, error, out);
    }
}
