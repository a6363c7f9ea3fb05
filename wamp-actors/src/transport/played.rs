//! What tests of links have in common: scenes on real sockets, and a router's WELCOME.

use proto::message::{Welcome, WelcomeDetails, decode, encode};
use proto::role::{Features, Role, Roles};
use proto::{Format, Message, Payload, SessionId};
use std::future::Future;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
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

/// Plays a RawSocket router over any stream: the handshake, and WELCOME to the HELLO. Panics if the client does anything else.
pub(crate) async fn welcome_by_rawsocket(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    let mut request = [0; 4];
    stream.read_exact(&mut request).await.unwrap();
    assert_eq!(request, [0x7F, 0xF2, 0, 0]);
    stream.write_all(&request).await.unwrap();
    let length = stream.read_u32().await.unwrap();
    let mut hello = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut hello).await.unwrap();
    assert!(matches!(decode(Format::MsgPack, &hello, 128), Ok((Message::Hello(_), _))));
    let mut octets = vec![0; 4];
    encode(&welcome().into(), Payload::EMPTY.as_ref(), Format::MsgPack, &mut octets).unwrap();
    let length = u32::try_from(octets.len() - 4).unwrap();
    octets[..4].copy_from_slice(&length.to_be_bytes());
    stream.write_all(&octets).await.unwrap();
    stream.flush().await.unwrap();
}

/// Whether an error is the one expected.
pub(crate) type Judge<E> = fn(&E) -> bool;
