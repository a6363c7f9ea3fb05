//! A client that does what comes to its mind, within the protocol, and watches what it is written.

use super::net::{EVERYTHING, uri};
use super::witness::{Witness, numbered};
use crate::router::routing::{Address, NewPeer, Outbound, PeerKey, Realm};
use proto::message::{
    Call, CallOptions, Cancel, CancelMode, CancelOptions, Error, InvokePolicy, Publish, PublishOptions, Register, RegisterOptions,
    Subscribe, SubscribeOptions, Unregister, Unsubscribe, Yield, YieldOptions,
};
use proto::{MatchPolicy, Message, MessageType, Payload, RequestId};

/// A client of a realm.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) key: PeerKey,
    pub(super) witness: Witness,
    number: u64,
    next: u64,
}

/// A thing that a client does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Thing {
    Subscribe,
    Unsubscribe,
    Register,
    Unregister,
    Publish,
    Call,
    Cancel,
    Answer,
}

/// Everything, the commonest twice.
pub(super) const ALL: &[Thing] = &[
    Thing::Subscribe,
    Thing::Unsubscribe,
    Thing::Register,
    Thing::Unregister,
    Thing::Publish,
    Thing::Publish,
    Thing::Call,
    Thing::Call,
    Thing::Cancel,
    Thing::Answer,
];
/// What has to do with events.
pub(super) const EVENTS: &[Thing] = &[Thing::Subscribe, Thing::Unsubscribe, Thing::Publish];

/// Where the dice come from.
pub(super) trait Dice {
    /// A number below `sides`.
    fn roll(&mut self, sides: usize) -> usize;
}

const URIS: [(&str, MatchPolicy); 4] =
    [("com.a", MatchPolicy::Exact), ("com.b", MatchPolicy::Exact), ("com.", MatchPolicy::Prefix), (".a", MatchPolicy::Wildcard)];
const POLICIES: [InvokePolicy; 3] = [InvokePolicy::Single, InvokePolicy::RoundRobin, InvokePolicy::Last];
const MODES: [CancelMode; 3] = [CancelMode::Skip, CancelMode::Kill, CancelMode::KillNoWait];

impl Client {
    /// Joins `realm`; its slot on its thread is `address.slot`.
    pub(super) fn join(realm: &mut Realm, out: &mut Outbound<'_>, name: &'static str, number: u64, address: Address) -> Self {
        let session = realm.draw_session_id();
        let (authid, authrole, authmethod, authprovider) = (name.into(), "user".into(), "anonymous".into(), "static".into());
        let peer = NewPeer { session, address, roles: EVERYTHING, authid, authrole, authmethod, authprovider };
        Self { key: realm.join(peer, out).unwrap(), witness: Witness::new(name), number, next: 1 }
    }

    /// What it does next, of these things.
    pub(super) fn act(&mut self, things: &[Thing], dice: &mut impl Dice) -> (Message, Payload) {
        let message = match things[dice.roll(things.len())] {
            Thing::Subscribe => self.subscribe(dice),
            Thing::Unsubscribe => self.unsubscribe(dice),
            Thing::Register => self.register(dice),
            Thing::Unregister => self.unregister(dice),
            Thing::Publish => self.publish(dice),
            Thing::Call => self.call(dice),
            Thing::Cancel => self.cancel(dice),
            Thing::Answer => self.answer(dice),
        };
        let message = message.unwrap_or_else(|| self.next_publish("com.a", PublishOptions::default()));
        self.sent(message)
    }

    /// Answers its oldest invocation, if it has one.
    pub(super) fn settle(&mut self) -> Option<(Message, Payload)> {
        let request = *self.witness.invocations.first()?;
        Some(self.sent(Yield { request, options: YieldOptions::default() }.into()))
    }

    fn sent(&mut self, message: Message) -> (Message, Payload) {
        self.witness.sends(&message);
        let payload = match &message {
            Message::Publish(m) => numbered(self.number, m.request.as_u64()),
            Message::Call(m) => numbered(self.number, m.request.as_u64()),
            _ => Payload::EMPTY,
        };
        (message, payload)
    }

    fn request(&mut self) -> RequestId {
        self.next += 1;
        RequestId::new(self.next - 1).unwrap()
    }

    fn subscribe(&mut self, dice: &mut impl Dice) -> Option<Message> {
        let (topic, policy) = URIS[dice.roll(URIS.len())];
        Some(Subscribe { request: self.request(), options: SubscribeOptions::matching(policy), topic: uri(topic) }.into())
    }

    fn unsubscribe(&mut self, dice: &mut impl Dice) -> Option<Message> {
        let subscription = pick(self.witness.subscriptions(), dice)?;
        Some(Unsubscribe { request: self.request(), subscription }.into())
    }

    fn register(&mut self, dice: &mut impl Dice) -> Option<Message> {
        let (procedure, policy) = URIS[dice.roll(URIS.len())];
        let options = RegisterOptions {
            invoke: POLICIES[dice.roll(POLICIES.len())],
            concurrency: (dice.roll(3) == 0).then_some(1),
            force_reregister: dice.roll(5) == 0,
            ..RegisterOptions::matching(policy)
        };
        Some(Register { request: self.request(), options, procedure: uri(procedure) }.into())
    }

    fn unregister(&mut self, dice: &mut impl Dice) -> Option<Message> {
        let registration = pick(self.witness.registrations(), dice)?;
        Some(Unregister { request: self.request(), registration }.into())
    }

    fn publish(&mut self, dice: &mut impl Dice) -> Option<Message> {
        let options =
            PublishOptions { acknowledge: dice.roll(2) == 0, exclude_me: (dice.roll(2) == 0).then_some(false), ..Default::default() };
        Some(self.next_publish(URIS[dice.roll(2)].0, options))
    }

    fn next_publish(&mut self, topic: &str, options: PublishOptions) -> Message {
        Publish { request: self.request(), options, topic: uri(topic) }.into()
    }

    fn call(&mut self, dice: &mut impl Dice) -> Option<Message> {
        let options = CallOptions { receive_progress: dice.roll(2) == 0, ..Default::default() };
        Some(Call { request: self.request(), options, procedure: uri(URIS[dice.roll(2)].0) }.into())
    }

    fn cancel(&mut self, dice: &mut impl Dice) -> Option<Message> {
        let request = pick(self.witness.calls(), dice)?;
        let options = CancelOptions { mode: Some(MODES[dice.roll(MODES.len())]), ..Default::default() };
        Some(Cancel { request, options }.into())
    }

    fn answer(&mut self, dice: &mut impl Dice) -> Option<Message> {
        let request = pick(self.witness.invocations.iter().copied(), dice)?;
        Some(match dice.roll(3) {
            0 => {
                let (request_type, details) = (MessageType::Invocation, Default::default());
                Error { request_type, request, details, error: uri("com.sorry") }.into()
            }
            kind => Yield { request, options: YieldOptions { progress: kind == 1, ..Default::default() } }.into(),
        })
    }
}

fn pick<T>(items: impl Iterator<Item = T>, dice: &mut impl Dice) -> Option<T> {
    let items: Vec<T> = items.collect();
    let at = dice.roll(items.len().max(1));
    items.into_iter().nth(at)
}
