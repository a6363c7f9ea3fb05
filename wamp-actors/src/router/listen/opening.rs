//! Whom a WebSocket is opened for (RFC 6455, 4.2), whoever writes the answer.

use crate::router::core::Core;
use crate::router::framing::Chosen;
use crate::router::outlet::Agreement;
use actix_http::header::{HOST, HeaderMap, ORIGIN, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_PROTOCOL};
use actix_http::{RequestHead, Response, StatusCode, ws};
use proto::framing::subprotocol::Subprotocol;

/// Why a request opens no WebSocket: the answer to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub(in crate::router) struct Refused {
    pub(in crate::router) status: StatusCode,
    pub(in crate::router) why: &'static str,
}

impl Refused {
    pub(in crate::router) const NOT_FOUND: Self = Self { status: StatusCode::NOT_FOUND, why: "no WebSocket is served at this path" };
    pub(in crate::router) const FULL: Self =
        Self { status: StatusCode::SERVICE_UNAVAILABLE, why: "the router has ended, or has too many connections" };
    pub(in crate::router) const ORIGIN: Self = Self {
        status: StatusCode::FORBIDDEN,
        why: "pages of this origin may not connect: it is neither the router's own host and port nor allowed by RouterBuilder::allow_origin",
    };
    const SUBPROTOCOL: Self = Self {
        status: StatusCode::BAD_REQUEST,
        why: "the request offers no subprotocol that is spoken: offer wamp.2.json, wamp.2.msgpack or wamp.2.cbor, or one of them with .batched",
    };
}

/// What to speak with whoever sent this request.
pub(in crate::router) fn judge(head: &RequestHead, core: &Core) -> Result<Chosen, Refused> {
    ws::verify_handshake(head).map_err(|wrong| Refused { status: Response::from(wrong).status(), why: explain(wrong) })?;
    if !origin_is_allowed(head.headers(), &core.origins) {
        return Err(Refused::ORIGIN);
    }
    let values = |name| head.headers().get_all(name).filter_map(|value| value.to_str().ok());
    let subprotocol = Subprotocol::choose(values(SEC_WEBSOCKET_PROTOCOL), &Subprotocol::ALL).ok_or(Refused::SUBPROTOCOL)?;
    let agreed = core.limits.deflate.and_then(|options| Some((options, options.accept(values(SEC_WEBSOCKET_EXTENSIONS))?)));
    Ok(Chosen { subprotocol, agreement: agreed.map(|(options, agreed)| Agreement { options, agreed }) })
}

const fn explain(wrong: ws::HandshakeError) -> &'static str {
    match wrong {
        ws::HandshakeError::GetMethodRequired => "a WebSocket is opened by GET",
        ws::HandshakeError::NoWebsocketUpgrade | ws::HandshakeError::NoConnectionUpgrade => {
            "this is the WebSocket of a WAMP router: connect with a WAMP client"
        }
        ws::HandshakeError::NoVersionHeader | ws::HandshakeError::UnsupportedVersion => "the version of WebSocket must be 13",
        ws::HandshakeError::BadWebsocketKey => "the request has no Sec-WebSocket-Key",
    }
}

/// Browsers name the page's origin and cannot be made to lie. What sends none is no browser; what sends several is none either, and
/// each of them is judged, since proxies differ in which they believe.
pub(in crate::router) fn origin_is_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    headers.get_all(ORIGIN).all(|origin| origin.to_str().is_ok_and(|origin| is_allowed(origin, headers, allowed)))
}

fn is_allowed(origin: &str, headers: &HeaderMap, allowed: &[String]) -> bool {
    if allowed.iter().any(|allowed| allowed == "*" || allowed.trim_end_matches('/').eq_ignore_ascii_case(origin)) {
        return true;
    }
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let default_port = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    let without_port = |host: &str| host.strip_suffix(default_port).unwrap_or(host).to_ascii_lowercase();
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    host.is_some_and(|host| without_port(host) == without_port(authority))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_http::header::HeaderValue;

    fn allowed(origin: &'static str, list: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("Router.example:8080"));
        headers.insert(ORIGIN, HeaderValue::from_static(origin));
        origin_is_allowed(&headers, &list.iter().map(|origin| (*origin).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn pages_of_the_same_host_and_port_may_connect_and_others_may_not() {
        assert!(allowed("http://router.example:8080", &[]));
        for origin in ["http://router.example", "http://evil.example", "http://router.example:8080.evil.example", "null", ""] {
            assert!(!allowed(origin, &[]), "{origin}");
        }
    }

    #[test]
    fn listed_origins_may_connect() {
        assert!(allowed("https://app.example", &["https://app.example/"]));
        assert!(!allowed("http://app.example", &["https://app.example"]));
        assert!(allowed("https://whatever.example", &["*"]));
    }

    #[test]
    fn of_several_origins_each_must_be_allowed() {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("router.example"));
        headers.append(ORIGIN, HeaderValue::from_static("http://router.example"));
        headers.append(ORIGIN, HeaderValue::from_static("http://evil.example"));
        assert!(!origin_is_allowed(&headers, &[]));
        assert!(origin_is_allowed(&headers, &["http://evil.example".to_owned()]));
    }

    #[test]
    fn a_default_port_need_not_be_named() {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("router.example"));
        headers.insert(ORIGIN, HeaderValue::from_static("https://router.example:443"));
        assert!(origin_is_allowed(&headers, &[]));
    }

    #[test]
    fn a_program_that_is_no_browser_may_connect() {
        assert!(origin_is_allowed(&HeaderMap::new(), &[]));
    }
}
