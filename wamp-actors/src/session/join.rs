//! How a session comes about: connect, start the actor, join.

use super::actor::{Counters, SessionActor};
use super::credentials::Asked;
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
    let opened = tokio::select! {
        biased;
        () = reply.closed() => return,
        opened = reach(&options, &*transport) => opened,
    };
    match opened {
        Ok((link, asked)) => start(options, realm, link, asked, reply),
        Err(error) => drop(reply.send(Err(error))),
    }
}

/// Credentials first: a router does not wait long for HELLO once there is a connection.
async fn reach(options: &SessionBuilder, transport: &dyn Transport) -> Result<(BoxLink, Asked), JoinError> {
    let mut asked = match &options.credentials {
        Some(provider) => provider.ask(options.welcome_timeout).await?,
        None => Asked::default(),
    };
    let link = connect(transport, options.connect_timeout).await?;
    let channel = link.channel();
    asked.authenticators.iter_mut().try_for_each(|method| method.bind(channel)).map_err(JoinError::Unauthenticated)?;
    Ok((link, asked))
}

async fn connect(transport: &dyn Transport, within: std::time::Duration) -> Result<BoxLink, ConnectError> {
    match tokio::time::timeout(within, transport.connect()).await {
        Ok(connected) => connected,
        Err(_) => Err(ConnectError::TimedOut { url: transport.describe(), after: within }),
    }
}

/// Starts the actor, which joins.
fn start(options: SessionBuilder, realm: Uri, link: BoxLink, asked: Asked, reply: Reply) {
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
        Driver::new(Parts { link, config: config(options, realm, asked), inbox, life, joining, counters, leave_timeout })
    });
}

fn config(options: SessionBuilder, realm: Uri, asked: Asked) -> Config {
    let defaults = Config::new(realm);
    Config {
        agent: options.agent.map(Into::into).or(Some(AGENT.into())),
        authid: asked.authid.or(options.authid).map(Into::into),
        authrole: asked.authrole.or(options.authrole).map(Into::into),
        authenticators: asked.authenticators,
        opening_timeout: options.welcome_timeout,
        request_timeout: options.request_timeout,
        leaving_timeout: options.leave_timeout,
        ..defaults
    }
}

/// What the client calls itself.
const AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "-", env!("CARGO_PKG_VERSION"));
