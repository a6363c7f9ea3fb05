use super::{Script, authenticate, hello, hello_by_ticket};
use crate::accept::{Refusal, RefusalCause};
use crate::auth::Denial;
use crate::message::Message;
use crate::uri::{InvalidUri, wamp};

/// What the client reads.
fn reason(cause: RefusalCause) -> String {
    match Refusal::from(cause).abort() {
        Message::Abort(abort) => abort.reason.as_str().to_owned(),
        other => panic!("no ABORT: {other:?}"),
    }
}

#[test]
fn an_unknown_realm_is_refused() {
    let cause = Script::connected().is_refused(hello("nowhere"));
    assert_eq!(cause, RefusalCause::NoSuchRealm);
    assert_eq!(reason(cause), wamp::NO_SUCH_REALM);
}

#[test]
fn a_realm_that_is_no_uri_is_refused() {
    let cases = [
        ("", InvalidUri::Empty),
        (".open", InvalidUri::EmptyComponent),
        ("open..", InvalidUri::EmptyComponent),
        ("open realm", InvalidUri::Character(' ')),
        ("open#1", InvalidUri::Character('#')),
    ];
    for (realm, why) in cases {
        let cause = Script::connected().is_refused(hello(realm));
        assert_eq!(cause, RefusalCause::InvalidRealm(why), "{realm:?}");
        assert_eq!(reason(cause), wamp::INVALID_URI);
    }
}

#[test]
fn methods_the_realm_does_not_take_are_refused() {
    let mut telepathy = hello("open");
    telepathy.details.authmethods = vec!["telepathy".into()];
    for hello in [hello("closed"), hello_by_ticket("open"), telepathy] {
        let cause = Script::connected().is_refused(hello);
        assert_eq!(cause, RefusalCause::NoMatchingMethod);
        assert_eq!(reason(cause), wamp::NO_MATCHING_AUTH_METHOD);
    }
}

#[test]
fn a_wrong_ticket_and_an_unknown_user_get_the_same_challenge_and_the_same_refusal() {
    let mut eve = hello_by_ticket("closed");
    eve.details.authid = Some("eve".into());
    for (hello, ticket) in [(hello_by_ticket("closed"), "guess"), (eve, "secret!!!")] {
        let mut script = Script::connected();
        script.is_challenged(hello);
        let cause = script.is_refused(authenticate(ticket));
        assert_eq!(cause, RefusalCause::Denied(Denial::Denied));
        assert_eq!(reason(cause), wamp::AUTHENTICATION_DENIED);
    }
}

#[test]
fn a_ticket_without_an_authid_is_refused() {
    let mut nobody = hello_by_ticket("closed");
    nobody.details.authid = None;
    assert_eq!(Script::connected().is_refused(nobody), RefusalCause::Denied(Denial::Denied));
}

#[test]
fn each_denial_has_its_reason() {
    assert_eq!(reason(Denial::NoSuchRole.into()), wamp::NO_SUCH_ROLE);
    assert_eq!(reason(Denial::Failed.into()), wamp::AUTHENTICATION_FAILED);
}

#[test]
fn a_refusal_tells_the_client_why() {
    let Message::Abort(abort) = Refusal::from(RefusalCause::NoSuchRealm).abort() else { panic!("ABORT") };
    assert_eq!(abort.details.message.as_deref(), Some("the realm does not exist"));
}
