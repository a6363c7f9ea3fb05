//! An instance against a router played by the test, on a paused clock.

mod binding;
mod reconnecting;
mod restarting;
mod running_tasks;
mod stopping;

use super::{Factory, Instance, Stopping};
use crate::component::{Bindings, Component, ComponentOptions, ComponentState, Outcome, Reply};
use crate::session::Session;
use crate::session::tests::{play, recv, recv_hello, send_welcome, settle};
use crate::transport::scripted::{Connections, Peer, scripted};
use proto::message::{
    Error, ErrorDetails, Invocation, InvocationDetails, OptionalRequest, Registered, Subscribed, Unregistered, Unsubscribed,
};
use proto::{Message, MessageType, Payload, RegistrationId, RequestId, SubscriptionId};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// A component that counts how often it was built and joined.
struct Counter {
    counts: Arc<Counts>,
    total: u32,
}

#[derive(Default)]
struct Counts {
    built: AtomicUsize,
    joined: AtomicUsize,
    ticked: AtomicUsize,
    /// How many of the next joins fail in the hook.
    hooks_to_fail: AtomicUsize,
    /// How often the task was started.
    tasks: AtomicUsize,
    /// How many of the next tasks fail; the one after is done.
    tasks_to_fail: AtomicUsize,
}

fn number(total: u32) -> Outcome {
    Ok(Reply::Value(Payload::encode(proto::Format::MsgPack, &total)?))
}

impl Component for Counter {
    const NAME: &'static str = "counter";

    fn bind(bindings: &mut Bindings<Self>) {
        bindings.on_join("greet").run(async |counter: &Self| -> Result<(), std::io::Error> {
            counter.counts.joined.fetch_add(1, Ordering::Relaxed);
            let fail = counter.counts.hooks_to_fail.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            fail.map_or(Ok(()), |_| Err(std::io::Error::other("not now")))
        });
        bindings.prefix("c");
        bindings.procedure("count").exclusive(|counter, _| {
            counter.total += 1;
            let total = counter.total;
            Box::pin(async move { number(total) })
        });
        bindings.topic("heard").run(async |_: &Self, (): ()| ());
        bindings.procedure("wait").run(async |_: &Self, (): ()| std::future::pending::<()>().await);
        bindings.procedure("breaks").run_mut(async |_: &mut Self, (): ()| -> u32 { panic!("half-changed") });
        bindings.task("work").detached(|counter, _| {
            let counts = Arc::clone(&counter.counts);
            counts.tasks.fetch_add(1, Ordering::Relaxed);
            let fail = counts.tasks_to_fail.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            Box::pin(async move { fail.map_or_else(|_| number(0), |_| Err(std::io::Error::other("not now").into())) })
        });
        bindings.every("tick", Duration::from_secs(60)).run(async |counter: &Self| {
            counter.counts.ticked.fetch_add(1, Ordering::Relaxed);
        });
    }
}

/// What a test holds: the router's side, and the view of the instance from outside.
struct Scene {
    connections: Connections,
    state: watch::Receiver<ComponentState>,
    stop: Stopping,
    counts: Arc<Counts>,
}

impl Scene {
    /// Starts an instance.
    fn start(options: impl FnOnce(ComponentOptions) -> ComponentOptions) -> Self {
        let (transport, connections) = scripted();
        let options = options(ComponentOptions::default().session(Session::builder().local()).realm("realm1").transport(transport));
        let counts = Arc::<Counts>::default();
        let shared = Arc::clone(&counts);
        let factory: Factory<Counter> = Arc::new(move || {
            shared.built.fetch_add(1, Ordering::Relaxed);
            Ok(Counter { counts: Arc::clone(&shared), total: 0 })
        });
        let (sender, state) = watch::channel(ComponentState::Starting);
        let stop = Stopping::default();
        let instance = Instance::new(factory, options, 0, Rc::new(sender), stop.clone()).expect("declarations that stand");
        tokio::task::spawn_local(instance.run());
        Self { connections, state, stop, counts }
    }

    /// Accepts the next connection and welcomes the session on it.
    async fn welcome(&mut self, session: u64) -> Router {
        let mut peer = self.connections.accept().await;
        recv_hello(&mut peer).await;
        send_welcome(&peer, session);
        Router { peer, invocations: RequestId::FIRST }
    }

    /// The next connection, welcomed, with all bindings made.
    async fn ready(&mut self, session: u64) -> Router {
        let mut router = self.welcome(session).await;
        router.bind_all().await;
        self.until(|state| matches!(state, ComponentState::Ready { .. })).await;
        router
    }

    async fn until(&mut self, wanted: impl FnMut(&ComponentState) -> bool) -> ComponentState {
        self.state.wait_for(wanted).await.expect("a state").clone()
    }

    fn stop(&self, within: Duration) {
        self.stop.within.set(within);
        self.stop.asked.cancel();
    }

    fn built(&self) -> usize {
        self.counts.built.load(Ordering::Relaxed)
    }

    fn joined(&self) -> usize {
        self.counts.joined.load(Ordering::Relaxed)
    }
}

/// The router's end of one session.
struct Router {
    peer: Peer,
    invocations: RequestId,
}

/// The ids that the procedures and the topic get, in the order in which they are bound.
const COUNT: u64 = 1;
const HEARD: u64 = 2;
const WAIT: u64 = 3;
const BREAKS: u64 = 4;

impl Router {
    async fn bind_all(&mut self) {
        assert_eq!(self.bind(COUNT).await, "c.count");
        assert_eq!(self.bind(HEARD).await, "c.heard");
        assert_eq!(self.bind(WAIT).await, "c.wait");
        assert_eq!(self.bind(BREAKS).await, "c.breaks");
    }

    /// Grants the next REGISTER or SUBSCRIBE, and gives its URI.
    async fn bind(&mut self, id: u64) -> String {
        let registration = RegistrationId::new(id).expect("an id");
        let subscription = SubscriptionId::new(id).expect("an id");
        match self.peer.recv().await.0 {
            Message::Register(register) => {
                self.peer.send(Registered { request: register.request, registration });
                register.procedure.to_string()
            }
            Message::Subscribe(subscribe) => {
                self.peer.send(Subscribed { request: subscribe.request, subscription });
                subscribe.topic.to_string()
            }
            other => panic!("expected REGISTER or SUBSCRIBE, got {other:?}"),
        }
    }

    /// Refuses the next REGISTER, and gives its URI.
    async fn refuse(&mut self, error: &str) -> String {
        let (register, _) = recv!(self.peer, Register);
        self.peer.send(Error {
            request_type: MessageType::Register,
            request: register.request,
            details: ErrorDetails::default(),
            error: error.into(),
        });
        register.procedure.to_string()
    }

    /// Sends an INVOCATION.
    fn invoke(&mut self, registration: u64) -> RequestId {
        let request = self.invocations;
        self.invocations = request.next();
        let registration = RegistrationId::new(registration).expect("an id");
        self.peer.send(Invocation { request, registration, details: InvocationDetails::default() });
        request
    }

    /// The number that `count` yields.
    async fn count(&mut self) -> u32 {
        let request = self.invoke(COUNT);
        let (answer, payload) = recv!(self.peer, Yield);
        assert_eq!(answer.request, request);
        payload.decode().expect("a number")
    }

    /// The ERROR that answers an invocation.
    async fn error(&mut self, request: RequestId) -> String {
        let (error, _) = recv!(self.peer, Error);
        assert_eq!(error.request, request);
        error.error.to_string()
    }

    /// Grants as many UNREGISTERs and UNSUBSCRIBEs.
    async fn unbind(&mut self, count: usize) {
        for _ in 0..count {
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

    /// Cuts the link.
    fn cut(self) {
        drop(self.peer);
    }
}
