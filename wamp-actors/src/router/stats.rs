/// What a router has done and holds, as of one moment ([`Router::stats`](super::Router::stats)). Counters start at 0 with the router.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Stats {
    /// Connections there are now, joined or not: sockets and in-process links.
    pub connections: u64,
    /// Sessions there are now.
    pub sessions: u64,
    /// Sessions that joined since the start.
    pub joined: u64,
    /// Messages received from peers.
    pub received: u64,
    /// CALLs received.
    pub calls: u64,
    /// PUBLISHes received.
    pub publishes: u64,
    /// EVENTs delivered, each receiver counted.
    pub events: u64,
    /// EVENTs that did not reach a receiver: its format cannot carry them, or they are larger than it takes.
    pub events_dropped: u64,
    /// How often a peer was read no further for a moment, because receivers could not keep up with it.
    pub pauses: u64,
    /// Connections refused at the opening (origin, subprotocol, HELLO that did not come, ABORT).
    pub refused: u64,
    /// Sessions ended because the peer broke the protocol.
    pub violations: u64,
    /// Peers cut because they did not read what was sent to them.
    pub slow_peers_cut: u64,
    /// Peers cut because they did not answer a ping.
    pub silent_peers_cut: u64,
}
