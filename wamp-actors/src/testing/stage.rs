use super::clock::PATIENCE;
use super::network::Network;
use super::peer::{MockCallee, MockSubscriber};
use super::traffic::Traffic;
use crate::component::{Component, ComponentActor, ComponentError, ComponentOptions, ComponentState, Stop};
use crate::router::{Router, RouterBuilder};
use crate::session::Session;
use crate::supervisor::{Client, ClientBuilder};
use actix::{Actor, Addr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The realm of a stage.
const REALM: &str = "realm1";

/// A router within the process, and a [`Network`] that leads to it: components, sessions and clients on this stage go through
/// it and share its fate. Peers played by the test ([`callee`](Self::callee), [`subscriber`](Self::subscriber),
/// [`outside`](Self::outside)) reach the router directly.
///
/// All runs on the thread of the test: play it by [`play`](super::play).
#[derive(Debug)]
pub struct Stage {
    router: Router,
    network: Network,
}

impl Stage {
    /// A router with the realm `realm1`, which takes everybody.
    ///
    /// # Panics
    ///
    /// If the router does not start.
    pub async fn open() -> Self {
        Self::with(Router::builder().realm(REALM)).await
    }

    /// A router of these options.
    ///
    /// # Panics
    ///
    /// If the router does not start.
    pub async fn with(router: RouterBuilder) -> Self {
        let router = router.start().await.expect("a router");
        let network = Network::new(router.transport());
        Self { router, network }
    }

    /// The network between the stage and its router.
    pub const fn network(&self) -> &Network {
        &self.network
    }

    /// What has passed the network.
    pub const fn traffic(&self) -> &Traffic {
        self.network.traffic()
    }

    /// The router.
    pub const fn router(&self) -> &Router {
        &self.router
    }

    /// A session over the network.
    ///
    /// # Panics
    ///
    /// If it is not joined.
    pub async fn session(&self) -> Session {
        let session = Session::builder().transport(self.network.clone()).realm(REALM).local().connect().await;
        session.expect("a session over the network")
    }

    /// The options of a client over the network, which reconnects.
    pub fn client(&self) -> ClientBuilder {
        Client::builder().session(Session::builder().local()).transport(self.network.clone()).realm(REALM)
    }

    /// A session that reaches the router directly, whatever becomes of the network.
    ///
    /// # Panics
    ///
    /// If it is not joined.
    pub async fn outside(&self) -> Session {
        let session = Session::builder().transport(self.router.transport()).realm(REALM).local().connect().await;
        session.expect("a session")
    }

    /// A callee played by the test, which reaches the router directly.
    ///
    /// # Panics
    ///
    /// If the procedure cannot be registered.
    pub async fn callee(&self, procedure: &str) -> MockCallee {
        MockCallee::register(&self.outside().await, procedure).await
    }

    /// A subscriber played by the test, which reaches the router directly.
    ///
    /// # Panics
    ///
    /// If the topic cannot be subscribed to.
    pub async fn subscriber(&self, topic: &str) -> MockSubscriber {
        MockSubscriber::subscribe(&self.outside().await, topic).await
    }

    /// Runs a component over the network, and waits until it is ready.
    ///
    /// # Panics
    ///
    /// If it does not get ready.
    pub async fn component<C: Component>(&self, factory: impl Fn() -> C + Send + Sync + 'static) -> StagedComponent<C> {
        let component = self.component_with(factory, |options| options);
        component.ready().await;
        component
    }

    /// Runs a component with options of its own over the network, without waiting for it.
    pub fn component_with<C: Component>(
        &self,
        factory: impl Fn() -> C + Send + Sync + 'static,
        options: impl FnOnce(ComponentOptions) -> ComponentOptions,
    ) -> StagedComponent<C> {
        let options = options(ComponentOptions::default().transport(self.network.clone()).realm(REALM));
        let (sender, state) = watch::channel(ComponentState::Starting);
        let actor = ComponentActor::new(Arc::new(move || Ok(factory())), options, 0, sender).start();
        StagedComponent { actor, state }
    }
}

/// A component on a [`Stage`].
#[derive(Debug)]
pub struct StagedComponent<C: Component> {
    actor: Addr<ComponentActor<C>>,
    state: watch::Receiver<ComponentState>,
}

impl<C: Component> StagedComponent<C> {
    /// What it is doing, to be looked at or watched.
    pub fn state(&self) -> watch::Receiver<ComponentState> {
        self.state.clone()
    }

    /// Its actor: the mailbox takes control messages.
    pub const fn actor(&self) -> &Addr<ComponentActor<C>> {
        &self.actor
    }

    /// Waits until all is registered and subscribed.
    ///
    /// # Panics
    ///
    /// If it is not within an hour of the clock, or the component fails: the message has its state.
    pub async fn ready(&self) {
        let state = self.until(|state| matches!(state, ComponentState::Ready { .. } | ComponentState::Failed(_))).await;
        assert!(matches!(state, ComponentState::Ready { .. }), "the component {} is not ready but {state:?}", C::NAME);
    }

    /// Waits until it has given up, and gives why.
    ///
    /// # Panics
    ///
    /// If it does not within an hour of the clock.
    pub async fn failed(&self) -> Arc<ComponentError> {
        match self.until(|state| matches!(state, ComponentState::Failed(_))).await {
            ComponentState::Failed(error) => error,
            other => panic!("the component {} has not failed but is {other:?}", C::NAME),
        }
    }

    /// Waits for a state.
    ///
    /// # Panics
    ///
    /// If it does not come within an hour of the clock: the message has the one that is.
    pub async fn until(&self, wanted: impl Fn(&ComponentState) -> bool) -> ComponentState {
        let mut state = self.state.clone();
        let waited = tokio::time::timeout(PATIENCE, state.wait_for(|state| wanted(state))).await;
        match waited {
            Ok(Ok(state)) => state.clone(),
            _ => panic!("the component {} is still {:?}", C::NAME, self.state.borrow()),
        }
    }

    /// Ends it in order, with 10 s for what runs.
    ///
    /// # Panics
    ///
    /// If it does not end.
    pub async fn stop(&self) {
        self.actor.do_send(Stop { within: Duration::from_secs(10) });
        self.until(|state| matches!(state, ComponentState::Stopped | ComponentState::Done | ComponentState::Failed(_))).await;
    }
}
