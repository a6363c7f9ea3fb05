//! `wamp.session.*` (advanced/meta_api_sessions). `modify_details` is an extension that other routers have too.

use super::{Asked, Table, answer};
use crate::router::routing::outbound::Outbound;
use crate::router::routing::peer::{Peer, PeerKey};
use crate::router::routing::realm::Realm;
use crate::router::routing::refusal::Refusal;
use compact_str::CompactString;
use proto::message::{Goodbye, GoodbyeDetails};
use proto::payload::Kwargs;
use proto::uri::wamp;
use proto::{Dict, Payload, RawUri, SessionId, Value};
use serde::Deserialize;
use std::collections::HashSet;

pub(crate) const ON_JOIN: &str = "wamp.session.on_join";
pub(crate) const ON_LEAVE: &str = "wamp.session.on_leave";

/// How many details of its own a session may be given.
const DETAILS: usize = 64;

/// How many octets the arguments of one change may have.
const CHANGE: usize = 16 * 1024;

/// What a session is known by, and no call changes.
const IDENTITY: [&str; 6] = ["session", "authid", "authrole", "authmethod", "authprovider", "transport"];

pub(super) const PROCEDURES: Table = &[
    ("wamp.session.count", count),
    ("wamp.session.list", list),
    ("wamp.session.get", get),
    ("wamp.session.kill", kill),
    ("wamp.session.kill_by_authid", kill_by_authid),
    ("wamp.session.kill_by_authrole", kill_by_authrole),
    ("wamp.session.kill_all", kill_all),
    ("wamp.session.modify_details", modify_details),
];

/// What is told of a session.
pub(crate) fn details(peer: &Peer) -> Dict {
    let mut details = peer.details.as_deref().cloned().unwrap_or_default();
    let text = |text: &CompactString| Value::String(text.to_string());
    details.insert("session".into(), Value::from(peer.session.as_u64()));
    details.insert("authid".into(), text(&peer.authid));
    details.insert("authrole".into(), text(&peer.authrole));
    details.insert("authmethod".into(), text(&peer.authmethod));
    details.insert("authprovider".into(), text(&peer.authprovider));
    details
}

fn count(realm: &mut Realm, asked: Asked<'_>, out: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    answer(sessions(realm, asked, out)?.len())
}

fn list(realm: &mut Realm, asked: Asked<'_>, out: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    answer(sessions(realm, asked, out)?)
}

/// Those of the roles asked for, or all. The list of roles may be as long as a message: each peer's is looked up in a set.
fn sessions(realm: &Realm, asked: Asked<'_>, out: &mut Outbound<'_>) -> Result<Vec<SessionId>, Refusal> {
    let (roles,) = asked.decode::<(Option<HashSet<CompactString>>,)>()?;
    out.spend(realm.peers().len());
    let asked_for = realm.peers().iter().filter(|peer| roles.as_ref().is_none_or(|roles| roles.contains(&peer.authrole)));
    Ok(asked_for.map(|peer| peer.session).collect())
}

fn get(realm: &mut Realm, asked: Asked<'_>, _: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    let (session,) = asked.decode::<(SessionId,)>()?;
    let peer = realm.session(session).and_then(|key| realm.peers().get(key)).ok_or(Refusal::NO_SUCH_SESSION)?;
    answer(details(peer))
}

/// What a session is told at its end.
#[derive(Debug, Default, Deserialize)]
struct Words {
    reason: Option<RawUri>,
    message: Option<CompactString>,
}

impl Words {
    fn goodbye(self, realm: &Realm) -> Result<Goodbye, Refusal> {
        let reason = self.reason.unwrap_or(RawUri::from_static(wamp::KILLED));
        realm.check_name(&reason)?;
        Ok(Goodbye { details: GoodbyeDetails { message: self.message, ..GoodbyeDetails::default() }, reason })
    }
}

fn kill(realm: &mut Realm, asked: Asked<'_>, out: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    may_control(realm, &asked)?;
    let (session, Kwargs(words)) = asked.decode::<(SessionId, Kwargs<Words>)>()?;
    let goodbye = words.goodbye(realm)?;
    let key = realm.session(session).filter(|key| *key != asked.caller).ok_or(Refusal::NO_SUCH_SESSION)?;
    realm.kill(key, goodbye, out);
    Ok(Payload::EMPTY)
}

fn kill_by_authid(realm: &mut Realm, asked: Asked<'_>, out: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    may_control(realm, &asked)?;
    let (authid, Kwargs(words)) = asked.decode::<(CompactString, Kwargs<Words>)>()?;
    let goodbye = words.goodbye(realm)?;
    answer(kill_where(realm, asked.caller, &goodbye, out, |peer| peer.authid == authid))
}

fn kill_by_authrole(realm: &mut Realm, asked: Asked<'_>, out: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    may_control(realm, &asked)?;
    let (authrole, Kwargs(words)) = asked.decode::<(CompactString, Kwargs<Words>)>()?;
    let goodbye = words.goodbye(realm)?;
    answer(kill_where(realm, asked.caller, &goodbye, out, |peer| peer.authrole == authrole).len())
}

/// Without meta events: nobody is left to be told but the caller, who is told how many there were.
fn kill_all(realm: &mut Realm, asked: Asked<'_>, out: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    may_control(realm, &asked)?;
    let Kwargs(words) = asked.decode::<Kwargs<Words>>()?;
    let goodbye = words.goodbye(realm)?;
    answer(realm.quietly(|realm| kill_where(realm, asked.caller, &goodbye, out, |_| true).len()))
}

fn kill_where(
    realm: &mut Realm,
    caller: PeerKey,
    goodbye: &Goodbye,
    out: &mut Outbound<'_>,
    meant: impl Fn(&Peer) -> bool,
) -> Vec<SessionId> {
    let mut sessions: Vec<SessionId> = realm.peers().iter().filter(|peer| meant(peer)).map(|peer| peer.session).collect();
    sessions.retain(|session| {
        let Some(key) = realm.session(*session).filter(|key| *key != caller) else { return false };
        realm.kill(key, goodbye.clone(), out);
        true
    });
    sessions
}

/// Merges a dictionary into what [`get`] gives; null takes a key away. A session's identity stays.
fn modify_details(realm: &mut Realm, asked: Asked<'_>, _: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    may_control(realm, &asked)?;
    if asked.arguments.len() > CHANGE {
        return Err(Refusal::DETAILS);
    }
    let (session, change) = asked.decode::<(SessionId, Dict)>()?;
    if IDENTITY.iter().any(|key| change.contains_key(*key)) {
        return Err(Refusal::IDENTITY);
    }
    let key = realm.session(session).ok_or(Refusal::NO_SUCH_SESSION)?;
    let mut details = realm.peers().get(key).and_then(|peer| peer.details.as_deref().cloned()).unwrap_or_default();
    for (key, value) in change {
        match value {
            Value::Null => drop(details.remove(&key)),
            value => drop(details.insert(key, value)),
        }
    }
    if details.len() > DETAILS {
        return Err(Refusal::DETAILS);
    }
    realm.set_details(key, details);
    Ok(Payload::EMPTY)
}

fn may_control(realm: &Realm, asked: &Asked<'_>) -> Result<(), Refusal> {
    if asked.granted || realm.options().session_control { Ok(()) } else { Err(Refusal::NO_CONTROL) }
}
