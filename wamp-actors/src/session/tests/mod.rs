//! Sessions against a router played by the test, on a paused clock.

mod calls;
mod ending;
mod events;
mod invocations;
mod joining;
mod room;
mod threads;

use super::{Session, SessionBuilder};
use crate::error::JoinError;
use crate::transport::scripted::{Connections, Peer, Scripted, scripted};
use proto::message::{Hello, Welcome, WelcomeDetails};
use proto::role::{Feature, Features, Role, Roles};
use proto::{Format, Message, Payload, SessionId};
use serde::Serialize;
use std::future::Future;
use std::time::Duration;
use tokio::task::{JoinHandle, LocalSet};
pub(crate) use tokio::time::Instant;

/// Plays a scene on one thread whose clock stands still while anybody has something to do.
pub(crate) fn play(scene: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
    let scene = async { tokio::time::timeout(Duration::from_secs(24 * 3600), scene).await };
    LocalSet::new().block_on(&runtime, scene).expect("the scene does not end within a day of its clock");
}

/// Lets everybody do all there is to do now.
pub(crate) async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

/// The options of sessions in these scenes.
pub(crate) fn options(transport: Scripted) -> SessionBuilder {
    Session::builder().transport(transport).realm("realm1").local()
}

/// A joined session and its router.
pub(crate) async fn joined() -> (Session, Peer) {
    joined_with(|options| options).await
}

pub(crate) async fn joined_with(change: impl FnOnce(SessionBuilder) -> SessionBuilder) -> (Session, Peer) {
    let (transport, mut connections) = scripted();
    let joining = tokio::task::spawn_local(change(options(transport)).connect());
    let peer = welcome(&mut connections).await;
    (joining.await.expect("no panic").expect("joined"), peer)
}

/// Accepts a connection and welcomes the session on it.
pub(crate) async fn welcome(connections: &mut Connections) -> Peer {
    let mut peer = connections.accept().await;
    recv_hello(&mut peer).await;
    send_welcome(&peer, 7);
    peer
}

pub(crate) async fn recv_hello(peer: &mut Peer) -> Hello {
    match peer.recv().await {
        (Message::Hello(hello), _) => hello,
        (other, _) => panic!("expected HELLO, got {other:?}"),
    }
}

pub(crate) fn send_welcome(peer: &Peer, id: u64) {
    let dealer = Features::of(&[
        Feature::CallCanceling,
        Feature::ProgressiveCallResults,
        Feature::CallTimeout,
        Feature::PatternBasedRegistration,
        Feature::SharedRegistration,
        Feature::CallerIdentification,
    ]);
    let broker = Features::of(&[Feature::PatternBasedSubscription, Feature::SubscriberBlackwhiteListing, Feature::PublisherExclusion]);
    let roles = Roles::of(&[(Role::Dealer, dealer), (Role::Broker, broker)]);
    let details = WelcomeDetails { roles, ..WelcomeDetails::default() };
    peer.send(Welcome { session: SessionId::new(id).expect("an id"), details });
}

/// What `await`ing a builder gives, as a task.
pub(crate) fn spawn<F: IntoFuture>(future: F) -> JoinHandle<F::Output>
where
    F::IntoFuture: 'static,
    F::Output: 'static,
{
    tokio::task::spawn_local(future.into_future())
}

pub(crate) fn args(args: impl Serialize) -> Payload {
    Payload::encode(Format::MsgPack, &args).expect("arguments")
}

/// Receives a message of one type.
macro_rules! recv {
    ($peer:expr, $type:ident) => {
        match $peer.recv().await {
            (proto::Message::$type(message), payload) => (message, payload),
            (other, _) => panic!("expected {}, got {other:?}", stringify!($type)),
        }
    };
}
pub(crate) use recv;

async fn refused(change: impl FnOnce(SessionBuilder) -> SessionBuilder, script: impl AsyncFnOnce(Peer)) -> JoinError {
    let (transport, mut connections) = scripted();
    let joining = tokio::task::spawn_local(change(options(transport)).connect());
    let peer = connections.accept().await;
    script(peer).await;
    joining.await.expect("no panic").expect_err("not joined")
}
