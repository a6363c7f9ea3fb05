//! Scripts between a client (the session under test) and a router (the script), on a clock of their own.

mod authenticating;
mod calling;
mod canceling;
mod ending_exactly_once;
mod invoking;
mod leaving;
mod limits;
mod opening;
mod pending;
mod publishing;
mod registering;
mod subscribing;
mod timing_out;
mod violating;

use super::{Config, Event, Session};
use crate::id::{PublicationId, RegistrationId, RequestId, SessionId, SubscriptionId};
use crate::message::{CallOptions, ErrorDetails, Invocation, Message, Register, Registered, ResultDetails, Subscribe, Subscribed};
use crate::message::{CallResult, MessageType, RegisterOptions, SubscribeOptions, UnregisteredDetails, UnsubscribedDetails, Welcome};
use crate::message::{Error, OptionalRequest, Unregistered, Unsubscribed, WelcomeDetails};
use crate::payload::{Payload, PayloadRef};
use crate::role::{Feature, Features, Role, Roles};
use crate::serializer::Format;
use crate::uri::{MatchPolicy, Pattern, RawUri, Strictness, Uri};
use std::time::{Duration, Instant};

/// What the script's router announces, unless it is to announce less.
const ROUTER: Roles = Roles::of(&[
    (
        Role::Dealer,
        Features::of(&[
            Feature::CallCanceling,
            Feature::PatternBasedRegistration,
            Feature::ProgressiveCallInvocations,
            Feature::ProgressiveCallResults,
            Feature::SharedRegistration,
        ]),
    ),
    (Role::Broker, Features::of(&[Feature::PatternBasedSubscription, Feature::SubscriberBlackwhiteListing])),
]);

/// A client and the router it talks to.
struct Script {
    client: Session<&'static str>,
    now: Instant,
}

impl Script {
    /// HELLO was sent and read.
    fn opening(config: Config) -> Self {
        let now = Instant::now();
        let mut script = Self { client: Session::open(config, now), now };
        assert!(matches!(script.client_sends(), Message::Hello(_)));
        script
    }

    /// The session is open.
    fn joined() -> Self {
        Self::joined_to(ROUTER, config())
    }

    fn joined_to(router: Roles, config: Config) -> Self {
        let mut script = Self::opening(config);
        script.router_sends(welcome(router));
        assert!(matches!(script.event(), Event::Joined(_)));
        script
    }

    fn router_sends(&mut self, message: impl Into<Message>) {
        self.router_sends_with(message, Payload::EMPTY);
    }

    fn router_sends_with(&mut self, message: impl Into<Message>, payload: Payload) {
        self.client.handle_message(self.now, message.into(), payload);
    }

    #[track_caller]
    fn client_sends(&mut self) -> Message {
        self.client.poll_transmit().expect("the client sends something").0
    }

    #[track_caller]
    fn client_is_silent(&mut self) {
        assert_eq!(self.client.poll_transmit(), None);
    }

    #[track_caller]
    fn event(&mut self) -> Event<&'static str> {
        self.client.poll_event().expect("there is an event")
    }

    #[track_caller]
    fn no_event(&mut self) {
        assert_eq!(self.client.poll_event(), None);
    }

    /// The clock moves on; a timer that is reached on the way fires.
    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.client.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.client.handle_timeout(self.now);
        }
        self.now = end;
    }

    /// A call without a deadline.
    #[track_caller]
    fn call(&mut self, token: &'static str) -> RequestId {
        self.call_with(CallOptions::default(), None, token)
    }

    #[track_caller]
    fn call_with(&mut self, options: CallOptions, deadline: Option<Duration>, token: &'static str) -> RequestId {
        let deadline = deadline.map(|after| self.now + after);
        let request = self.client.call(self.now, uri("com.example.add"), options, Payload::EMPTY, deadline, token).unwrap();
        assert!(matches!(self.client_sends(), Message::Call(call) if call.request == request));
        request
    }

    #[track_caller]
    fn subscribe(&mut self, topic: &str, token: &'static str) -> RequestId {
        let request = self.client.subscribe(self.now, exact(topic), SubscribeOptions::default(), token).unwrap();
        assert!(matches!(self.client_sends(), Message::Subscribe(Subscribe { request: sent, .. }) if sent == request));
        request
    }

    /// A subscription that was answered.
    #[track_caller]
    fn subscribed(&mut self, topic: &str, id: u64) -> SubscriptionId {
        let request = self.subscribe(topic, "subscribe");
        self.router_sends(Subscribed { request, subscription: subscription(id) });
        assert!(matches!(self.event(), Event::Answered { token: "subscribe", .. }));
        subscription(id)
    }

    #[track_caller]
    fn register(&mut self, token: &'static str) -> RequestId {
        let request = self.client.register(self.now, exact("com.example.add"), RegisterOptions::default(), token).unwrap();
        assert!(matches!(self.client_sends(), Message::Register(Register { request: sent, .. }) if sent == request));
        request
    }

    /// A registration that was answered.
    #[track_caller]
    fn registered(&mut self, id: u64) -> RegistrationId {
        let request = self.register("register");
        self.router_sends(Registered { request, registration: registration(id) });
        assert!(matches!(self.event(), Event::Answered { token: "register", .. }));
        registration(id)
    }

    /// An invocation the application was told of.
    #[track_caller]
    fn invoked(&mut self, request_id: u64, registration: RegistrationId, receive_progress: bool) -> RequestId {
        let details = crate::message::InvocationDetails { receive_progress, ..Default::default() };
        self.router_sends(Invocation { request: request(request_id), registration, details });
        assert!(matches!(self.event(), Event::Invocation { .. }));
        request(request_id)
    }
}

fn config() -> Config {
    Config::new(uri("realm1"))
}

fn uri(text: &str) -> Uri {
    Uri::new(text).unwrap()
}

fn exact(text: &str) -> Pattern {
    pattern(text, MatchPolicy::Exact)
}

fn pattern(text: &str, policy: MatchPolicy) -> Pattern {
    RawUri::new(text).check_pattern(policy, Strictness::Loose).unwrap()
}

fn request(id: u64) -> RequestId {
    RequestId::new(id).unwrap()
}

fn subscription(id: u64) -> SubscriptionId {
    SubscriptionId::new(id).unwrap()
}

fn registration(id: u64) -> RegistrationId {
    RegistrationId::new(id).unwrap()
}

fn publication(id: u64) -> PublicationId {
    PublicationId::new(id).unwrap()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn args(json: &'static str) -> Payload {
    PayloadRef { format: Format::Json, args: json.as_bytes(), kwargs: &[] }.to_payload()
}

fn welcome(roles: Roles) -> Welcome {
    Welcome { session: SessionId::new(7).unwrap(), details: WelcomeDetails { roles, ..WelcomeDetails::default() } }
}

fn result(request: RequestId) -> CallResult {
    CallResult { request, details: ResultDetails::default() }
}

fn progress(request: RequestId) -> CallResult {
    CallResult { request, details: ResultDetails { progress: true, ..ResultDetails::default() } }
}

fn error(request_type: MessageType, request: RequestId, error: &str) -> Error {
    Error { request_type, request, details: ErrorDetails::default(), error: RawUri::new(error) }
}

fn unsubscribed(request: RequestId) -> Unsubscribed {
    Unsubscribed { request: OptionalRequest(Some(request)), details: UnsubscribedDetails::default() }
}

fn unregistered(request: RequestId) -> Unregistered {
    Unregistered { request: OptionalRequest(Some(request)), details: UnregisteredDetails::default() }
}
