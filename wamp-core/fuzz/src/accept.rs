use proto::accept::{Accept, AcceptConfig, RealmPolicy, Realms, Step, check_open};
use proto::auth::{Anonymous, Identity, Method, TicketMethod};
use proto::message::{Message, Sender, decode, encode};
use proto::serializer::DEFAULT_MAX_DEPTH;
use proto::{Format, PayloadRef, Roles, SessionId, Uri};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A client's script: a message a line, or `t` and a digit, for the seconds that pass.
///
/// The handshake ends once, in time, and in a realm with tickets only by the right one.
pub fn run(script: &[u8]) {
    let mut now = Instant::now();
    let mut accept = Accept::new(AcceptConfig::default(), 7, now);
    let mut ticket_seen = false;
    for line in super::lines(script) {
        if let [b't', seconds, ..] = line {
            now += Duration::from_secs(u64::from(seconds % 16));
            if let Some(refusal) = accept.handle_timeout(now) {
                return check_end(&accept, &refusal.abort());
            }
        }
        let Ok((message, _)) = decode(Format::Json, line, DEFAULT_MAX_DEPTH) else { continue };
        ticket_seen |= matches!(&message, Message::Authenticate(answer) if answer.signature == SECRET);
        match accept.recv(now, &message, &TwoRealms) {
            Step::Challenge(challenge) => {
                assert!(accept.poll_timeout().is_some());
                check_sendable(&challenge);
            }
            Step::Join(admission) => {
                assert!(admission.realm.as_str() == "open" || ticket_seen);
                let session = SessionId::new(1).expect("in range");
                return check_end(&accept, &admission.welcome(session, Roles::default(), None));
            }
            Step::Refuse(refusal) => return check_end(&accept, &refusal.abort()),
            Step::Gone(abort) => return check_end(&accept, &Message::Abort(abort)),
        }
    }
}

const SECRET: &str = "secret";

fn check_end(accept: &Accept, last: &Message) {
    assert_eq!(accept.poll_timeout(), None, "nothing is waited for after the end");
    check_sendable(last);
}

fn check_sendable(message: &Message) {
    for format in Format::ALL {
        // The client's own ABORT may hold what a format cannot carry; what the router makes may not.
        let written = encode(message, PayloadRef::EMPTY, format, &mut Vec::new());
        assert!(written.is_ok() || message.message_type().sender() != Sender::Router, "{written:?}");
    }
    let _ = check_open(message.message_type());
}

#[derive(Debug)]
struct TwoRealms;

impl Realms for TwoRealms {
    fn find(&self, realm: &Uri) -> Option<RealmPolicy> {
        let method: Arc<dyn Method> = match realm.as_str() {
            "open" => Arc::new(Anonymous::default()),
            "closed" => Arc::new(TicketMethod::new(|_, authid| (authid == "joe").then(|| (SECRET.into(), joe())))),
            _ => return None,
        };
        Some(RealmPolicy { methods: Arc::new([method]) })
    }
}

fn joe() -> Identity {
    Identity { authid: "joe".into(), authrole: "user".into(), authprovider: "static".into(), authextra: Default::default() }
}
