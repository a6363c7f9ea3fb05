//! Clients against routers played by the test, on a paused clock.

mod calls;
mod giving_up;
mod joining;
mod remaking;

use super::{Client, ClientBuilder, ClientState};
use crate::session::Session;
use crate::transport::scripted::{Connections, Peer, scripted};
use std::time::Duration;
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

/// A client that is connecting, and the connections it makes.
fn client() -> (Client, Connections) {
    client_with(|options| options)
}

fn client_with(change: impl FnOnce(ClientBuilder) -> ClientBuilder) -> (Client, Connections) {
    let (transport, connections) = scripted();
    let options = Client::builder().session(Session::builder().local()).transport(transport).realm("realm1");
    (change(options).build(), connections)
}

/// A client with a session, its router, and the connections it makes later.
async fn joined() -> (Client, Peer, Connections) {
    let (client, mut connections) = client();
    let peer = crate::session::tests::welcome(&mut connections).await;
    client.joined().await.unwrap();
    (client, peer, connections)
}

/// Waits until the client is as the pattern says, and gives how long that took.
macro_rules! until {
    ($client:expr, $state:pat) => {{
        let start = Instant::now();
        let mut state = $client.state();
        state.wait_for(|state| matches!(state, $state)).await.unwrap();
        start.elapsed()
    }};
}
use until;

fn cause(client: &Client) -> String {
    match &*client.state().borrow() {
        ClientState::Failed(cause) | ClientState::Waiting { cause, .. } => cause.to_string(),
        other => panic!("no cause in {other:?}"),
    }
}
