//! The phases of a session, each a type that owns only what is valid in it.

use super::joined::Joined;
use super::opening::{Challenged, Opening};
use super::{Closed, Event, Failure, Reply, Side, Violation};
use crate::id::RequestId;
use crate::message::{Abort, AbortDetails, Message};
use crate::payload::Payload;
use crate::uri::{RawUri, wamp};
use compact_str::{CompactString, ToCompactString};
use std::collections::VecDeque;
use std::time::Instant;

/// Where a session is.
#[derive(Debug)]
pub(super) enum Phase<T> {
    /// HELLO was sent: waits for WELCOME, CHALLENGE or ABORT.
    Opening(Opening),
    /// AUTHENTICATE was sent: waits for WELCOME, another CHALLENGE or ABORT.
    Challenged(Challenged),
    /// WELCOME came.
    Joined(Box<Joined<T>>),
    /// GOODBYE was sent: waits for GOODBYE.
    Leaving(Leaving),
    /// It is over.
    Closed,
}

/// What an input leads to.
#[derive(Debug)]
pub(super) enum Step<T> {
    Stay,
    Enter(Phase<T>),
    Close(Closed),
}

/// What waits to go out: messages to the link, events to the application.
#[derive(Debug)]
pub(super) struct Out<T> {
    pub(super) transmits: VecDeque<(Message, Payload)>,
    pub(super) events: VecDeque<Event<T>>,
}

impl<T> Default for Out<T> {
    fn default() -> Self {
        Self { transmits: VecDeque::new(), events: VecDeque::new() }
    }
}

impl<T> Out<T> {
    pub(super) fn send(&mut self, message: impl Into<Message>, payload: Payload) {
        self.transmits.push_back((message.into(), payload));
    }

    pub(super) fn event(&mut self, event: Event<T>) {
        self.events.push_back(event);
    }

    pub(super) fn answered(&mut self, request: Option<RequestId>, token: T, reply: Reply) {
        self.event(Event::Answered { request, token, reply });
    }

    pub(super) fn failed(&mut self, request: Option<RequestId>, token: T, failure: Failure) {
        self.event(Event::Failed { request, token, failure });
    }

    pub(super) fn send_abort(&mut self, reason: RawUri, message: Option<CompactString>) {
        let details = AbortDetails { message, ..AbortDetails::default() };
        self.send(Abort { details, reason }, Payload::EMPTY);
    }

    pub(super) fn send_violation(&mut self, violation: &Violation) {
        self.send_abort(RawUri::from_static(wamp::PROTOCOL_VIOLATION), Some(violation.to_compact_string()));
    }
}

/// GOODBYE was sent.
#[derive(Debug)]
pub(super) struct Leaving {
    pub(super) deadline: Option<Instant>,
    pub(super) reason: RawUri,
    pub(super) message: Option<CompactString>,
}

impl Leaving {
    /// Any GOODBYE ends it, whatever its reason; so does ABORT. The rest was under way and is ignored (basic/sessions, 14).
    pub(super) fn recv<T>(&mut self, message: &Message) -> Step<T> {
        match message {
            Message::Goodbye(_) | Message::Abort(_) => Step::Close(self.left()),
            _ => Step::Stay,
        }
    }

    pub(super) fn handle_timeout<T>(&mut self, now: Instant) -> Step<T> {
        if self.deadline.is_some_and(|deadline| deadline <= now) { Step::Close(self.left()) } else { Step::Stay }
    }

    pub(super) fn left(&mut self) -> Closed {
        Closed::Left { reason: std::mem::take(&mut self.reason), message: self.message.take(), by: Side::Us }
    }
}
