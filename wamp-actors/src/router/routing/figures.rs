/// What a realm holds and has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct RealmFigures {
    pub(crate) sessions: u64,
    /// By callee.
    pub(crate) registrations: u64,
    /// By subscriber.
    pub(crate) subscriptions: u64,
    /// CALLs that were let through to the dealer.
    pub(crate) calls: u64,
    /// PUBLISHes that were let through to the broker.
    pub(crate) publications: u64,
}
