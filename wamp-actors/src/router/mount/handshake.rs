//! All that is taken from actix-web-actors, which ends with actix-web 4.

use crate::router::framing::Chosen;
use crate::router::outlet::Agreement;
use actix_web::{HttpRequest, HttpResponseBuilder};
use actix_web_actors::ws::{HandshakeError, handshake_with_protocols};

/// The answer that opens a WebSocket. By itself it would open one without a subprotocol too: the choice was made before.
pub(super) fn answer(request: &HttpRequest, chosen: Chosen) -> Result<HttpResponseBuilder, HandshakeError> {
    let mut response = handshake_with_protocols(request, &[chosen.subprotocol.name()])?;
    // Of several headers with offers it reads the first only.
    response.insert_header(("sec-websocket-protocol", chosen.subprotocol.name()));
    if let Some(Agreement { agreed, .. }) = chosen.agreement {
        response.insert_header(("sec-websocket-extensions", agreed.to_string()));
    }
    Ok(response)
}
