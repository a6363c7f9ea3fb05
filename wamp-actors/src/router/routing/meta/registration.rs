//! `wamp.registration.*` (advanced/meta_api_registrations).

use super::{Asked, Lists, Table, answer};
use crate::router::routing::outbound::Outbound;
use crate::router::routing::realm::Realm;
use crate::router::routing::refusal::Refusal;
use crate::router::routing::registration::Registration;
use crate::router::routing::timestamp::Timestamp;
use proto::{Payload, RawUri, RegistrationId, SessionId};
use serde::Serialize;

pub(crate) const ON_CREATE: &str = "wamp.registration.on_create";
pub(crate) const ON_REGISTER: &str = "wamp.registration.on_register";
pub(crate) const ON_UNREGISTER: &str = "wamp.registration.on_unregister";
pub(crate) const ON_DELETE: &str = "wamp.registration.on_delete";

pub(super) const PROCEDURES: Table = &[
    ("wamp.registration.list", list),
    ("wamp.registration.lookup", lookup),
    ("wamp.registration.match", best),
    ("wamp.registration.get", get),
    ("wamp.registration.list_callees", list_callees),
    ("wamp.registration.count_callees", count_callees),
];

/// What is told of a registration.
#[derive(Debug, Serialize)]
pub(crate) struct Details<'a> {
    id: RegistrationId,
    created: Timestamp,
    uri: &'a str,
    #[serde(rename = "match")]
    policy: &'static str,
    invoke: &'static str,
}

impl<'a> Details<'a> {
    pub(crate) fn of(registration: &'a Registration) -> Self {
        Self {
            id: registration.id,
            created: registration.created,
            uri: registration.pattern.as_str(),
            policy: registration.pattern.policy().as_str(),
            invoke: registration.policy.as_str(),
        }
    }
}

fn list(realm: &mut Realm, _: Asked<'_>, out: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    out.spend(realm.dealer().registrations.len());
    answer(Lists::of(realm.dealer().registrations.iter().map(|registration| (registration.pattern.policy(), registration.id))))
}

fn lookup(realm: &mut Realm, asked: Asked<'_>, _: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    let (uri, policy) = asked.lookup()?;
    let pattern = realm.check_pattern(&uri, policy)?;
    answer(realm.dealer().lookup(&pattern).map(|registration| registration.id))
}

fn best(realm: &mut Realm, asked: Asked<'_>, out: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    let (uri,) = asked.decode::<(RawUri,)>()?;
    realm.check_name(&uri)?;
    answer(realm.dealer().best(&uri, out).map(|registration| registration.id))
}

fn get(realm: &mut Realm, asked: Asked<'_>, _: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    answer(Details::of(find(realm, asked)?))
}

fn list_callees(realm: &mut Realm, asked: Asked<'_>, out: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    let callees = find(realm, asked)?.callees();
    out.spend(callees.len());
    let sessions = callees.iter().filter_map(|callee| realm.peers().get(callee.peer).map(|peer| peer.session));
    answer(sessions.collect::<Vec<SessionId>>())
}

fn count_callees(realm: &mut Realm, asked: Asked<'_>, _: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    answer(find(realm, asked)?.callees().len())
}

fn find<'r>(realm: &'r Realm, asked: Asked<'_>) -> Result<&'r Registration, Refusal> {
    let (id,) = asked.decode::<(RegistrationId,)>()?;
    realm.dealer().registration(id).ok_or(Refusal::REGISTRATION_UNKNOWN)
}
