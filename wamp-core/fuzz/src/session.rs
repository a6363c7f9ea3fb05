use proto::message::{CallOptions, CancelMode, PublishOptions, RegisterOptions, SubscribeOptions, decode, encode};
use proto::serializer::DEFAULT_MAX_DEPTH;
use proto::session::{Answer, Config, Event, Session};
use proto::{Format, MatchPolicy, Pattern, Payload, RawUri, RegistrationId, RequestId, Strictness, SubscriptionId, Uri};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// A script of what happens to a client: a message from the router a line, or a command (see `Peer::command`).
///
/// Each token comes out once, `Closed` comes once and last, and all that is sent can be encoded.
pub fn run(script: &[u8]) {
    let mut peer = Peer::open();
    for line in super::lines(script) {
        match line {
            [b'[', ..] => peer.recv(line),
            [command, rest @ ..] => peer.command(*command, rest.first().map_or(1, |digit| u64::from(digit % 16))),
            [] => {}
        }
        peer.drain();
    }
    peer.session.handle_link_lost();
    peer.drain();
    assert!(peer.closed && peer.session.is_closed());
    assert!(peer.held.is_empty(), "tokens are lost: {:?}", peer.held);
    assert_eq!(peer.session.poll_timeout(), None);
    assert_eq!(peer.session.in_flight(), 0);
}

struct Peer {
    session: Session<u32>,
    now: Instant,
    tokens: u32,
    /// Tokens that were given and have not come out.
    held: BTreeSet<u32>,
    closed: bool,
}

impl Peer {
    fn open() -> Self {
        let now = Instant::now();
        let config = Config { max_in_flight: 8, max_invocations: 4, ..Config::new(uri("realm1")) };
        Self { session: Session::open(config, now), now, tokens: 0, held: BTreeSet::new(), closed: false }
    }

    fn recv(&mut self, line: &[u8]) {
        match decode(Format::Json, line, DEFAULT_MAX_DEPTH) {
            Ok((message, payload)) => self.session.handle_message(self.now, message, payload.to_payload()),
            Err(error) => self.session.handle_malformed(error),
        }
    }

    fn command(&mut self, command: u8, n: u64) {
        let now = self.now;
        let request = RequestId::new(n.max(1)).expect("in range");
        match command {
            b'c' => {
                let options = CallOptions { receive_progress: n & 1 == 0, progress: n & 2 == 0, ..CallOptions::default() };
                let deadline = (n & 4 == 0).then(|| now + Duration::from_secs(n));
                self.give(|session, token| session.call(now, uri("a.b"), options, Payload::EMPTY, deadline, token).map_err(|r| r.token));
            }
            b'p' => self.give(|session, token| {
                session
                    .publish(now, uri("a.b"), PublishOptions::default(), Payload::EMPTY, Some(token))
                    .map_err(|r| r.token.expect("given"))
            }),
            b's' => self.give(|session, token| session.subscribe(now, pattern(n), SubscribeOptions::default(), token).map_err(|r| r.token)),
            b'r' => self.give(|session, token| session.register(now, pattern(n), RegisterOptions::default(), token).map_err(|r| r.token)),
            b'u' => {
                let id = SubscriptionId::new(n.max(1)).expect("in range");
                self.give(|session, token| session.unsubscribe(now, id, token).map_err(|r| r.token));
            }
            b'n' => {
                let id = RegistrationId::new(n.max(1)).expect("in range");
                self.give(|session, token| session.unregister(now, id, token).map_err(|r| r.token));
            }
            b'd' => {
                if let Some(token) = self.session.abandon(now, request) {
                    self.take(token);
                }
            }
            b'm' => drop(self.session.call_more(request, Payload::EMPTY, n & 1 == 0)),
            b'x' => self.session.cancel(request, CancelMode::Kill),
            b'a' => drop(self.session.answer(request, Answer::result(Payload::EMPTY))),
            b'g' => drop(self.session.answer(request, Answer::progress(Payload::EMPTY))),
            b'e' => drop(self.session.answer(request, Answer::error(RawUri::from_static("a.error"), Payload::EMPTY))),
            b't' => {
                self.now += Duration::from_secs(n);
                self.session.handle_timeout(self.now);
                assert!(self.session.poll_timeout().is_none_or(|deadline| deadline > self.now), "a deadline that has passed is waited for");
            }
            b'l' => self.session.leave(now, RawUri::from_static("wamp.close.normal"), None),
            b'z' => self.session.handle_link_lost(),
            _ => {}
        }
    }

    fn give<R>(&mut self, command: impl FnOnce(&mut Session<u32>, u32) -> Result<R, u32>) {
        let token = self.tokens;
        self.tokens += 1;
        match command(&mut self.session, token) {
            Ok(_) => assert!(self.held.insert(token)),
            Err(returned) => assert_eq!(returned, token),
        }
    }

    fn take(&mut self, token: u32) {
        assert!(self.held.remove(&token), "token {token} comes out twice");
    }

    fn drain(&mut self) {
        while let Some((message, payload)) = self.session.poll_transmit() {
            encode(&message, payload.as_ref(), Format::Json, &mut Vec::new()).expect("what is sent can be encoded");
        }
        while let Some(event) = self.session.poll_event() {
            assert!(!self.closed, "{event:?} after the end");
            match event {
                Event::Answered { token, .. } | Event::Failed { token, .. } => self.take(token),
                Event::Closed(_) => {
                    assert!(self.held.is_empty(), "the session is over with tokens in it");
                    self.closed = true;
                }
                _ => {}
            }
        }
    }
}

fn uri(name: &str) -> Uri {
    Uri::new(name).expect("a URI")
}

fn pattern(n: u64) -> Pattern {
    let policy = [MatchPolicy::Exact, MatchPolicy::Prefix, MatchPolicy::Wildcard][n as usize % 3];
    RawUri::from_static("a.b").check_pattern(policy, Strictness::Loose).expect("a pattern")
}
