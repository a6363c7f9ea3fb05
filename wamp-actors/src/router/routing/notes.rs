use proto::{Format, Payload};
use serde::Serialize;

/// What a realm tells of itself: meta events, gathered while it works and published when it is done, so that nobody is told of
/// what is half done. Nothing is gathered while nobody subscribed to anything under `wamp.`.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// How many subscriptions reach what is reserved.
    watchers: usize,
    /// Whether nothing is told for the moment.
    quiet: bool,
    queue: Vec<Note>,
}

/// A meta event.
#[derive(Debug)]
pub(super) struct Note {
    pub(super) topic: &'static str,
    pub(super) payload: Payload,
}

impl Notes {
    /// Tells that something happened; a tuple is positional arguments.
    pub(super) fn push<T: Serialize>(&mut self, topic: &'static str, arguments: impl FnOnce() -> T) {
        if self.quiet || self.watchers == 0 {
            return;
        }
        // Only ids, words and URIs are ever told, which every format carries.
        if let Ok(payload) = Payload::encode(Format::MsgPack, &arguments()) {
            self.queue.push(Note { topic, payload });
        }
    }

    /// What there is to tell.
    pub(super) fn take(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.queue)
    }

    /// How many there are to tell.
    pub(super) const fn len(&self) -> usize {
        self.queue.len()
    }

    pub(super) const fn be_quiet(&mut self, quiet: bool) {
        self.quiet = quiet;
    }

    pub(super) const fn is_quiet(&self) -> bool {
        self.quiet
    }

    pub(super) const fn watch(&mut self) {
        self.watchers += 1;
    }

    pub(super) const fn unwatch(&mut self) {
        self.watchers = self.watchers.saturating_sub(1);
    }
}
