//! HTTP long-poll (the specification's HTTP Longpoll Transport): one request is open for what comes, others carry what goes.

mod link;
mod requests;
#[cfg(test)]
mod tests;

use super::endpoint::{Endpoint, Place};
use super::{BoxLink, ConnectError, LinkOptions};
use awc::http::uri::PathAndQuery;
use link::LongPollLink;
use proto::Format;
use proto::framing::Subprotocol;
use requests::Requests;
use serde::Deserialize;

/// The longest answer to `open`, in octets.
const MAX_OPENED: usize = 16 << 10;

/// The longest name of a session, in octets.
const MAX_NAME: usize = 256;

/// What `open` is answered.
#[derive(Deserialize)]
struct Opened {
    protocol: String,
    transport: String,
}

/// Opens a session of the transport. Without a time limit: that is the caller's, for all of it.
pub(super) async fn connect(
    endpoint: &Endpoint,
    place: &Place,
    path: &PathAndQuery,
    options: &LinkOptions,
) -> Result<BoxLink, ConnectError> {
    let requests = Requests::new(endpoint.clone(), place.clone(), path, options.clone());
    let offers: Vec<_> = offers(options).collect();
    let names: Vec<_> = offers.iter().map(|offer| offer.name()).collect();
    let body = serde_json::json!({ "protocols": names }).to_string();
    let answer = requests.open(body.into(), MAX_OPENED).await?;
    let url = endpoint.to_string();
    let why = "the answer to `open` names no protocol and no transport";
    let opened: Opened = serde_json::from_slice(&answer).map_err(|_| ConnectError::Handshake { url: url.clone(), why: why.to_owned() })?;
    let agreed = Subprotocol::from_name(&opened.protocol).filter(|agreed| offers.contains(agreed));
    let Some(subprotocol) = agreed else { return Err(ConnectError::Subprotocol { url, offered: names.join(", ") }) };
    if !is_name(&opened.transport) {
        return Err(ConnectError::Handshake { url, why: "the name of the transport cannot stand in a URL".to_owned() });
    }
    Ok(Box::new(LongPollLink::new(requests.of(&opened.transport), subprotocol, options)))
}

/// Batches of a format before its single messages: a request costs more than anything in it. But for JSON, whose batches routers built on
/// Autobahn|Python separate otherwise than specified, and who speaks first cannot know.
fn offers(options: &LinkOptions) -> impl Iterator<Item = Subprotocol> {
    let batched = |format: Format| format.is_binary().then(|| Subprotocol::new(format, true));
    options.formats.iter().flat_map(move |&format| batched(format).into_iter().chain([Subprotocol::new(format, false)]))
}

/// Whether it is one segment of a path, that leads nowhere else.
fn is_name(text: &str) -> bool {
    let allowed = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.~".contains(&octet);
    !text.is_empty() && text.len() <= MAX_NAME && text.bytes().all(allowed) && text.bytes().any(|octet| octet != b'.')
}
