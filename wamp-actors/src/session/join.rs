//! How a session comes about: connect, start the actor, join.

use super::actor::{Counters, SessionActor};
use super::driver::{Driver, Joining, Parts};
use super::handle::{Life, Outbox, Shared};
use super::{Session, SessionBuilder, runtime};
use crate::error::{ConnectError, JoinError};
use crate::transport::{BoxLink, Transport, UrlTransport};
use proto::Uri;
use proto::session::Config;
use std::sync::Arc;
use tokio::sync::{oneshot, watch};

/// Where a handle, or the reason for none, is sent.
type Reply = oneshot::Sender<Result<Arc<Shared>, JoinError>>;

/// Joins on the thread that sessions run on. Dropping the future gives the attempt up.
pub(super) async fn join(options: SessionBuilder) -> Result<Session, JoinError> {
    let realm = Uri::new(&options.realm).map_err(|source| JoinError::Realm { realm: options.realm.clone(), source })?;
    let (transport, local) = (transport(&options)?, options.local);
    let (reply, joined) = oneshot::channel();
    let job = move || -> futures_util::future::LocalBoxFuture<'static, ()> { Box::pin(open(options, realm, transport, reply)) };
    runtime::spawn(local, Box::new(job))?;
    let shared = joined.await.map_err(|_| JoinError::NoRuntime)??;
    Ok(Session { shared })
}

fn transport(options: &SessionBuilder) -> Result<Arc<dyn Transport>, JoinError> {
    if let Some(transport) = &options.transport {
        return Ok(transport.clone());
    }
    let url = options.url.as_ref().ok_or(JoinError::NoUrl)?;
    Ok(Arc::new(UrlTransport::with_options(url, options.link.clone())?))
}

async fn open(options: SessionBuilder, realm: Uri, transport: Arc<dyn Transport>, mut reply: Reply) {
    let connected = tokio::select! {
        biased;
        () = reply.closed() => return,
        connected = connect(&*transport, options.connect_timeout) => connected,
    };
    match connected {
        Ok(link) => start(options, realm, link, reply),
        Err(error) => drop(reply.send(Err(error.into()))),
    }
}

async fn connect(transport: &dyn Transport, within: std::time::Duration) -> Result<BoxLink, ConnectError> {
    match tokio::time::timeout(within, transport.connect()).await {
        Ok(connected) => connected,
        Err(_) => Err(ConnectError::TimedOut { url: transport.describe(), after: within }),
    }
}

/// Starts the actor, which joins.
fn start(options: SessionBuilder, realm: Uri, link: BoxLink, reply: Reply) {
    let (life, watched) = watch::channel(Life::Open);
    let (outbox, inbox) = Outbox::new(options.outbox, watched);
    let counters = Arc::new(Counters::default());
    SessionActor::start_driving(outbox.downgrade(), counters.clone(), move |actor| {
        let joining = Joining {
            reply,
            outbox,
            actor,
            realm: realm.clone(),
            call_timeout: options.call_timeout,
            welcome_timeout: options.welcome_timeout,
        };
        let leave_timeout = options.leave_timeout;
        Driver::new(Parts { link, config: config(options, realm), inbox, life, joining, counters, leave_timeout })
    });
}

fn config(options: SessionBuilder, realm: Uri) -> Config {
    let defaults = Config::new(realm);
    Config {
        agent: options.agent.map(Into::into).or(Some(AGENT.into())),
        authid: options.authid.map(Into::into),
        authrole: options.authrole.map(Into::into),
        authenticators: options.credentials.map(|make| make()).unwrap_or_default(),
        opening_timeout: options.welcome_timeout,
        request_timeout: options.request_timeout,
        leaving_timeout: options.leave_timeout,
        ..defaults
    }
}

/// What the client calls itself.
const AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "-", env!("CARGO_PKG_VERSION"));
