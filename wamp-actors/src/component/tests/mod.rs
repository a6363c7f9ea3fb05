//! Annotated components against a router played by the test, on a paused clock.

mod extractors;
mod hooks;
mod incidents;
mod layers;
mod local_messages;
mod nested_calls;
mod option_procedure;
mod option_rest;
mod option_topic;
mod tracing_runs;

use super::call::Message as LocalMessage;
use super::instance::{Instance, Messages, Stopping};
use super::{Component, ComponentOptions, ComponentState};
use crate::session::Session;
use crate::session::tests::{args, play, recv, recv_hello, send_welcome, settle};
use crate::transport::scripted::{Connections, Peer, scripted};
use proto::message::{
    CallOptions, Event, EventDetails, Interrupt, InterruptOptions, Invocation, InvocationDetails, OptionalRequest, Register, Registered,
    Subscribe, Subscribed, Unregistered, Unsubscribed, Yield,
};
use proto::{Message, Payload, PublicationId, RegistrationId, RequestId, SubscriptionId};
use serde::de::DeserializeOwned;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// What a test holds: the router's side, and the view of the instance from outside.
struct Scene {
    connections: Connections,
    state: watch::Receiver<ComponentState>,
    stop: Stopping,
    messages: Messages,
}

impl Scene {
    /// Starts an instance of `C`.
    fn start<C: Component>(factory: impl Fn() -> C + Send + Sync + 'static) -> Self {
        Self::start_with(factory, |options| options)
    }

    fn start_with<C: Component>(
        factory: impl Fn() -> C + Send + Sync + 'static,
        options: impl FnOnce(ComponentOptions) -> ComponentOptions,
    ) -> Self {
        Self::start_one(0, factory, options)
    }

    /// Starts the instance of that number.
    fn start_numbered<C: Component>(number: usize, factory: impl Fn() -> C + Send + Sync + 'static) -> Self {
        Self::start_one(number, factory, |options| options)
    }

    fn start_one<C: Component>(
        number: usize,
        factory: impl Fn() -> C + Send + Sync + 'static,
        options: impl FnOnce(ComponentOptions) -> ComponentOptions,
    ) -> Self {
        let (transport, connections) = scripted();
        let options = options(ComponentOptions::default().session(Session::builder().local()).realm("realm1").transport(transport));
        let (sender, state) = watch::channel(ComponentState::Starting);
        let stop = Stopping::default();
        let instance = Instance::new(Arc::new(move || Ok(factory())), options, number, Rc::new(sender), stop.clone())
            .expect("declarations that stand");
        let messages = instance.messages();
        tokio::task::spawn_local(instance.run());
        Self { connections, state, stop, messages }
    }

    /// Accepts the next connection and welcomes the session on it.
    async fn welcome(&mut self) -> Router {
        let mut peer = self.connections.accept().await;
        recv_hello(&mut peer).await;
        send_welcome(&peer, 7);
        Router { peer, registered: Vec::new(), subscribed: Vec::new(), invocations: RequestId::FIRST }
    }

    /// The next connection, welcomed, with so many registrations and subscriptions granted.
    async fn ready(&mut self, bindings: usize) -> Router {
        let mut router = self.welcome().await;
        for _ in 0..bindings {
            router.grant().await;
        }
        self.until("ready").await;
        router
    }

    async fn until(&mut self, wanted: &str) {
        self.state.wait_for(|state| state.as_str() == wanted).await.expect("a state");
    }

    fn stop(&self) {
        self.stop.within.set(Duration::from_secs(10));
        self.stop.asked.cancel();
    }
}

/// The router's end of one session.
struct Router {
    peer: Peer,
    registered: Vec<Register>,
    subscribed: Vec<Subscribe>,
    invocations: RequestId,
}

impl Router {
    /// Grants the next REGISTER or SUBSCRIBE; the ids count each from 1.
    async fn grant(&mut self) {
        match self.peer.recv().await.0 {
            Message::Register(register) => {
                let request = register.request;
                self.registered.push(register);
                let registration = RegistrationId::new(self.registered.len() as u64).expect("an id");
                self.peer.send(Registered { request, registration });
            }
            Message::Subscribe(subscribe) => {
                let request = subscribe.request;
                self.subscribed.push(subscribe);
                let subscription = SubscriptionId::new(self.subscribed.len() as u64).expect("an id");
                self.peer.send(Subscribed { request, subscription });
            }
            other => panic!("expected REGISTER or SUBSCRIBE, got {other:?}"),
        }
    }

    /// Sends an INVOCATION of the procedure or pattern registered under `uri`.
    fn invoke(&mut self, uri: &str, payload: Payload) -> RequestId {
        self.invoke_with(uri, payload, InvocationDetails::default())
    }

    fn invoke_with(&mut self, uri: &str, payload: Payload, details: InvocationDetails) -> RequestId {
        let at = self.registered.iter().position(|register| register.procedure.as_str() == uri);
        let at = at.unwrap_or_else(|| panic!("{uri} is not among {:?}", self.registered));
        let request = self.invocations;
        self.invocations = request.next();
        let registration = RegistrationId::new(at as u64 + 1).expect("an id");
        self.peer.send_with(Invocation { request, registration, details }, payload);
        request
    }

    fn interrupt(&self, request: RequestId) {
        self.peer.send(Interrupt { request, options: InterruptOptions::default() });
    }

    /// Sends an EVENT of the topic or pattern subscribed as `uri`.
    fn publish(&self, uri: &str, payload: Payload) {
        self.publish_with(uri, payload, 1, EventDetails::default());
    }

    fn publish_with(&self, uri: &str, payload: Payload, publication: u64, details: EventDetails) {
        let at = self.subscribed.iter().position(|subscribe| subscribe.topic.as_str() == uri);
        let at = at.unwrap_or_else(|| panic!("{uri} is not among {:?}", self.subscribed));
        let subscription = SubscriptionId::new(at as u64 + 1).expect("an id");
        let publication = PublicationId::new(publication).expect("an id");
        self.peer.send_with(Event { subscription, publication, details }, payload);
    }

    /// The next YIELD, whatever it answers.
    async fn yielded(&mut self) -> (Yield, Payload) {
        recv!(self.peer, Yield)
    }

    /// The final result of an invocation.
    async fn result<T: DeserializeOwned>(&mut self, request: RequestId) -> T {
        let (answer, payload) = self.yielded().await;
        assert_eq!((answer.request, answer.options.progress), (request, false));
        payload.decode().expect("a result of that type")
    }

    /// The URI and the text of the ERROR that answers an invocation.
    async fn error(&mut self, request: RequestId) -> (String, String) {
        let (error, payload) = recv!(self.peer, Error);
        assert_eq!(error.request, request);
        let text = payload.as_ref().positionals().next().and_then(|text| text.decode().ok());
        (error.error.to_string(), text.unwrap_or_default())
    }

    /// The topic and arguments of the next PUBLISH.
    async fn published(&mut self) -> (String, String) {
        let (publish, payload) = recv!(self.peer, Publish);
        (publish.topic.to_string(), payload.decode().expect("a text"))
    }

    /// The next CALL.
    async fn called(&mut self) -> (RequestId, String, CallOptions) {
        let (call, _) = recv!(self.peer, Call);
        (call.request, call.procedure.to_string(), call.options)
    }

    /// Grants the next UNREGISTER or UNSUBSCRIBE.
    async fn unbind(&mut self) {
        match self.peer.recv().await.0 {
            Message::Unregister(message) => {
                self.peer.send(Unregistered { request: OptionalRequest(Some(message.request)), details: Default::default() });
            }
            Message::Unsubscribe(message) => {
                self.peer.send(Unsubscribed { request: OptionalRequest(Some(message.request)), details: Default::default() });
            }
            other => panic!("expected UNREGISTER or UNSUBSCRIBE, got {other:?}"),
        }
    }
}
