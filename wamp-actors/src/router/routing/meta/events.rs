//! `wamp.subscription.get_events` (advanced/pubsub_event_history).

use super::{Asked, Table};
use crate::router::routing::history::{Logged, Query};
use crate::router::routing::outbound::Outbound;
use crate::router::routing::realm::Realm;
use crate::router::routing::refusal::Refusal;
use crate::router::routing::timestamp::Timestamp;
use proto::payload::{Kwargs, PayloadBuilder};
use proto::{Dict, Format, Payload, PublicationId, SubscriptionId, Value};
use serde::Deserialize;

pub(super) const PROCEDURES: Table = &[("wamp.subscription.get_events", get_events)];

/// How many events an answer has if it is not asked for fewer or more, and at most.
const USUAL: usize = 100;
const MOST: usize = 1_000;
/// What they may weigh: well below what a peer takes as one message.
const OCTETS: usize = 256 << 10;
/// How many events looked at cost a step.
const LOOKED_AT: usize = 4;

/// The keyword arguments, all optional.
#[derive(Debug, Default, Deserialize)]
struct Options {
    reverse: Option<bool>,
    limit: Option<usize>,
    from_time: Option<Timestamp>,
    after_time: Option<Timestamp>,
    before_time: Option<Timestamp>,
    until_time: Option<Timestamp>,
    topic: Option<String>,
    from_publication: Option<PublicationId>,
    after_publication: Option<PublicationId>,
    before_publication: Option<PublicationId>,
    until_publication: Option<PublicationId>,
}

/// The events, and by keyword what is to be known of them: `more` would fit, and whether there may be a `gap` before the first.
fn get_events(realm: &mut Realm, asked: Asked<'_>, out: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    let (id, Kwargs(options)) = asked.decode::<(SubscriptionId, Kwargs<Options>)>()?;
    let query = options.query()?;
    let page = realm.history(id, asked.caller, &query)?;
    out.spend(page.looked_at / LOOKED_AT);
    // Each is written anew.
    out.spend(page.events.len() * LOOKED_AT);
    let events: Vec<Value> = page.events.iter().map(|event| told(id, event)).collect();
    let mut answer = PayloadBuilder::new(Format::MsgPack);
    let written = answer.arg(&events).and_then(|answer| answer.kwarg("more", &page.more)).and_then(|answer| answer.kwarg("gap", &page.gap));
    written.map(PayloadBuilder::finish).map_err(|_| Refusal::UNANSWERABLE)
}

impl Options {
    fn query(self) -> Result<Query, Refusal> {
        let events = match self.limit {
            Some(0) => return Err(Refusal::ARGUMENTS),
            Some(limit) => limit.min(MOST),
            None => USUAL,
        };
        Ok(Query {
            reverse: self.reverse.unwrap_or_default(),
            events,
            octets: OCTETS,
            from_time: self.from_time,
            after_time: self.after_time,
            before_time: self.before_time,
            until_time: self.until_time,
            topic: self.topic,
            from_publication: self.from_publication,
            after_publication: self.after_publication,
            before_publication: self.before_publication,
            until_publication: self.until_publication,
        })
    }
}

/// An event, as the specification has it in the answer; arguments that there are none of are left out.
fn told(subscription: SubscriptionId, event: &Logged) -> Value {
    let mut dict = Dict::from([
        ("timestamp".into(), event.at.to_string().into()),
        ("subscription".into(), subscription.as_u64().into()),
        ("publication".into(), event.publication.as_u64().into()),
        ("details".into(), details(event)),
    ]);
    let payload = event.payload.as_ref();
    // What was taken from the wire was found valid then.
    let args: Vec<Value> = payload.positionals().filter_map(|argument| argument.to_value().ok()).collect();
    let kwargs: Dict = payload.keywords().filter_map(|(name, value)| Some((name.as_ref().into(), value.to_value().ok()?))).collect();
    if !args.is_empty() || !kwargs.is_empty() {
        dict.insert("args".into(), args.into());
    }
    if !kwargs.is_empty() {
        dict.insert("kwargs".into(), kwargs.into());
    }
    dict.into()
}

fn details(event: &Logged) -> Value {
    let details = &event.details;
    let mut dict = Dict::from([("topic".into(), event.topic.as_str().into())]);
    if let Some(publisher) = details.publisher {
        dict.insert("publisher".into(), publisher.as_u64().into());
    }
    let texts = [("publisher_authid", &details.publisher_authid), ("publisher_authrole", &details.publisher_authrole)];
    for (name, text) in texts {
        if let Some(text) = text {
            dict.insert(name.into(), text.as_str().into());
        }
    }
    let ppt = &details.ppt;
    for (name, text) in
        [("ppt_scheme", ppt.scheme()), ("ppt_serializer", ppt.serializer()), ("ppt_cipher", ppt.cipher()), ("ppt_keyid", ppt.keyid())]
    {
        if let Some(text) = text {
            dict.insert(name.into(), text.as_str().into());
        }
    }
    dict.into()
}
