use proto::accept::{Accept, AcceptConfig, RealmPolicy, Realms, Step, check_open};
use proto::auth::{Anonymous, CraMethod, CraRecord, CryptosignMethod, Decoy, Identity, Kdf, Method, Occasion};
use proto::auth::{ScramDialect, ScramMethod, ScramRecord, TicketMethod};
use proto::message::{Message, Sender, decode, encode};
use proto::serializer::DEFAULT_MAX_DEPTH;
use proto::{Format, PayloadRef, Roles, SessionId, Uri};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// A client's script: a message a line, or `t` and a digit, for the seconds that pass.
///
/// The handshake ends once, in time; in a realm with tickets it succeeds only by the right one, and never in one that
/// wants proof.
pub fn run(script: &[u8]) {
    let mut now = Instant::now();
    let mut accept = Accept::new(AcceptConfig::default(), occasion(), now);
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
        match accept.recv(now, &message, &ThreeRealms) {
            Step::Challenge(challenge) => {
                assert!(accept.poll_timeout().is_some());
                check_sendable(&challenge);
            }
            Step::Join(admission) => {
                assert!(matches!((admission.realm.as_str(), ticket_seen), ("open", _) | ("closed", true)));
                return check_end(&accept, &admission.welcome(Roles::default(), None));
            }
            Step::Refuse(refusal) => return check_end(&accept, &refusal.abort()),
            Step::Gone(abort) => return check_end(&accept, &Message::Abort(abort)),
            Step::Wait => panic!("nobody is to be asked"),
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
struct ThreeRealms;

impl Realms for ThreeRealms {
    fn find(&self, realm: &Uri) -> Option<RealmPolicy> {
        let methods: Arc<[Arc<dyn Method>]> = match realm.as_str() {
            "open" => Arc::new([Arc::new(Anonymous::default())]),
            "closed" => Arc::new([Arc::new(TicketMethod::new(|_, authid| (authid == "joe").then(|| (SECRET.into(), joe()))))]),
            "sealed" => Arc::new([cra(), scram(ScramDialect::Spec), scram(ScramDialect::Autobahn), cryptosign()]),
            _ => return None,
        };
        Some(RealmPolicy { methods, roles: None })
    }
}

fn occasion() -> Occasion {
    Occasion { random: [7; 32], session: SessionId::new(1).expect("in range"), time: SystemTime::UNIX_EPOCH, transport: Default::default() }
}

fn cra() -> Arc<dyn Method> {
    let known = |_: &Uri, authid: &str| (authid == "joe").then(|| (CraRecord::plain("a secret no script has"), joe()));
    Arc::new(CraMethod::new(known, Decoy::new([7; 32])))
}

fn scram(dialect: ScramDialect) -> Arc<dyn Method> {
    let kdf = Kdf::Pbkdf2 { iterations: 4096 };
    let record = move || ScramRecord::new(kdf, [7; 16], [7; 32], [7; 32]);
    let known = move |_: &Uri, authid: &str| (authid == "joe").then(|| (record(), joe()));
    Arc::new(ScramMethod::new(known, Decoy::new([7; 32]), kdf).with_dialect(dialect))
}

fn cryptosign() -> Arc<dyn Method> {
    Arc::new(CryptosignMethod::new(|_, _, key| (*key == [7; 32]).then(joe)))
}

fn joe() -> Identity {
    Identity::new("joe", "user")
}
