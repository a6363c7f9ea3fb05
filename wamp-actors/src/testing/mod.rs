//! The test kit (feature `testing`): an in-process router, a network that fails when told to, peers played by the test, and
//! a clock that stands still while anybody has something to do.
//!
//! ```
//! use wamp_actors::testing::{Stage, play};
//!
//! play(async {
//!     let stage = Stage::open().await;
//!     let mut callee = stage.callee("com.example.add2").await;
//!     let session = stage.session().await;
//!
//!     let call = tokio::task::spawn_local(session.call::<i64>("com.example.add2", (2, 3)).into_future());
//!     callee.expect((2, 3)).await.answer(5);
//!     assert_eq!(call.await.unwrap().unwrap(), 5);
//!     stage.traffic().assert_called("com.example.add2");
//! });
//! ```
//!
//! What fails here panics, as assertions do: this is for tests. The [guide](crate::guide::testing) shows it at work.

mod clock;
mod link;
mod network;
mod peer;
mod stage;
mod traffic;

pub use clock::{advance, play, settle};
pub use network::{Flow, Network};
pub use peer::{MockCallee, MockInvocation, MockSubscriber};
pub use stage::{Stage, StagedComponent};
pub use traffic::{Direction, Passed, Traffic};
