//! Who is known by a cookie, for how long, and how many.

use super::{joe, occasion};
use crate::auth::{Admitted, Begin, Claim, CookieMethod, Identity, Method, Occasion, TransportAuth};
use crate::message::HelloDetails;
use crate::uri::Uri;
use std::time::Duration;

/// The handshake of a client with this cookie, so long after the first.
fn by(cookie: &str, after: Duration) -> Occasion {
    let first = occasion();
    Occasion { time: first.time + after, transport: TransportAuth { cookie: Some(cookie.into()), ..TransportAuth::default() }, ..first }
}

fn admit(method: &CookieMethod, cookie: &str, after: Duration, identity: &Identity) {
    let realm = Uri::new("realm1").unwrap();
    method.admitted(&Admitted { realm: &realm, identity, occasion: &by(cookie, after) });
}

/// How long the session of who shows the cookie may last, if it is let in.
fn known(method: &CookieMethod, cookie: &str, after: Duration) -> Option<Option<Duration>> {
    let (realm, details) = (Uri::new("realm1").unwrap(), HelloDetails::default());
    match method.begin(&Claim { realm: &realm, details: &details, occasion: &by(cookie, after) }) {
        Begin::Admit(identity) => Some(identity.expires_in),
        Begin::Unfit => None,
        other => panic!("{other:?}"),
    }
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_cookie_is_worth_something_for_its_lifetime_and_no_longer() {
    let method = CookieMethod::new().with_lifetime(secs(60));
    admit(&method, "a", secs(0), &joe());
    assert_eq!(known(&method, "a", secs(59)), Some(None), "the session itself may last");
    assert_eq!(known(&method, "a", secs(60)), None);
    assert_eq!(known(&method, "b", secs(0)), None);
}

#[test]
fn a_cookie_does_not_outlive_what_its_principal_was_granted() {
    let method = CookieMethod::new().with_lifetime(secs(60));
    admit(&method, "a", secs(0), &joe().expires_in(secs(10)));
    assert_eq!(known(&method, "a", secs(4)), Some(Some(secs(6))), "the session by the cookie ends with that of the proof");
    assert_eq!(known(&method, "a", secs(10)), None);
}

#[test]
fn beyond_the_limit_the_one_that_would_expire_next_is_forgotten() {
    let method = CookieMethod::new().with_lifetime(secs(60)).with_limit(2);
    for (cookie, after) in [("a", 1), ("b", 0), ("c", 2)] {
        admit(&method, cookie, secs(after), &joe());
    }
    assert_eq!(["a", "b", "c"].map(|cookie| known(&method, cookie, secs(3)).is_some()), [true, false, true]);
    // Those that have expired make room first.
    admit(&method, "d", secs(61), &joe());
    assert_eq!(["a", "c", "d"].map(|cookie| known(&method, cookie, secs(61)).is_some()), [false, true, true]);
    let none = CookieMethod::new().with_limit(0);
    admit(&none, "a", secs(0), &joe());
    assert_eq!(known(&none, "a", secs(0)), None);
}
