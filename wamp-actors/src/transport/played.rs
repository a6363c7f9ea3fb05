//! What tests of links have in common: scenes on real sockets, and a router's WELCOME.

use proto::SessionId;
use proto::message::{Welcome, WelcomeDetails};
use proto::role::{Features, Role, Roles};
use std::future::Future;
use std::time::Duration;
use tokio::task::LocalSet;

/// Plays a scene on one thread, by the clock on the wall: sockets know no other.
pub(crate) fn play(scene: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let scene = async { tokio::time::timeout(Duration::from_secs(20), scene).await };
    LocalSet::new().block_on(&runtime, scene).expect("the scene does not end");
}

/// WELCOME to session 7, by a broker and dealer.
pub(crate) fn welcome() -> Welcome {
    let roles = Roles::of(&[(Role::Broker, Features::NONE), (Role::Dealer, Features::NONE)]);
    Welcome { session: SessionId::new(7).unwrap(), details: WelcomeDetails { roles, ..WelcomeDetails::default() } }
}
