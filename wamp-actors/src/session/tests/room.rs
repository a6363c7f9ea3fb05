use super::play;
use crate::session::Session;
use crate::transport::memory::{MemoryLink, MemoryTransport, pair};
use crate::transport::{Link, LinkError};
use proto::message::{Welcome, WelcomeDetails};
use proto::role::{Features, Role, Roles};
use proto::{Format, Message, Payload, PayloadRef, SessionId};
use std::future::poll_fn;
use std::time::Duration;

/// More than the link holds before a flush waits, by far.
const EVENTS: usize = 20_000;

/// How many are taken at a time: less than what may wait in the link.
const TAKEN: usize = 700;

async fn recv(link: &mut MemoryLink) -> Result<(Message, Payload), LinkError> {
    poll_fn(|cx| link.poll_recv(cx)).await
}

/// Welcomes a session, and takes a part of what it sends each time that it can send no further, without a word.
async fn read_late(mut link: MemoryLink) {
    assert!(matches!(recv(&mut link).await, Ok((Message::Hello(_), _))));
    let roles = Roles::of(&[(Role::Broker, Features::of(&[]))]);
    let welcome = Welcome { session: SessionId::new(7).unwrap(), details: WelcomeDetails { roles, ..WelcomeDetails::default() } };
    link.send(&welcome.into(), PayloadRef::EMPTY).unwrap();
    poll_fn(|cx| link.poll_flush(cx)).await.unwrap();
    for n in 0..EVENTS {
        if n % TAKEN == 0 {
            // The clock moves on only when nobody has anything to do: the session waits for room.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert!(matches!(recv(&mut link).await, Ok((Message::Publish(_), _))));
    }
    let _ = recv(&mut link).await;
}

#[test]
fn room_comes_back_once_an_in_process_router_has_taken_what_waits_though_it_says_nothing() {
    for outbox in [1 << 10, 1 << 20, 8 << 20] {
        play(async move {
            let transport = MemoryTransport::new(|| {
                let (theirs, ours) = pair(Format::MsgPack);
                drop(tokio::task::spawn_local(read_late(ours)));
                Ok(theirs)
            });
            let session = Session::builder().transport(transport).realm("realm1").outbox(outbox).local().connect().await.unwrap();
            for n in 0..EVENTS {
                session.publish("com.example.topic", (n,)).await.unwrap();
            }
        });
    }
}
