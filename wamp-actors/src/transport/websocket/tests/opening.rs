use super::{Listener, UrlTransport, frame, play, welcome};
use crate::error::{ConnectError, JoinError};
use proto::{Format, Message, Payload};
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(50);

/// What comes of joining when the handshake's reply is `reply`, a text in which the right headers stand for `{ok}`.
async fn refused(reply: &str) -> JoinError {
    let listener = Listener::bind().await;
    let joining = listener.join();
    let mut raw = listener.accept().await;
    let ok = raw.switching("");
    let reply = reply.replace("{ok}", ok.trim_end_matches("\r\n"));
    raw.write(reply.as_bytes()).await;
    drop(raw);
    joining.await.unwrap().unwrap_err()
}

#[test]
fn the_subprotocols_are_offered_in_the_order_of_preference() {
    play(async {
        let listener = Listener::bind().await;
        let _joining = listener.join();
        let raw = listener.accept().await;
        let offers = raw.header("sec-websocket-protocol").unwrap().replace(' ', "");
        assert_eq!(offers, "wamp.2.msgpack,wamp.2.cbor,wamp.2.json");
        assert!(raw.request.starts_with("GET /ws HTTP/1.1\r\n"), "{}", raw.request);
        assert_eq!(raw.header("sec-websocket-extensions"), None);
    });
}

#[test]
fn the_format_that_the_router_chose_is_spoken() {
    for format in Format::ALL {
        play(async move {
            let listener = Listener::bind().await;
            let joining = listener.join();
            let mut raw = listener.upgrade(format).await;
            assert!(matches!(raw.recv(format).await.0, Message::Hello(_)));
            raw.send(format, welcome(), &Payload::EMPTY).await;
            assert_eq!(joining.await.unwrap().unwrap().format(), format);
        });
    }
}

#[test]
fn what_comes_in_one_piece_with_the_handshake_is_not_lost() {
    play(async {
        let listener = Listener::bind().await;
        let joining = listener.join();
        let mut raw = listener.accept().await;
        let mut reply = raw.switching("Sec-WebSocket-Protocol: wamp.2.json\r\n").into_bytes();
        reply.extend_from_slice(&frame(Format::Json, welcome(), &Payload::EMPTY));
        raw.write(&reply).await;
        assert_eq!(joining.await.unwrap().unwrap().id().as_u64(), 7);
    });
}

#[test]
fn a_reply_without_one_of_the_subprotocols_offered_is_refused() {
    play(async {
        for header in ["", "Sec-WebSocket-Protocol: wamp.2.flatbuffers\r\n", "Sec-WebSocket-Protocol: wamp.2.json.batched\r\n"] {
            let error = refused(&format!("{{ok}}\r\n{header}\r\n")).await;
            assert!(matches!(error, JoinError::Connect(ConnectError::Subprotocol { .. })), "{header:?}: {error:?}");
        }
    });
}

#[test]
fn a_reply_with_a_subprotocol_that_we_speak_but_did_not_offer_is_refused() {
    play(async {
        let listener = Listener::bind().await;
        let joining = tokio::task::spawn_local(listener.options().serializers([Format::Cbor]).connect());
        let _raw = listener.upgrade(Format::Json).await;
        let error = joining.await.unwrap().unwrap_err();
        assert!(matches!(error, JoinError::Connect(ConnectError::Subprotocol { .. })), "{error:?}");
    });
}

#[test]
fn another_status_is_told() {
    play(async {
        let error = refused("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await;
        assert!(matches!(error, JoinError::Connect(ConnectError::Status { status: 404, .. })), "{error:?}");
        assert!(error.to_string().contains("is the path right?"), "{error}");
    });
}

#[test]
fn what_is_no_websocket_handshake_is_refused() {
    play(async {
        for reply in [
            "SSH-2.0-OpenSSH_9.9\r\n\r\n",
            "\u{7f}\u{0}\u{0}\u{0}",
            "HTTP/1.1 101 Switching Protocols\r\n\r\n",
            "{ok}\r\nSec-WebSocket-Protocol: wamp.2.json\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
        ] {
            let error = refused(reply).await;
            assert!(matches!(error, JoinError::Connect(ConnectError::Handshake { .. })), "{reply:?}: {error:?}");
        }
    });
}

#[test]
fn a_key_that_is_not_confirmed_is_told() {
    let switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    play(async move {
        for accept in ["", "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n"] {
            let error = refused(&format!("{switching}{accept}Sec-WebSocket-Protocol: wamp.2.json\r\n\r\n")).await;
            assert!(matches!(error, JoinError::Connect(ConnectError::AcceptKey { .. })), "{accept:?}: {error:?}");
        }
    });
}

#[test]
fn a_connection_that_ends_within_the_handshake_is_told() {
    play(async {
        for reply in ["", "HTTP/1.1 101 Swi"] {
            let error = refused(reply).await;
            assert!(matches!(error, JoinError::Connect(ConnectError::Closed { .. })), "{reply:?}: {error:?}");
        }
    });
}

#[test]
fn a_port_where_nobody_listens_is_told() {
    play(async {
        let listener = Listener::bind().await;
        let options = listener.options();
        drop(listener);
        let error = options.connect().await.unwrap_err();
        assert!(matches!(error, JoinError::Connect(ConnectError::Refused { .. })), "{error:?}");
        assert!(error.to_string().contains("is the router running"), "{error}");
    });
}

#[test]
fn a_server_that_does_not_answer_the_handshake_is_given_up() {
    play(async {
        let listener = Listener::bind().await;
        let joining = tokio::task::spawn_local(listener.options().connect_timeout(SHORT).connect());
        let _raw = listener.accept().await;
        let error = joining.await.unwrap().unwrap_err();
        assert!(matches!(error, JoinError::Connect(ConnectError::TimedOut { .. })), "{error:?}");
    });
}

#[test]
fn a_router_that_does_not_welcome_is_given_up_and_its_connection_ended() {
    play(async {
        let listener = Listener::bind().await;
        let joining = tokio::task::spawn_local(listener.options().welcome_timeout(SHORT).leave_timeout(SHORT).connect());
        let raw = listener.upgrade(Format::Json).await;
        assert!(matches!(joining.await.unwrap(), Err(JoinError::TimedOut(_))));
        assert!(!raw.rest().await.is_empty());
    });
}

#[test]
fn a_url_that_is_none_of_ours_says_why() {
    for (url, why) in [
        ("gopher://host/", "must begin with ws://"),
        ("127.0.0.1:8080", "must begin with ws://"),
        ("ws://ho st/", "host is neither"),
        ("", "must begin with ws://"),
    ] {
        let error = UrlTransport::new(url).unwrap_err();
        assert!(matches!(error, ConnectError::Url { .. }) && error.to_string().contains(why), "{url:?}: {error}");
    }
}
