//! The cookie by which a browser is known again, set when its connection opens.

use super::core::Core;
use super::guest::Introduction;
use actix_http::header::{COOKIE, HeaderMap, HeaderValue};
use std::fmt::Write;

/// The cookie's name. Where there is TLS no other host can set it in a browser (RFC 6265bis, 4.1.3.2).
const NAME: &str = "wamp";
const SECURE_NAME: &str = "__Host-wamp";

/// How many hexadecimal digits it has: 128 random bits.
const DIGITS: usize = 32;

/// Takes note of the cookie of a request, if one of the router's realms knows clients by it; gives the `Set-Cookie` of a new one, if the
/// request has none.
pub(super) fn recognize(core: &Core, headers: &HeaderMap, secure: bool, from: &mut Introduction) -> Option<HeaderValue> {
    if !core.cookies {
        return None;
    }
    let name = if secure { SECURE_NAME } else { NAME };
    if let Some(value) = find(headers, name) {
        from.transport.cookie = Some(value.into());
        return None;
    }
    let mut value = String::with_capacity(DIGITS);
    for half in [super::random(), super::random()] {
        let _ = write!(value, "{half:016x}");
    }
    let secure = if secure { "; Secure" } else { "" };
    let header = HeaderValue::try_from(format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}")).ok();
    from.transport.cookie = header.is_some().then(|| value.into());
    header
}

/// The value of the cookie, if it is one that we may have set.
fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(COOKIE).filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let mut values = pairs.filter_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='));
    values.find(|value| value.len() == DIGITS && value.bytes().all(|digit| digit.is_ascii_hexdigit()))
}
