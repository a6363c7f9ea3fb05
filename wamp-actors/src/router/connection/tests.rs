use super::*;
use crate::router::core::{Core, NewRealm, Paths};
use crate::router::guest::Who;
use crate::router::limits::Limits;
use crate::router::routing::RealmOptions;
use proto::Format;
use proto::accept::RealmPolicy;
use proto::auth::{Anonymous, Method};
use proto::framing::rawsocket::Limit;
use std::collections::VecDeque;
use std::sync::Arc;

/// A client that sends faster than it is read, a RawSocket's PUBLISH after another, of which no read gets more than so much.
struct Flood {
    most: usize,
    arguments: String,
    next: u64,
    octets: VecDeque<u8>,
    taken: usize,
}

impl Flood {
    fn new(most: usize, argument: usize) -> Self {
        let mut flood = Self { most, arguments: "x".repeat(argument), next: 1, octets: VecDeque::new(), taken: 0 };
        flood.frame(r#"[1,"realm1",{"roles":{"publisher":{}}}]"#);
        flood
    }

    fn frame(&mut self, message: &str) {
        self.octets.extend((message.len() as u32).to_be_bytes());
        self.octets.extend(message.as_bytes());
    }
}

impl AsyncRead for Flood {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let count = buf.remaining().min(self.most);
        while self.octets.len() < count {
            let publish = format!(r#"[16,{},{{}},"com.example.nobody",["{}"]]"#, self.next, self.arguments);
            self.next += 1;
            self.frame(&publish);
        }
        let read: Vec<u8> = self.octets.drain(..count).collect();
        buf.put_slice(&read);
        self.taken += count;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Flood {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(octets.len()))
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// How many octets each of its first turns takes of a flood.
async fn turns(flood: Flood) -> Vec<usize> {
    let anonymous: Arc<dyn Method> = Arc::new(Anonymous::default());
    let realm = NewRealm { name: "realm1".parse().unwrap(), policy: RealmPolicy::new([anonymous]), roles: None, history: Vec::new() };
    let core = Arc::new(Core::new(vec![realm], &RealmOptions::default(), Limits::default(), Paths::default(), Vec::new()));
    let turns = async {
        let framing = Framing::rawsocket(Format::Json, Limit::MAX, Limit::MAX);
        let mut connection = Connection::new(&Hub::here(&core), core.admit().unwrap(), flood, framing, &[], Who::Local);
        let mut turns = Vec::new();
        for _ in 0..20 {
            let before = connection.io.taken;
            let mut served = false;
            // Pending until it is woken again, which it sees to itself.
            poll_fn(|cx| {
                if std::mem::replace(&mut served, true) {
                    return Poll::Ready(());
                }
                assert!(connection.poll_serve(cx).is_pending());
                Poll::Pending
            })
            .await;
            turns.push(connection.io.taken - before);
        }
        turns
    };
    tokio::task::LocalSet::new().run_until(turns).await
}

#[tokio::test(start_paused = true)]
async fn a_flood_gives_up_its_turn_however_little_a_read_brings() {
    for most in [100, 1_000, TURN - 1, INPUT_AND_MORE] {
        let turns = turns(Flood::new(most, 0)).await;
        // The first read cannot know how long the messages are.
        assert!(turns.iter().skip(2).all(|taken| *taken < 2 * TURN), "{most}: {turns:?}");
        assert!(turns.iter().all(|taken| *taken >= most.min(TURN).min(100 * 64)), "{most}: {turns:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn of_long_messages_a_turn_takes_a_whole_read() {
    let turns = turns(Flood::new(INPUT_AND_MORE, 10_000)).await;
    assert!(turns.iter().skip(2).all(|taken| *taken > 3 * TURN), "{turns:?}");
}

const INPUT_AND_MORE: usize = 1 << 20;
