//! All that is taken from actix-web-actors, which ends with actix-web 4.

use actix_web::{HttpRequest, HttpResponseBuilder};
use actix_web_actors::ws::{HandshakeError, handshake_with_protocols};
use proto::framing::subprotocol::Subprotocol;

/// The answer that opens a WebSocket. By itself it would open one without a subprotocol too: the choice was made before.
pub(super) fn answer(request: &HttpRequest, chosen: Subprotocol) -> Result<HttpResponseBuilder, HandshakeError> {
    let mut response = handshake_with_protocols(request, &[chosen.name()])?;
    // Of several headers with offers it reads the first only.
    response.insert_header(("sec-websocket-protocol", chosen.name()));
    Ok(response)
}
