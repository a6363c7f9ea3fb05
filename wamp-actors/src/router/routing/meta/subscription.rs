//! `wamp.subscription.*` (advanced/meta_api_subscriptions).

use super::{Asked, Lists, Table, answer};
use crate::router::routing::outbound::Outbound;
use crate::router::routing::realm::Realm;
use crate::router::routing::refusal::Refusal;
use crate::router::routing::subscription::{Member, Subscription};
use crate::router::routing::timestamp::Timestamp;
use proto::{Payload, RawUri, SessionId, SubscriptionId};
use serde::Serialize;

pub(crate) const ON_CREATE: &str = "wamp.subscription.on_create";
pub(crate) const ON_SUBSCRIBE: &str = "wamp.subscription.on_subscribe";
pub(crate) const ON_UNSUBSCRIBE: &str = "wamp.subscription.on_unsubscribe";
pub(crate) const ON_DELETE: &str = "wamp.subscription.on_delete";

pub(super) const PROCEDURES: Table = &[
    ("wamp.subscription.list", list),
    ("wamp.subscription.lookup", lookup),
    ("wamp.subscription.match", matching),
    ("wamp.subscription.get", get),
    ("wamp.subscription.list_subscribers", list_subscribers),
    ("wamp.subscription.count_subscribers", count_subscribers),
];

/// What is told of a subscription.
#[derive(Debug, Serialize)]
pub(crate) struct Details<'a> {
    id: SubscriptionId,
    created: Timestamp,
    uri: &'a str,
    #[serde(rename = "match")]
    policy: &'static str,
}

impl<'a> Details<'a> {
    pub(crate) fn of(subscription: &'a Subscription) -> Self {
        Self {
            id: subscription.id,
            created: subscription.created,
            uri: subscription.pattern.as_str(),
            policy: subscription.pattern.policy().as_str(),
        }
    }
}

fn list(realm: &mut Realm, _: Asked<'_>, out: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    out.spend(realm.broker().subscriptions().count());
    answer(Lists::of(realm.broker().subscriptions().map(|subscription| (subscription.pattern.policy(), subscription.id))))
}

fn lookup(realm: &mut Realm, asked: Asked<'_>, _: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    let (uri, policy) = asked.lookup()?;
    let pattern = realm.check_pattern(&uri, policy)?;
    answer(realm.broker().lookup(&pattern).map(|subscription| subscription.id))
}

/// The subscriptions that an event of the topic falls under; null if there is none.
fn matching(realm: &mut Realm, asked: Asked<'_>, out: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    let (uri,) = asked.decode::<(RawUri,)>()?;
    realm.check_name(&uri)?;
    let ids = realm.broker().matching(uri.as_str(), out);
    answer((!ids.is_empty()).then_some(ids))
}

fn get(realm: &mut Realm, asked: Asked<'_>, _: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    answer(Details::of(find(realm, asked)?))
}

fn list_subscribers(realm: &mut Realm, asked: Asked<'_>, out: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    let subscription = find(realm, asked)?;
    out.spend(members(subscription).count());
    let sessions = members(subscription).filter_map(|member| realm.peers().get(member.peer).map(|peer| peer.session));
    answer(sessions.collect::<Vec<SessionId>>())
}

fn count_subscribers(realm: &mut Realm, asked: Asked<'_>, _: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    answer(find(realm, asked)?.groups().iter().map(|group| group.members.len()).sum::<usize>())
}

fn members(subscription: &Subscription) -> impl Iterator<Item = &Member> {
    subscription.groups().iter().flat_map(|group| &group.members)
}

fn find<'r>(realm: &'r Realm, asked: Asked<'_>) -> Result<&'r Subscription, Refusal> {
    let (id,) = asked.decode::<(SubscriptionId,)>()?;
    realm.broker().subscription(id).ok_or(Refusal::SUBSCRIPTION_UNKNOWN)
}
