//! Scripts between a client's session and a router's handshake, and the words of other implementations.

mod cookie;
mod cra;
mod cryptosign;
mod methods;
mod scram;
mod secrecy;
mod table;

use super::{Attempt, AuthError, Authenticator, Begin, Claim, Decoy, Denial, Identity, Method, Occasion};
use crate::accept::{Accept, AcceptConfig, RealmPolicy, Realms, RefusalCause, Step};
use crate::id::SessionId;
use crate::message::{Authenticate, AuthenticateExtra, Challenge, ChallengeExtra, HelloDetails, Message, WelcomeDetails};
use crate::payload::Payload;
use crate::role::{Features, Role, Roles};
use crate::session::{Closed, Config, Event, Session};
use crate::uri::Uri;
use crate::value::Value;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// A realm `realm1` of these methods.
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

fn joe() -> Identity {
    Identity::new("joe", "user")
}

fn decoy() -> Decoy {
    Decoy::new([9; 32])
}

/// 2014-06-22T16:36:25.448Z, the specification's own.
fn occasion() -> Occasion {
    let random = std::array::from_fn(|at| u8::try_from(at + 16).unwrap());
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_403_454_985_448);
    Occasion { random, session: SessionId::new(3_251_278_072_152_162).unwrap(), time, transport: Default::default() }
}

fn offering(authenticator: impl Authenticator + 'static) -> Config {
    let mut config = Config::new(Uri::new("realm1").unwrap());
    config.authenticators = vec![Box::new(authenticator)];
    config
}

fn as_joe(authenticator: impl Authenticator + 'static) -> Config {
    Config { authid: Some("joe".into()), ..offering(authenticator) }
}

/// Fields of a dictionary.
type Fields<'a> = &'a [(&'a str, Value)];

/// How a handshake between both halves ends.
#[derive(Debug, PartialEq)]
enum Outcome {
    Joined(WelcomeDetails),
    /// What the client reads, and why.
    Refused(Closed, RefusalCause),
    /// The client gave up.
    Gone(AuthError),
}

impl Outcome {
    #[track_caller]
    fn joined(self) -> WelcomeDetails {
        match self {
            Self::Joined(details) => details,
            other => panic!("not joined: {other:?}"),
        }
    }

    #[track_caller]
    fn denied(self) -> Denial {
        match self {
            Self::Refused(_, RefusalCause::Denied(denial)) => denial,
            other => panic!("not denied: {other:?}"),
        }
    }
}

fn handshake(config: Config, realm: &OneRealm) -> Outcome {
    handshake_on(config, realm, occasion(), |_| ())
}

/// Lets both halves talk to the end; `meddle` changes what the router says on its way.
fn handshake_on(config: Config, realm: &OneRealm, occasion: Occasion, meddle: impl Fn(&mut Message)) -> Outcome {
    let now = Instant::now();
    let mut session = Session::<()>::open(config, now);
    let mut accept = Accept::new(AcceptConfig::default(), occasion, now);
    let mut refused = None;
    loop {
        match session.poll_event() {
            Some(Event::Joined(welcome)) => return Outcome::Joined(welcome.details),
            Some(Event::Closed(Closed::Unauthenticated(error))) => return Outcome::Gone(error),
            Some(Event::Closed(closed)) => return Outcome::Refused(closed, refused.expect("the router refused")),
            Some(other) => panic!("{other:?}"),
            None => {}
        }
        let (message, _) = session.poll_transmit().expect("the client speaks");
        let mut answer = match accept.recv(now, &message, realm) {
            Step::Challenge(challenge) => challenge,
            Step::Join(admission) => admission.welcome(Roles::of(&[(Role::Broker, Features::NONE)]), None),
            Step::Refuse(refusal) => {
                let abort = refusal.abort();
                refused = Some(refusal.cause);
                abort
            }
            Step::Gone(abort) => panic!("the client gave up: {abort:?}"),
            Step::Wait => panic!("nobody is to be asked"),
        };
        meddle(&mut answer);
        session.handle_message(now, answer, Payload::EMPTY);
    }
}

/// What a router's half makes of a HELLO with this authid and authextra.
fn begin(method: &dyn Method, authid: Option<&str>, authextra: Fields<'_>) -> Begin {
    begin_on(method, authid, authextra, &occasion())
}

fn begin_on(method: &dyn Method, authid: Option<&str>, authextra: Fields<'_>, occasion: &Occasion) -> Begin {
    let authextra = authextra.iter().map(|(key, value)| ((*key).into(), value.clone())).collect();
    let details = HelloDetails { authid: authid.map(Into::into), authextra, ..HelloDetails::default() };
    method.begin(&Claim { realm: &Uri::new("realm1").unwrap(), details: &details, occasion })
}

#[track_caller]
fn challenged(begin: Begin) -> (ChallengeExtra, Box<dyn Attempt>) {
    match begin {
        Begin::Challenge { extra, attempt } => (extra, attempt),
        other => panic!("not challenged: {other:?}"),
    }
}

#[track_caller]
fn field<'a>(extra: &'a ChallengeExtra, key: &str) -> &'a Value {
    extra.extra.get(key).unwrap_or_else(|| panic!("no {key}"))
}

fn challenge<const N: usize>(method: &str, fields: [(&str, Value); N]) -> Challenge {
    let mut extra = ChallengeExtra::default();
    fields.into_iter().for_each(|(key, value)| extra.extra.insert(key, value));
    Challenge { auth_method: method.into(), extra }
}

fn answer(signature: &str) -> Authenticate {
    Authenticate { signature: signature.into(), extra: AuthenticateExtra::default() }
}

fn bound_to(channel: Option<super::ChannelBinding>) -> super::TransportAuth {
    super::TransportAuth { channel, ..Default::default() }
}

impl super::Finish {
    fn into_result(self) -> Result<Identity, super::Denial> {
        match self {
            Self::Admit(identity) => Ok(identity),
            Self::Deny(denial) => Err(denial),
            Self::Later(_) => panic!("the methods here judge at once"),
        }
    }
}
