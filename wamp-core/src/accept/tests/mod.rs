//! Scripts between a router (the handshake under test) and a client (the script), on a clock of their own.

mod admitting;
mod refusing;
mod timing_out;
mod violating;

use super::{Accept, AcceptConfig, Admission, RealmPolicy, Realms, Refusal, RefusalCause, Step};
use crate::auth::{Anonymous, Identity, Method, Occasion, Ticket, TicketMethod};
use crate::id::SessionId;
use crate::message::{Abort, AbortDetails, Authenticate, AuthenticateExtra, Hello, HelloDetails, Message};
use crate::role::CLIENT_ROLES;
use crate::uri::{RawUri, Uri};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// `open` takes anonymous clients, `closed` joe's ticket, `both` either.
#[derive(Debug)]
struct ThreeRealms;

impl Realms for ThreeRealms {
    fn find(&self, realm: &Uri) -> Option<RealmPolicy> {
        let (anonymous, ticket) = (|| Arc::new(Anonymous::default()) as Arc<dyn Method>, || Arc::new(tickets()) as Arc<dyn Method>);
        let methods = match realm.as_str() {
            "open" => vec![anonymous()],
            "closed" => vec![ticket()],
            "both" => vec![anonymous(), ticket()],
            _ => return None,
        };
        Some(RealmPolicy::new(methods))
    }
}

fn joe() -> Identity {
    Identity::new("joe", "user")
}

fn tickets() -> TicketMethod {
    TicketMethod::new(|realm, authid| (realm != "open" && authid == "joe").then(|| ("secret!!!".into(), joe())))
}

fn occasion() -> Occasion {
    Occasion { random: [0x2a; 32], session: SessionId::new(7).unwrap(), time: SystemTime::UNIX_EPOCH, transport: Default::default() }
}

/// A link that was just made, and the router's half of its handshake.
struct Script {
    accept: Accept,
    now: Instant,
}

impl Script {
    fn connected() -> Self {
        let now = Instant::now();
        Self { accept: Accept::new(AcceptConfig::default(), occasion(), now), now }
    }

    /// CHALLENGE was sent.
    fn challenged() -> Self {
        let mut script = Self::connected();
        script.is_challenged(hello_by_ticket("closed"));
        script
    }

    fn client_sends(&mut self, message: impl Into<Message>) -> Step {
        self.accept.recv(self.now, &message.into(), &ThreeRealms)
    }

    #[track_caller]
    fn is_challenged(&mut self, message: impl Into<Message>) {
        match self.client_sends(message) {
            Step::Challenge(Message::Challenge(challenge)) => assert_eq!(challenge.auth_method, Ticket::NAME),
            other => panic!("not challenged: {other:?}"),
        }
    }

    #[track_caller]
    fn is_admitted(&mut self, message: impl Into<Message>) -> Admission {
        match self.client_sends(message) {
            Step::Join(admission) => *admission,
            other => panic!("not admitted: {other:?}"),
        }
    }

    #[track_caller]
    fn is_refused(&mut self, message: impl Into<Message>) -> RefusalCause {
        match self.client_sends(message) {
            Step::Refuse(refusal) => refusal.cause,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// The clock moves on; a timer that is reached fires.
    fn pass(&mut self, time: Duration) -> Option<Refusal> {
        self.now += time;
        self.accept.poll_timeout().filter(|at| *at <= self.now)?;
        self.accept.handle_timeout(self.now)
    }
}

fn hello(realm: &str) -> Hello {
    let details = HelloDetails { roles: CLIENT_ROLES, agent: Some("script".into()), ..HelloDetails::default() };
    Hello { realm: RawUri::new(realm), details }
}

fn hello_by_ticket(realm: &str) -> Hello {
    let mut hello = hello(realm);
    hello.details.authid = Some("joe".into());
    hello.details.authmethods = vec!["ticket".into()];
    hello
}

fn authenticate(ticket: &str) -> Authenticate {
    Authenticate { signature: ticket.into(), extra: AuthenticateExtra::default() }
}

fn abort() -> Abort {
    Abort { details: AbortDetails::default(), reason: RawUri::new("wamp.close.normal") }
}
