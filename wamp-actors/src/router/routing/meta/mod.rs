//! What the realm answers itself: calls to procedures under `wamp.`, a table for each chapter of the specification's meta API
//! (advanced/meta_api). The events of the same chapters are [`Notes`](super::notes::Notes).

mod events;
pub(super) mod registration;
pub(super) mod session;
pub(super) mod subscription;
mod testament;

use super::conduct::is_passthru;
use super::outbound::Outbound;
use super::peer::PeerKey;
use super::realm::Realm;
use super::refusal::Refusal;
use proto::message::{Call, CallResult, ResultDetails};
use proto::uri::wamp;
use proto::{Format, MatchPolicy, Payload, PayloadRef, RawUri};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Answers a call; what it gives is the arguments of the RESULT.
pub(super) type Procedure = fn(&mut Realm, Asked<'_>, &mut Outbound<'_>) -> Result<Payload, Refusal>;

/// Procedures by name.
type Table = &'static [(&'static str, Procedure)];

/// The chapters, by what the names of their procedures begin with.
const CHAPTERS: &[(&str, Table)] = &[
    ("wamp.session.", session::PROCEDURES),
    ("wamp.session.", testament::PROCEDURES),
    ("wamp.registration.", registration::PROCEDURES),
    ("wamp.subscription.", subscription::PROCEDURES),
    ("wamp.subscription.", events::PROCEDURES),
];

/// A call to the realm itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) caller: PeerKey,
    pub(super) arguments: PayloadRef<'a>,
    /// Whether the realm's rules allow the caller this very procedure.
    pub(super) granted: bool,
}

/// The procedure of that name, if the realm has one.
pub(super) fn find(procedure: &str) -> Option<Procedure> {
    if !wamp::is_reserved(procedure) {
        return None;
    }
    let tables = CHAPTERS.iter().filter(|(prefix, _)| procedure.starts_with(prefix)).flat_map(|(_, table)| *table);
    tables.into_iter().find(|(name, _)| *name == procedure).map(|(_, procedure)| *procedure)
}

/// Calls a procedure of the realm, which answers at once: there is nothing to cancel and no progress. What the caller asks of
/// disclosure and time-outs is of no effect.
pub(super) fn call(realm: &mut Realm, procedure: Procedure, asked: Asked<'_>, call: &Call, out: &mut Outbound<'_>) -> Result<(), Refusal> {
    if is_passthru(&call.options.ppt) {
        return Err(Refusal::NO_PASSTHRU);
    }
    if call.options.progress {
        return Err(Refusal::NO_UPLOAD);
    }
    let address = realm.address(asked.caller);
    let payload = procedure(realm, asked, out)?;
    if let Some(address) = address {
        out.send_with(address, CallResult { request: call.request, details: ResultDetails::default() }, payload);
    }
    Ok(())
}

impl Asked<'_> {
    fn decode<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        self.arguments.decode().map_err(|_| Refusal::ARGUMENTS)
    }
}

/// One positional argument: in the specification a list of ids is one, too.
fn answer<T: Serialize>(value: T) -> Result<Payload, Refusal> {
    Payload::encode(Format::MsgPack, &(value,)).map_err(|_| Refusal::UNANSWERABLE)
}

/// Ids by match policy.
#[derive(Debug, Serialize)]
struct Lists<T> {
    exact: Vec<T>,
    prefix: Vec<T>,
    wildcard: Vec<T>,
}

impl<T> Lists<T> {
    fn of(items: impl Iterator<Item = (MatchPolicy, T)>) -> Self {
        let mut lists = Self { exact: Vec::new(), prefix: Vec::new(), wildcard: Vec::new() };
        for (policy, item) in items {
            match policy {
                MatchPolicy::Exact => lists.exact.push(item),
                MatchPolicy::Prefix => lists.prefix.push(item),
                MatchPolicy::Wildcard => lists.wildcard.push(item),
            }
        }
        lists
    }
}

/// The options of the registration or subscription looked for, as far as they matter.
#[derive(Debug, Default, Deserialize)]
struct LookupOptions {
    #[serde(rename = "match")]
    policy: Option<String>,
}

impl Asked<'_> {
    /// The URI that is looked for, and its policy.
    fn lookup(&self) -> Result<(RawUri, MatchPolicy), Refusal> {
        let (uri, options): (RawUri, Option<LookupOptions>) = self.decode()?;
        let Some(name) = options.and_then(|options| options.policy) else { return Ok((uri, MatchPolicy::Exact)) };
        MatchPolicy::from_name(&name).map(|policy| (uri, policy)).ok_or(Refusal::ARGUMENTS)
    }
}
