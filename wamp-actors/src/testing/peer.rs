use super::clock::PATIENCE;
use crate::error::WampError;
use crate::session::{Event, Invocation, Invocations, Session, Subscription};
use proto::{Format, Payload, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A callee played by the test: it expects calls, and answers what the test says.
#[derive(Debug)]
pub struct MockCallee {
    invocations: Invocations,
}

impl MockCallee {
    /// Registers `procedure`.
    ///
    /// # Panics
    ///
    /// If the router refuses.
    pub async fn register(session: &Session, procedure: &str) -> Self {
        let invocations = session.register(procedure).stream().await;
        Self { invocations: invocations.unwrap_or_else(|error| panic!("`{procedure}` cannot be registered: {error}")) }
    }

    /// The next call.
    ///
    /// # Panics
    ///
    /// If none comes within an hour of the clock.
    pub async fn next(&mut self) -> MockInvocation {
        let next = tokio::time::timeout(PATIENCE, self.invocations.next()).await;
        match next {
            Ok(Some(invocation)) => MockInvocation(invocation),
            _ => panic!("no call of `{}` came", self.invocations.procedure()),
        }
    }

    /// The next call, which is to have these arguments.
    ///
    /// # Panics
    ///
    /// If none comes within an hour of the clock, or its arguments are others: the message has them.
    pub async fn expect(&mut self, args: impl Serialize) -> MockInvocation {
        let invocation = self.next().await;
        let (wanted, got) = (shown(&encoded(&args)), shown(&invocation.0.payload));
        assert_eq!(got, wanted, "the arguments (left) of the call of `{}`", self.invocations.procedure());
        invocation
    }
}

/// A call that waits for its answer. Dropped without one, it is answered `wamp.error.canceled`.
#[derive(Debug)]
pub struct MockInvocation(Invocation);

impl MockInvocation {
    /// The call as it came.
    pub const fn invocation(&self) -> &Invocation {
        &self.0
    }

    /// Reads the arguments.
    ///
    /// # Panics
    ///
    /// If they are of another type.
    pub fn args<T: DeserializeOwned>(&self) -> T {
        self.0.payload.decode().unwrap_or_else(|error| panic!("the arguments of `{}`: {error}", self.0.procedure()))
    }

    /// Sends one of several results.
    ///
    /// # Panics
    ///
    /// If nobody waits for it.
    pub async fn progress(&self, value: impl Serialize) {
        self.0.progress(value).await.unwrap_or_else(|error| panic!("the progress of `{}`: {error}", self.0.procedure()));
    }

    /// Answers it.
    pub fn answer(self, result: impl Serialize) {
        let payload = Payload::encode(self.0.responder().format(), &result).expect("a result that can be written");
        self.0.respond(Ok(payload));
    }

    /// Answers it with an error.
    pub fn fail(self, error: WampError) {
        self.0.respond(Err(error));
    }
}

/// A subscriber played by the test.
#[derive(Debug)]
pub struct MockSubscriber {
    events: Subscription,
}

impl MockSubscriber {
    /// Subscribes to `topic`.
    ///
    /// # Panics
    ///
    /// If the router refuses.
    pub async fn subscribe(session: &Session, topic: &str) -> Self {
        let events = session.subscribe(topic).stream().await;
        Self { events: events.unwrap_or_else(|error| panic!("`{topic}` cannot be subscribed to: {error}")) }
    }

    /// The next event.
    ///
    /// # Panics
    ///
    /// If none comes within an hour of the clock.
    pub async fn next(&mut self) -> Event {
        match tokio::time::timeout(PATIENCE, self.events.next()).await {
            Ok(Some(event)) => event,
            _ => panic!("no event of `{}` came", self.events.topic()),
        }
    }

    /// The next event, which is to have these arguments.
    ///
    /// # Panics
    ///
    /// If none comes within an hour of the clock, or its arguments are others: the message has them.
    pub async fn expect(&mut self, args: impl Serialize) -> Event {
        let event = self.next().await;
        assert_eq!(shown(&event.payload), shown(&encoded(&args)), "the arguments (left) of an event of `{}`", self.events.topic());
        event
    }
}

fn encoded(args: &impl Serialize) -> Payload {
    Payload::encode(Format::MsgPack, args).expect("arguments that can be written")
}

/// The arguments as values, whatever format they came in.
fn shown(payload: &Payload) -> (Vec<Value>, Vec<(String, Value)>) {
    let payload = payload.as_ref();
    let value = |value: proto::payload::RawValue<'_>| value.to_value().expect("a value that can be read");
    let mut keywords: Vec<_> = payload.keywords().map(|(key, one)| (key.to_string(), value(one))).collect();
    keywords.sort_by(|(one, _), (other, _)| one.cmp(other));
    (payload.positionals().map(value).collect(), keywords)
}
