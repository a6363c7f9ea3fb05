//! The client's half against the router's half.

use super::{config, uri};
use crate::accept::{Accept, AcceptConfig, RealmPolicy, Realms, RefusalCause, Step};
use crate::auth::{Anonymous, AuthError, Authenticator, Denial, Identity, Method, Occasion, Ticket, TicketMethod};
use crate::id::SessionId;
use crate::message::{Authenticate, Challenge, ChallengeExtra, Message, WelcomeDetails};
use crate::payload::Payload;
use crate::session::{AbortCause, Closed, Config, Event, Session, Violation};
use crate::uri::Uri;
use crate::value::Dict;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

#[derive(Debug)]
struct OneRealm(RealmPolicy);

impl Realms for OneRealm {
    fn find(&self, realm: &Uri) -> Option<RealmPolicy> {
        (realm == "realm1").then(|| self.0.clone())
    }
}

fn realm_of(methods: impl IntoIterator<Item = Arc<dyn Method>>) -> OneRealm {
    OneRealm(RealmPolicy::new(methods.into_iter().collect::<Vec<_>>()))
}

fn joes_ticket() -> Arc<dyn Method> {
    let joe = Identity::new("joe", "user");
    Arc::new(TicketMethod::new(move |_, authid| (authid == "joe").then(|| ("secret!!!".into(), joe.clone()))))
}

fn occasion() -> Occasion {
    let random = std::array::from_fn(|at| if at % 2 == 0 { 0xfe } else { 0xed });
    Occasion { random, session: SessionId::new(1).unwrap(), time: SystemTime::UNIX_EPOCH, transport: Default::default() }
}

/// Lets both halves talk until one has a verdict.
fn handshake(config: Config, realms: &dyn Realms) -> (Event<()>, Option<RefusalCause>) {
    let now = Instant::now();
    let mut session = Session::open(config, now);
    let mut accept = Accept::new(AcceptConfig::default(), occasion(), now);
    let mut refused = None;
    loop {
        if let Some(event) = session.poll_event() {
            return (event, refused);
        }
        let (message, _) = session.poll_transmit().expect("the client speaks");
        let answer = match accept.recv(now, &message, realms) {
            Step::Challenge(challenge) => challenge,
            Step::Join(admission) => admission.welcome(super::ROUTER, None),
            Step::Refuse(refusal) => {
                let abort = refusal.abort();
                refused = Some(refusal.cause);
                abort
            }
            Step::Gone(abort) => panic!("the client gave up: {abort:?}"),
            Step::Wait => panic!("nobody is to be asked"),
        };
        session.handle_message(now, answer, Payload::EMPTY);
    }
}

fn joined(event: Event<()>) -> WelcomeDetails {
    match event {
        Event::Joined(welcome) => welcome.details,
        other => panic!("not joined: {other:?}"),
    }
}

fn with_ticket(authid: &str, ticket: &str) -> Config {
    let mut config = config();
    config.authid = Some(authid.into());
    config.authenticators = vec![Box::new(Ticket::new(ticket))];
    config
}

#[test]
fn a_client_that_offers_nothing_joins_as_anonymous_where_the_realm_takes_that() {
    let details = joined(handshake(config(), &realm_of([Arc::new(Anonymous::default()) as _])).0);
    assert_eq!(details.authid.as_deref(), Some("feedfeedfeedfeed"));
    assert_eq!((details.authrole.as_deref(), details.authmethod.as_deref()), (Some("anonymous"), Some("anonymous")));
}

#[test]
fn an_anonymous_client_does_not_get_the_identity_it_claims() {
    let mut config = config();
    config.authid = Some("root".into());
    config.authenticators = vec![Box::new(Anonymous::default())];
    let details = joined(handshake(config, &realm_of([Arc::new(Anonymous::default()) as _])).0);
    assert_ne!(details.authid.as_deref(), Some("root"));
}

#[test]
fn the_right_ticket_joins() {
    let details = joined(handshake(with_ticket("joe", "secret!!!"), &realm_of([joes_ticket()])).0);
    assert_eq!((details.authid.as_deref(), details.authrole.as_deref()), (Some("joe"), Some("user")));
    assert_eq!((details.authmethod.as_deref(), details.authprovider.as_deref()), (Some("ticket"), Some("static")));
}

#[test]
fn a_wrong_ticket_and_an_unknown_user_are_refused_in_the_same_words() {
    let wrong = handshake(with_ticket("joe", "guess"), &realm_of([joes_ticket()]));
    for (authid, ticket) in [("eve", "secret!!!"), ("eve", ""), ("joe", ""), ("joe", "secret!!!!"), ("joe", "secret!!")] {
        assert_eq!(handshake(with_ticket(authid, ticket), &realm_of([joes_ticket()])), wrong, "{authid}, {ticket:?}");
    }
    assert_eq!(wrong.1, Some(RefusalCause::Denied(Denial::Denied)));
    let Event::Closed(Closed::Refused(abort)) = wrong.0 else { panic!("refused") };
    assert_eq!(abort.cause(), AbortCause::Credentials);
}

#[test]
fn a_role_the_principal_does_not_have_is_refused() {
    let mut config = with_ticket("joe", "secret!!!");
    config.authrole = Some("admin".into());
    assert_eq!(handshake(config, &realm_of([joes_ticket()])).1, Some(RefusalCause::Denied(Denial::NoSuchRole)));
}

#[test]
fn the_first_method_of_the_client_that_the_realm_takes_is_used() {
    let mut config = with_ticket("joe", "secret!!!");
    config.authenticators.push(Box::new(Anonymous::default()));
    let both = realm_of([Arc::new(Anonymous::default()) as _, joes_ticket()]);
    assert_eq!(joined(handshake(config, &both).0).authmethod.as_deref(), Some("ticket"));

    let mut config = with_ticket("joe", "secret!!!");
    config.authenticators.insert(0, Box::new(Anonymous::default()));
    assert_eq!(joined(handshake(config, &realm_of([joes_ticket()])).0).authmethod.as_deref(), Some("ticket"));
}

#[test]
fn no_common_method_and_an_unknown_realm_are_refused() {
    assert_eq!(handshake(config(), &realm_of([joes_ticket()])).1, Some(RefusalCause::NoMatchingMethod));
    let mut config = config();
    config.realm = uri("nowhere");
    assert_eq!(handshake(config, &realm_of([joes_ticket()])).1, Some(RefusalCause::NoSuchRealm));
}

/// Fails, as a method does that finds the challenge not to its liking.
#[derive(Debug)]
struct Squeamish;

impl Authenticator for Squeamish {
    fn method(&self) -> &str {
        "squeamish"
    }
    fn hello_extra(&self) -> Dict {
        Dict::from([("pubkey".into(), crate::Value::String("ab".into()))])
    }
    fn challenge(&mut self, challenge: &Challenge) -> Result<Authenticate, AuthError> {
        Err(AuthError::NoChallenge { method: challenge.auth_method.clone() })
    }
}

fn challenge(method: &str) -> Message {
    Message::Challenge(Challenge { auth_method: method.into(), extra: ChallengeExtra::default() })
}

#[test]
fn a_method_puts_its_extra_into_hello() {
    let mut config = config();
    config.authenticators = vec![Box::new(Squeamish)];
    let mut session = Session::<()>::open(config, Instant::now());
    let Some((Message::Hello(hello), _)) = session.poll_transmit() else { panic!("HELLO") };
    assert_eq!(hello.details.authmethods, ["squeamish"]);
    assert!(hello.details.authextra.contains_key("pubkey"));
}

#[test]
fn a_challenge_that_cannot_be_answered_aborts_the_session() {
    let mut config = config();
    config.authenticators = vec![Box::new(Squeamish)];
    let mut script = super::Script::opening(config);
    script.router_sends(challenge("squeamish"));
    assert!(matches!(script.client_sends(), Message::Abort(abort) if abort.reason == crate::uri::wamp::AUTHENTICATION_FAILED));
    assert!(matches!(script.event(), Event::Closed(Closed::Unauthenticated(AuthError::NoChallenge { .. }))));
}

#[test]
fn a_challenge_by_a_method_that_was_not_offered_is_a_violation() {
    for config in [config(), with_ticket("joe", "secret!!!")] {
        let mut script = super::Script::opening(config);
        script.router_sends(challenge("wampcra"));
        assert!(matches!(script.client_sends(), Message::Abort(abort) if abort.reason == crate::uri::wamp::PROTOCOL_VIOLATION));
        assert_eq!(script.event(), Event::Closed(Closed::Violated(Violation::MethodNotOffered("wampcra".into()))));
    }
}

#[test]
fn two_factors_are_answered_but_not_challenges_without_end() {
    let mut script = super::Script::opening(with_ticket("joe", "secret!!!"));
    for _ in 0..3 {
        script.router_sends(challenge("ticket"));
        assert!(matches!(script.client_sends(), Message::Authenticate(answer) if answer.signature == "secret!!!"));
    }
    script.router_sends(challenge("ticket"));
    assert_eq!(script.event(), Event::Closed(Closed::Violated(Violation::TooManyChallenges(3))));
}

#[test]
fn challenges_do_not_extend_the_time_to_open_the_session() {
    let mut script = super::Script::opening(with_ticket("joe", "secret!!!"));
    script.pass(super::seconds(9));
    script.router_sends(challenge("ticket"));
    script.pass(super::seconds(1));
    assert_eq!(script.event(), Event::Closed(Closed::TimedOut));
}

#[test]
fn secrets_are_not_shown_by_debug() {
    assert!(!format!("{:?}", with_ticket("joe", "secret!!!")).contains("secret"));
    assert!(!format!("{:?}", joes_ticket()).contains("secret"));
}
