//! `wamp.session.add_testament` and `flush_testaments` (advanced/pubsub_testament).

use super::{Asked, Table};
use crate::router::routing::judge::disclosure;
use crate::router::routing::outbound::Outbound;
use crate::router::routing::realm::Realm;
use crate::router::routing::receivers::Filter;
use crate::router::routing::refusal::Refusal;
use crate::router::routing::testament::{Scope, Testament};
use compact_str::CompactString;
use proto::message::Receivers;
use proto::payload::RawValue;
use proto::serializer::Kind;
use proto::uri::wamp::is_reserved;
use proto::{Payload, PayloadRef, RawUri, SessionId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

pub(super) const PROCEDURES: Table = &[("wamp.session.add_testament", add_testament), ("wamp.session.flush_testaments", flush_testaments)];

/// The options of PUBLISH that mean something in a testament; `acknowledge` and `exclude_me` do not, for the publisher is gone.
#[derive(Debug, Default, Deserialize)]
struct Options {
    disclose_me: Option<bool>,
    exclude: Option<Vec<SessionId>>,
    exclude_authid: Option<Vec<CompactString>>,
    exclude_authrole: Option<Vec<CompactString>>,
    eligible: Option<Vec<SessionId>>,
    eligible_authid: Option<Vec<CompactString>>,
    eligible_authrole: Option<Vec<CompactString>>,
}

impl Options {
    fn filter(self) -> Option<Arc<Filter>> {
        let mut receivers = Receivers::default();
        macro_rules! add {
            ($($list:ident by $with:ident),*) => {
                $(if let Some(list) = self.$list {
                    receivers = receivers.$with(list);
                })*
            };
        }
        add!(exclude by with_exclude, exclude_authid by with_exclude_authid, exclude_authrole by with_exclude_authrole);
        add!(eligible by with_eligible, eligible_authid by with_eligible_authid, eligible_authrole by with_eligible_authrole);
        Filter::of(&receivers).map(Arc::new)
    }
}

fn add_testament(realm: &mut Realm, asked: Asked<'_>, _: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    let mut positionals = asked.arguments.positionals();
    let topic: RawUri = positionals.next().ok_or(Refusal::ARGUMENTS)?.decode().map_err(|_| Refusal::ARGUMENTS)?;
    let args = part(positionals.next(), Kind::Array)?;
    let kwargs = part(positionals.next(), Kind::Map)?;
    if positionals.next().is_some() {
        return Err(Refusal::ARGUMENTS);
    }
    let options: Options = keyword(&asked, "publish_options")?;
    realm.check_name(&topic)?;
    if is_reserved(topic.as_str()) {
        return Err(Refusal::RESERVED);
    }
    let testament = Testament {
        scope: keyword(&asked, "scope")?,
        topic,
        disclose: disclosure(options.disclose_me, realm.options())?,
        filter: options.filter(),
        payload: PayloadRef { format: asked.arguments.format, args, kwargs }.to_payload(),
        weight: asked.arguments.len(),
    };
    realm.add_testament(asked.caller, testament)?;
    Ok(Payload::EMPTY)
}

fn flush_testaments(realm: &mut Realm, asked: Asked<'_>, _: &mut Outbound<'_>) -> Result<Payload, Refusal> {
    let scope: Scope = keyword(&asked, "scope")?;
    realm.flush_testaments(asked.caller, scope);
    Ok(Payload::EMPTY)
}

/// The list or dictionary that is to be the event's arguments of one kind; null and nothing are none.
fn part(value: Option<RawValue<'_>>, expected: Kind) -> Result<&[u8], Refusal> {
    let Some(value) = value else { return Ok(&[]) };
    match value.kind() {
        Ok(Kind::Null) => Ok(&[]),
        Ok(kind) if kind == expected => Ok(value.bytes),
        _ => Err(Refusal::ARGUMENTS),
    }
}

fn keyword<T: DeserializeOwned + Default>(asked: &Asked<'_>, name: &str) -> Result<T, Refusal> {
    let Some(value) = asked.arguments.keyword(name) else { return Ok(T::default()) };
    value.decode::<Option<T>>().map(Option::unwrap_or_default).map_err(|_| Refusal::ARGUMENTS)
}
