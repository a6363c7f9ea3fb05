use super::{Script, abort, authenticate, hello, hello_by_ticket, occasion};
use crate::accept::{Admission, Step};
use crate::message::Message;
use crate::role::{CLIENT_ROLES, Features, Role, Roles};

#[test]
fn an_anonymous_client_is_admitted_with_all_that_it_announced() {
    let Admission { session, realm, roles, agent, authmethod, identity } = Script::connected().is_admitted(hello("open"));
    assert_eq!((session, realm.as_str(), agent.as_deref()), (occasion().session, "open", Some("script")));
    assert_eq!((roles, authmethod.as_str()), (CLIENT_ROLES, "anonymous"));
    assert_eq!((identity.authid.as_str(), identity.authrole.as_str()), ("2a2a2a2a2a2a2a2a", "anonymous"));
}

#[test]
fn a_client_with_the_right_ticket_is_admitted_after_its_challenge() {
    let mut script = Script::challenged();
    let admission = script.is_admitted(authenticate("secret!!!"));
    assert_eq!((admission.identity, admission.authmethod.as_str()), (super::joe(), "ticket"));
    assert_eq!(admission.roles, CLIENT_ROLES);
}

#[test]
fn the_order_of_the_client_decides_among_methods() {
    let mut anonymous_first = hello_by_ticket("both");
    anonymous_first.details.authmethods.insert(0, "anonymous".into());
    assert_eq!(Script::connected().is_admitted(anonymous_first).authmethod, "anonymous");
    let mut ticket_first = hello_by_ticket("both");
    ticket_first.details.authmethods.push("anonymous".into());
    Script::connected().is_challenged(ticket_first);
    let mut unknown_first = hello_by_ticket("both");
    unknown_first.details.authmethods.insert(0, "telepathy".into());
    Script::connected().is_challenged(unknown_first);
}

#[test]
fn welcome_names_the_session_the_identity_and_what_the_router_can_do() {
    let admission = Script::connected().is_admitted(hello("open"));
    let router = Roles::of(&[(Role::Broker, Features::NONE)]);
    let Message::Welcome(welcome) = admission.welcome(router, Some("router-1".into())) else { panic!("WELCOME") };
    assert_eq!((welcome.session, welcome.details.roles), (occasion().session, router));
    let details = welcome.details;
    let text = [details.agent, details.realm, details.authid, details.authrole, details.authmethod, details.authprovider];
    let expected = ["router-1", "open", "2a2a2a2a2a2a2a2a", "anonymous", "anonymous", "static"];
    assert_eq!(text.map(Option::unwrap_or_default), expected);
}

#[test]
fn one_role_is_enough() {
    for role in [Role::Caller, Role::Callee, Role::Publisher, Role::Subscriber] {
        let mut hello = hello("open");
        hello.details.roles = Roles::of(&[(role, Features::NONE)]);
        Script::connected().is_admitted(hello);
    }
}

#[test]
fn a_client_that_aborts_is_let_go_without_an_answer() {
    for mut script in [Script::connected(), Script::challenged()] {
        assert!(matches!(script.client_sends(abort()), Step::Gone(_)));
        assert_eq!(script.accept.poll_timeout(), None);
    }
}
