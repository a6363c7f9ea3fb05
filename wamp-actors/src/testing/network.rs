use super::link::NetworkLink;
use super::traffic::Traffic;
use crate::transport::{BoxLink, ConnectError, Transport};
use futures_util::future::LocalBoxFuture;
use parking_lot::Mutex;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;
use tokio::sync::Notify;

/// A way to a router that fails when told to; it wraps any other. Clones are one network.
///
/// | told to | what is sent to the router | what the router sends | connections |
/// |---|---|---|---|
/// | [`cut`](Self::cut) | | | those there are end at once |
/// | [`black_hole`](Self::black_hole) | lost | lost | live on: nobody is told |
/// | [`half_open`](Self::half_open) | arrives | lost | live on |
/// | [`stall`](Self::stall) | waits | waits | live on |
/// | [`delay`](Self::delay) | | comes that much later | |
/// | [`linger`](Self::linger) | | | those that are cut live on at the router |
/// | [`duplicate`](Self::duplicate) | | the next so many come twice | |
/// | [`refuse`](Self::refuse) | | | new ones are refused |
/// | [`restore`](Self::restore) | all is well | and what waited comes | |
///
/// It acts on whole messages, so pings within a transport pass it by.
#[derive(Clone)]
pub struct Network {
    inner: Arc<dyn Transport>,
    weather: Arc<Mutex<Weather>>,
    traffic: Traffic,
}

/// What becomes of messages in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flow {
    /// They pass.
    #[default]
    Open,
    /// They wait.
    Stalled,
    /// They are lost, and nobody is told.
    Lost,
}

/// What the network is like at the moment.
#[derive(Debug, Default)]
pub(super) struct Weather {
    pub(super) to_router: Flow,
    pub(super) from_router: Flow,
    pub(super) delay: Duration,
    /// How many messages from the router still come twice.
    pub(super) duplicates: usize,
    /// How often it was cut: a link made before the last cut is dead.
    pub(super) cuts: u64,
    /// Whether the router is not told of a cut.
    pub(super) lingering: bool,
    /// Wakes what lingers at the router.
    pub(super) released: Arc<Notify>,
    refusing: bool,
    connections: u64,
    wakers: Vec<Waker>,
}

impl Weather {
    /// Wakes this link at the next change.
    pub(super) fn watch(&mut self, cx: &Context<'_>) {
        if !self.wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
            self.wakers.push(cx.waker().clone());
        }
    }
}

impl Network {
    /// The way `inner`, which works until told otherwise.
    pub fn new(inner: impl Transport + 'static) -> Self {
        Self { inner: Arc::new(inner), weather: Arc::default(), traffic: Traffic::default() }
    }

    /// What has passed it.
    pub const fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// How many connections were made.
    pub fn connections(&self) -> u64 {
        self.weather.lock().connections
    }

    /// Ends all connections there are, with what is under way; new ones can be made.
    pub fn cut(&self) {
        self.change(|weather| weather.cuts += 1);
    }

    /// Loses all that is sent, in both directions, and tells nobody: no FIN.
    pub fn black_hole(&self) {
        self.flow(Flow::Lost, Flow::Lost);
    }

    /// Loses what the router sends; what is sent to it arrives.
    pub fn half_open(&self) {
        self.flow(Flow::Open, Flow::Lost);
    }

    /// Holds all that is sent, in both directions, until [`restore`](Self::restore).
    pub fn stall(&self) {
        self.flow(Flow::Stalled, Flow::Stalled);
    }

    /// What becomes of messages, in each direction.
    pub fn flow(&self, to_router: Flow, from_router: Flow) {
        self.change(|weather| (weather.to_router, weather.from_router) = (to_router, from_router));
    }

    /// Has what the router sends come that much later (default: at once). The order stays.
    pub fn delay(&self, delay: Duration) {
        self.change(|weather| weather.delay = delay);
    }

    /// Has the next so many messages of the router come twice.
    pub fn duplicate(&self, messages: usize) {
        self.change(|weather| weather.duplicates = messages);
    }

    /// Has connections that are cut, or closed by this side, live on at the router until [`restore`](Self::restore): it takes the old
    /// sessions for alive, as after the loss of a link whose end it was not told.
    pub fn linger(&self) {
        self.change(|weather| weather.lingering = true);
    }

    /// Refuses new connections until [`restore`](Self::restore).
    pub fn refuse(&self) {
        self.change(|weather| weather.refusing = true);
    }

    /// All is well again. What waited comes; what was lost or cut does not.
    pub fn restore(&self) {
        self.change(|weather| {
            weather.released.notify_waiters();
            *weather = Weather {
                cuts: weather.cuts,
                connections: weather.connections,
                wakers: std::mem::take(&mut weather.wakers),
                ..Weather::default()
            };
        });
    }

    fn change(&self, change: impl FnOnce(&mut Weather)) {
        let mut weather = self.weather.lock();
        change(&mut weather);
        let wakers = std::mem::take(&mut weather.wakers);
        drop(weather);
        wakers.into_iter().for_each(Waker::wake);
    }

    fn admit(&self) -> Result<u64, ConnectError> {
        let mut weather = self.weather.lock();
        if weather.refusing {
            return Err(ConnectError::Io { url: self.describe(), source: std::io::ErrorKind::ConnectionRefused.into() });
        }
        weather.connections += 1;
        Ok(weather.cuts)
    }
}

impl Transport for Network {
    fn connect(&self) -> LocalBoxFuture<'_, Result<BoxLink, ConnectError>> {
        Box::pin(async {
            let cuts = self.admit()?;
            let inner = self.inner.connect().await?;
            Ok(Box::new(NetworkLink::new(inner, self.weather.clone(), self.traffic.clone(), cuts)) as BoxLink)
        })
    }

    fn describe(&self) -> String {
        format!("test network to {}", self.inner.describe())
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("inner", &self.inner).field("weather", &*self.weather.lock()).finish_non_exhaustive()
    }
}
