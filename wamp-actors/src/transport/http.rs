//! What awc says went wrong, in our words. awc knows nothing of TLS or proxies: they are under the stream that it is handed.

use super::ConnectError;
use actix_http::error::ParseError;
use awc::error::{ConnectError as TransportError, SendRequestError};

/// Why a request to `url` came to nothing.
pub(super) fn failed(url: String, error: SendRequestError) -> ConnectError {
    match error {
        SendRequestError::Connect(TransportError::Disconnected) => ConnectError::Closed { url },
        SendRequestError::Connect(TransportError::Io(source)) => match source.downcast::<ConnectError>() {
            // From our own dialing, passed through awc.
            Ok(ours) => ours,
            Err(source) => ConnectError::of_io(url, source),
        },
        SendRequestError::Send(source) | SendRequestError::Response(ParseError::Io(source)) => ConnectError::of_io(url, source),
        other => ConnectError::Handshake { url, why: other.to_string() },
    }
}
