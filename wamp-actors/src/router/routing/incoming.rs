use super::receivers::Filter;
use bytes::Bytes;
use proto::{Message, Payload, PayloadRef};
use std::sync::Arc;

/// Arguments above this many octets are worth sharing before the lock is taken, so that no copy is made under it.
pub(crate) const SHARE_ABOVE: usize = 16 * 1024;

/// Whether a message's action is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Grant {
    /// Nobody was asked: the realm allows everything, or the message is none that needs it.
    #[default]
    Unasked,
    /// It is; whether who acts is disclosed, be it asked for or not.
    Allowed { disclose: bool },
    /// It is not.
    Denied,
    /// It could not be decided.
    Failed,
}

/// A message of a peer, on its way into the realm. Made outside the lock, so that whatever can be done beforehand is.
#[derive(Debug)]
pub(crate) struct Incoming<'a> {
    /// The place of the message in the thread's batch; [`Carried::Borrowed`](super::Carried::Borrowed) names it.
    pub(crate) index: u32,
    /// The message's header.
    pub(crate) message: Message,
    /// Its arguments, in the bytes the thread read.
    pub(crate) payload: PayloadRef<'a>,
    /// The same, owned, where the thread has it so; else a copy is made at most once, if another thread needs it.
    pub(crate) shared: Option<Payload>,
    /// What the session's gate says to it.
    pub(crate) grant: Grant,
    /// The lists of a PUBLISH.
    pub(super) filter: Option<Arc<Filter>>,
}

impl<'a> Incoming<'a> {
    /// The message at `index` of the batch. Large arguments are copied here, outside the lock, if peers of other threads may get them.
    pub(crate) fn new(index: u32, message: Message, payload: PayloadRef<'a>) -> Self {
        let travels = matches!(message, Message::Publish(_) | Message::Call(_) | Message::Yield(_) | Message::Error(_));
        let shared = (travels && payload.len() > SHARE_ABOVE).then(|| payload.to_payload());
        Self::with(index, message, payload, shared)
    }

    /// The message at `index` of the batch, decoded from `bytes`, which are shared rather than copied.
    pub(crate) fn in_bytes(index: u32, message: Message, payload: PayloadRef<'a>, bytes: &Bytes) -> Self {
        Self::with(index, message, payload, Some(Payload::shared(bytes, payload)))
    }

    /// The message at `index` of the batch, whose arguments are owned already (an in-process link).
    pub(crate) fn owned(index: u32, message: Message, payload: &'a Payload) -> Self {
        Self::with(index, message, payload.as_ref(), Some(payload.clone()))
    }

    fn with(index: u32, message: Message, payload: PayloadRef<'a>, shared: Option<Payload>) -> Self {
        let filter = match &message {
            Message::Publish(publish) => Filter::of(&publish.options.receivers).map(Arc::new),
            _ => None,
        };
        Self { index, message, payload, shared, grant: Grant::Unasked, filter }
    }
}
