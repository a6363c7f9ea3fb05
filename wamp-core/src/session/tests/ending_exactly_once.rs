//! Whatever happens in whatever order: each token comes out exactly once, the session closes once, and a router that keeps
//! the rules is never accused of breaking them.

use super::{ROUTER, config, error, exact, pattern, progress, publication, registration, result, seconds, subscription, uri, welcome};
use super::{unregistered, unsubscribed};
use crate::id::{RegistrationId, RequestId, SubscriptionId};
use crate::message::{self, CallOptions, CancelMode, EventDetails, Goodbye, GoodbyeDetails, Message, MessageType};
use crate::message::{Invocation, InvocationDetails, Unregistered, UnregisteredDetails, Unsubscribed, UnsubscribedDetails};
use crate::message::{OptionalRequest, PublishOptions, Published, RegisterOptions, Registered, SubscribeOptions, Subscribed};
use crate::payload::Payload;
use crate::role::{Features, Role, Roles};
use crate::session::{Answer, Closed, Event, Session};
use crate::uri::{MatchPolicy, RawUri, wamp};
use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

#[derive(Debug, Clone)]
enum Action {
    Call {
        receive_progress: bool,
        deadline: Option<u8>,
    },
    Publish,
    Subscribe {
        topic: u8,
    },
    Unsubscribe {
        nth: u8,
    },
    Register,
    Unregister {
        nth: u8,
    },
    Cancel {
        nth: u8,
    },
    Abandon {
        nth: u8,
    },
    Answer {
        nth: u8,
    },
    /// The router takes the next request and answers it, or fails it, or (a call) reports progress and keeps it.
    RouterActs {
        fails: bool,
        with_progress: bool,
    },
    RouterPublishes {
        nth: u8,
    },
    RouterInvokes {
        nth: u8,
    },
    RouterRevokes {
        nth: u8,
    },
    /// The oldest message on its way from the router arrives.
    Arrives,
    Pass {
        seconds: u8,
    },
    Leave,
    RouterLeaves,
    LinkLost,
}

fn action() -> impl Strategy<Value = Action> {
    let n = any::<u8>();
    prop_oneof![
        6 => (any::<bool>(), proptest::option::of(0..20_u8)).prop_map(|(receive_progress, deadline)| Action::Call { receive_progress, deadline }),
        2 => n.prop_map(|_| Action::Publish),
        4 => (0..2_u8).prop_map(|topic| Action::Subscribe { topic }),
        4 => n.prop_map(|nth| Action::Unsubscribe { nth }),
        2 => n.prop_map(|_| Action::Register),
        2 => n.prop_map(|nth| Action::Unregister { nth }),
        2 => n.prop_map(|nth| Action::Cancel { nth }),
        2 => n.prop_map(|nth| Action::Abandon { nth }),
        2 => n.prop_map(|nth| Action::Answer { nth }),
        14 => (any::<bool>(), any::<bool>()).prop_map(|(fails, with_progress)| Action::RouterActs { fails, with_progress }),
        3 => n.prop_map(|nth| Action::RouterPublishes { nth }),
        3 => n.prop_map(|nth| Action::RouterInvokes { nth }),
        1 => n.prop_map(|nth| Action::RouterRevokes { nth }),
        16 => n.prop_map(|_| Action::Arrives),
        3 => (0..40_u8).prop_map(|seconds| Action::Pass { seconds }),
        1 => proptest::sample::select(vec![Action::Leave, Action::RouterLeaves, Action::LinkLost]),
    ]
}

/// A router that keeps the rules, with a network in between: what it sends arrives later, in order.
#[derive(Default)]
struct Router {
    inbox: VecDeque<Message>,
    wire: VecDeque<Message>,
    /// Topic to the one subscription of the session.
    subscriptions: BTreeMap<String, SubscriptionId>,
    registrations: BTreeSet<RegistrationId>,
    last_id: u64,
    gone: bool,
}

impl Router {
    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn send(&mut self, message: impl Into<Message>) {
        if !self.gone {
            self.wire.push_back(message.into());
        }
    }

    fn act(&mut self, fails: bool, with_progress: bool) {
        let Some(message) = self.inbox.pop_front() else { return };
        let failure = |kind, request| error(kind, request, "com.example.error");
        match message {
            Message::Call(call) if with_progress && call.options.receive_progress => {
                self.send(progress(call.request));
                self.inbox.push_back(Message::Call(call));
            }
            Message::Call(call) if fails => self.send(failure(MessageType::Call, call.request)),
            Message::Call(call) => self.send(result(call.request)),
            Message::Cancel(cancel) => self.cancel(cancel.request),
            Message::Publish(publish) if fails => self.send(failure(MessageType::Publish, publish.request)),
            Message::Publish(publish) => self.send(Published { request: publish.request, publication: publication(1) }),
            Message::Subscribe(subscribe) if fails => self.send(failure(MessageType::Subscribe, subscribe.request)),
            Message::Subscribe(subscribe) => {
                let id = subscription(self.next_id());
                let subscription = *self.subscriptions.entry(subscribe.topic.as_str().into()).or_insert(id);
                self.send(Subscribed { request: subscribe.request, subscription });
            }
            Message::Unsubscribe(unsubscribe) => {
                let before = self.subscriptions.len();
                self.subscriptions.retain(|_, id| *id != unsubscribe.subscription);
                match self.subscriptions.len() < before {
                    true => self.send(unsubscribed(unsubscribe.request)),
                    false => self.send(failure(MessageType::Unsubscribe, unsubscribe.request)),
                }
            }
            Message::Register(register) if fails => self.send(failure(MessageType::Register, register.request)),
            Message::Register(register) => {
                let registration = registration(self.next_id());
                self.registrations.insert(registration);
                self.send(Registered { request: register.request, registration });
            }
            Message::Unregister(unregister) => match self.registrations.remove(&unregister.registration) {
                true => self.send(unregistered(unregister.request)),
                false => self.send(failure(MessageType::Unregister, unregister.request)),
            },
            Message::Goodbye(_) => {
                self.send(goodbye());
                self.gone = true;
            }
            Message::Abort(abort) => panic!("the client accuses the router: {abort:?}"),
            Message::Yield(_) | Message::Error(_) => {}
            other => panic!("the client sent {other:?}"),
        }
    }

    /// A call that still waits is answered; another was answered before, and CANCEL is ignored.
    fn cancel(&mut self, request: RequestId) {
        let before = self.inbox.len();
        self.inbox.retain(|message| !matches!(message, Message::Call(call) if call.request == request));
        if self.inbox.len() < before {
            self.send(error(MessageType::Call, request, wamp::CANCELED));
        }
    }
}

fn goodbye() -> Goodbye {
    Goodbye { details: GoodbyeDetails::default(), reason: RawUri::new(wamp::GOODBYE_AND_OUT) }
}

/// The application: which tokens it gave away and got back.
struct Application {
    session: Session<usize>,
    router: Router,
    now: Instant,
    /// By token: how often it came back.
    tokens: Vec<usize>,
    requests: Vec<RequestId>,
    subscriptions: Vec<SubscriptionId>,
    registrations: Vec<RegistrationId>,
    invocations: Vec<RequestId>,
    closed: Vec<Closed>,
}

impl Application {
    fn new(roles: Roles) -> Self {
        let now = Instant::now();
        let mut session = Session::open(config(), now);
        session.handle_message(now, welcome(roles).into(), Payload::EMPTY);
        assert!(session.poll_transmit().is_some(), "HELLO");
        let (router, closed) = (Router::default(), Vec::new());
        let (requests, invocations, subscriptions, registrations) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { session, router, now, tokens: Vec::new(), requests, subscriptions, registrations, invocations, closed }
    }

    fn token(&mut self) -> usize {
        self.tokens.push(0);
        self.tokens.len() - 1
    }

    fn back(&mut self, token: usize) {
        self.tokens[token] += 1;
    }

    fn act(&mut self, action: Action) {
        let now = self.now;
        match action {
            Action::Call { receive_progress, deadline } => {
                let token = self.token();
                let options = CallOptions { receive_progress, ..CallOptions::default() };
                let deadline = deadline.map(|after| now + seconds(after.into()));
                let sent = self.session.call(now, uri("com.example.add"), options, Payload::EMPTY, deadline, token);
                self.sent(sent.map_err(|refused| refused.token));
            }
            Action::Publish => {
                let token = self.token();
                let sent = self.session.publish(now, uri("com.example.news"), PublishOptions::default(), Payload::EMPTY, Some(token));
                self.sent(sent.map_err(|refused| refused.token.expect("the token")));
            }
            Action::Subscribe { topic } => {
                let token = self.token();
                let topic = if topic == 0 { exact("com.example.news") } else { pattern("com.example", MatchPolicy::Prefix) };
                let sent = self.session.subscribe(now, topic, SubscribeOptions::default(), token);
                self.sent(sent.map_err(|refused| refused.token));
            }
            Action::Unsubscribe { nth } => {
                let Some(id) = take(&mut self.subscriptions, nth) else { return };
                let token = self.token();
                if let Err(refused) = self.session.unsubscribe(now, id, token) {
                    self.back(refused.token);
                }
            }
            Action::Register => {
                let token = self.token();
                let sent = self.session.register(now, exact("com.example.add"), RegisterOptions::default(), token);
                self.sent(sent.map_err(|refused| refused.token));
            }
            Action::Unregister { nth } => {
                let Some(id) = take(&mut self.registrations, nth) else { return };
                let token = self.token();
                let sent = self.session.unregister(now, id, token);
                self.sent(sent.map_err(|refused| refused.token));
            }
            Action::Cancel { nth } => {
                if let Some(request) = pick(&self.requests, nth) {
                    self.session.cancel(request, CancelMode::Kill);
                }
            }
            Action::Abandon { nth } => {
                if let Some(token) = pick(&self.requests, nth).and_then(|request| self.session.abandon(now, request)) {
                    self.back(token);
                }
            }
            Action::Answer { nth } => {
                if let Some(request) = take(&mut self.invocations, nth) {
                    let answered = self.session.answer(request, Answer::result(Payload::EMPTY));
                    assert!(answered.is_ok() || !self.session.is_joined());
                }
            }
            other => self.world(other),
        }
    }

    fn world(&mut self, action: Action) {
        match action {
            Action::RouterActs { fails, with_progress } => self.router.act(fails, with_progress),
            Action::RouterPublishes { nth } => {
                let known: Vec<_> = self.router.subscriptions.values().copied().collect();
                if let Some(subscription) = pick(&known, nth) {
                    let details = EventDetails::default();
                    self.router.send(message::Event { subscription, publication: publication(1), details });
                }
            }
            Action::RouterInvokes { nth } => {
                let known: Vec<_> = self.router.registrations.iter().copied().collect();
                if let Some(registration) = pick(&known, nth) {
                    let request = super::request(self.router.next_id());
                    self.router.send(Invocation { request, registration, details: InvocationDetails::default() });
                }
            }
            Action::RouterRevokes { nth } => self.revoke(nth),
            Action::Arrives => {
                if let Some(message) = self.router.wire.pop_front() {
                    self.session.handle_message(self.now, message, Payload::EMPTY);
                }
            }
            Action::Pass { seconds: time } => {
                self.now += seconds(time.into());
                self.session.handle_timeout(self.now);
            }
            Action::Leave => self.session.leave(self.now, wamp::CLOSE_REALM, None),
            Action::RouterLeaves => {
                self.router.send(goodbye());
                self.router.gone = true;
            }
            Action::LinkLost => {
                self.router.gone = true;
                self.router.wire.clear();
                self.session.handle_link_lost();
            }
            _ => {}
        }
    }

    fn revoke(&mut self, nth: u8) {
        let request = OptionalRequest(None);
        if nth.is_multiple_of(2)
            && let Some((_, id)) = self.router.subscriptions.pop_first()
        {
            let details = UnsubscribedDetails { subscription: Some(id), ..UnsubscribedDetails::default() };
            self.router.send(Unsubscribed { request, details });
        } else if let Some(id) = self.router.registrations.pop_first() {
            let details = UnregisteredDetails { registration: Some(id), ..UnregisteredDetails::default() };
            self.router.send(Unregistered { request, details });
        }
    }

    fn sent(&mut self, sent: Result<RequestId, usize>) {
        match sent {
            Ok(request) => self.requests.push(request),
            Err(token) => self.back(token),
        }
    }

    /// Drains what came out, and checks it.
    fn drain(&mut self) {
        while let Some((message, _)) = self.session.poll_transmit() {
            self.router.inbox.push_back(message);
        }
        while let Some(event) = self.session.poll_event() {
            assert!(self.closed.is_empty(), "{event:?} after the end");
            match event {
                Event::Answered { token, reply, .. } => {
                    self.back(token);
                    match reply {
                        crate::session::Reply::Subscribed(id) => self.subscriptions.push(id),
                        crate::session::Reply::Registered(id) => self.registrations.push(id),
                        _ => {}
                    }
                }
                Event::Failed { token, .. } => self.back(token),
                Event::Progress { request, .. } => assert!(self.session.token(request).is_some() || !self.session.is_joined()),
                Event::Event { subscription, .. } => assert!(self.subscriptions.contains(&subscription), "an event for nobody"),
                Event::Invocation { request, .. } => self.invocations.push(request),
                Event::SubscriptionRevoked { subscription, .. } => self.subscriptions.retain(|id| *id != subscription),
                Event::RegistrationRevoked { registration, .. } => self.registrations.retain(|id| *id != registration),
                Event::Joined(_) | Event::Interrupt { .. } => {}
                Event::Closed(closed) => self.closed.push(closed),
            }
        }
        assert!(self.tokens.iter().all(|back| *back <= 1), "a token came out twice");
        assert!(!self.closed.iter().any(|closed| matches!(closed, Closed::Violated(_))), "{:?}", self.closed);
    }

    /// Everything arrives and is answered; then what each side holds agrees.
    fn settle(&mut self) {
        while !self.closed.is_empty() || !self.router.inbox.is_empty() || !self.router.wire.is_empty() {
            if !self.closed.is_empty() || self.router.gone && self.router.wire.is_empty() {
                return;
            }
            self.world(Action::Arrives);
            self.drain();
            self.router.act(false, false);
        }
        let ours: BTreeSet<_> = self.subscriptions.iter().copied().collect();
        let theirs: BTreeSet<_> = self.router.subscriptions.values().copied().collect();
        assert_eq!(ours, theirs, "subscriptions");
        assert_eq!(self.registrations.iter().copied().collect::<BTreeSet<_>>(), self.router.registrations, "registrations");
    }

    fn end(mut self) {
        self.settle();
        self.session.handle_link_lost();
        self.drain();
        assert_eq!(self.closed.len(), 1, "closed once");
        assert!(self.tokens.iter().all(|back| *back == 1), "a token was lost: {:?}", self.tokens);
        assert_eq!((self.session.in_flight(), self.session.poll_timeout()), (0, None));
    }
}

fn pick<X: Copy>(list: &[X], nth: u8) -> Option<X> {
    list.get(usize::from(nth) % list.len().max(1)).copied()
}

fn take<X>(list: &mut Vec<X>, nth: u8) -> Option<X> {
    let len = list.len();
    (len > 0).then(|| list.swap_remove(usize::from(nth) % len))
}

fn run(roles: Roles, actions: Vec<Action>) {
    let mut application = Application::new(roles);
    for action in actions {
        application.act(action);
        application.drain();
    }
    application.end();
}

proptest! {
    #[test]
    fn each_token_comes_out_exactly_once(actions in proptest::collection::vec(action(), 1..150)) {
        run(ROUTER, actions);
    }

    #[test]
    fn each_token_comes_out_exactly_once_with_a_dealer_that_cannot_cancel(actions in proptest::collection::vec(action(), 1..150)) {
        let mut roles = ROUTER;
        roles.insert(Role::Dealer, Features::NONE);
        run(roles, actions);
    }
}
