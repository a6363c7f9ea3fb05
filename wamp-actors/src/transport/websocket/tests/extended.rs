//! Batches and compressed messages, against a router that is played in raw octets.

use super::{BINARY, CLOSE, Listener, Raw, play, raw_frame, welcome};
use crate::error::Closed;
use crate::session::{Session, SessionBuilder};
use crate::transport::{Deflate, LinkError, LinkViolation};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use proto::framing::batch::BatchError;
use proto::framing::websocket::Violation;
use proto::message::{CallResult, ResultDetails, decode, encode};
use proto::{Format, Message, Payload};

const FORMAT: Format = Format::MsgPack;
const RSV1: u8 = 0x40;

fn octets(message: impl Into<Message>, payload: &Payload) -> Vec<u8> {
    let mut octets = Vec::new();
    encode(&message.into(), payload.as_ref(), FORMAT, &mut octets).unwrap();
    octets
}

fn prefixed(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u32).to_be_bytes()[..], message].concat()
}

fn split(mut batch: &[u8]) -> Vec<Message> {
    let mut messages = Vec::new();
    while let Some((length, rest)) = batch.split_first_chunk::<4>() {
        let (message, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        messages.push(decode(FORMAT, message, 128).unwrap().0);
        batch = rest;
    }
    messages
}

/// A session that was opened with these headers in the reply.
async fn joined(
    change: impl FnOnce(SessionBuilder) -> SessionBuilder,
    reply: &str,
    welcomed: impl FnOnce(&[u8]) -> Vec<u8>,
) -> (Session, Raw) {
    let listener = Listener::bind().await;
    let joining = tokio::task::spawn_local(change(listener.options()).connect());
    let mut raw = listener.accept().await;
    let reply = raw.switching(reply);
    raw.write(reply.as_bytes()).await;
    raw.frame().await;
    let welcome = welcomed(&octets(welcome(), &Payload::EMPTY));
    raw.write(&raw_frame(BINARY, &welcome)).await;
    (joining.await.unwrap().unwrap(), raw)
}

async fn batched() -> (Session, Raw) {
    joined(|options| options.batched(true), "Sec-WebSocket-Protocol: wamp.2.msgpack.batched\r\n", prefixed).await
}

async fn deflating(options: Deflate, reply: &str) -> (Session, Raw) {
    let reply = format!("Sec-WebSocket-Protocol: wamp.2.msgpack\r\nSec-WebSocket-Extensions: {reply}\r\n");
    joined(|builder| builder.deflate(options), &reply, <[u8]>::to_vec).await
}

#[test]
fn batches_are_offered_before_single_messages_if_asked_for() {
    play(async {
        let listener = Listener::bind().await;
        let _joining = tokio::task::spawn_local(listener.options().serializers([Format::Json, FORMAT]).batched(true).connect());
        let raw = listener.accept().await;
        let offers = raw.header("sec-websocket-protocol").unwrap().replace(' ', "");
        assert_eq!(offers, "wamp.2.json.batched,wamp.2.msgpack.batched,wamp.2.json,wamp.2.msgpack");
    });
}

#[test]
fn requests_made_at_a_time_share_a_frame_and_so_may_their_answers() {
    play(async {
        let (session, mut raw) = batched().await;
        let calls: Vec<_> = (0..20).map(|_| tokio::task::spawn_local(session.call::<()>("com.example.p", ()).into_future())).collect();
        let (mut requests, mut frames) = (Vec::new(), 0);
        while requests.len() < calls.len() {
            requests.extend(split(&raw.frame().await.payload));
            frames += 1;
        }
        assert!(frames < 10, "{frames} frames");
        let answers = requests.iter().map(|request| {
            let Message::Call(call) = request else { panic!("{request:?}") };
            prefixed(&octets(CallResult { request: call.request, details: ResultDetails::default() }, &Payload::EMPTY))
        });
        let batch: Vec<_> = answers.collect::<Vec<_>>().concat();
        raw.write(&raw_frame(BINARY, &batch)).await;
        for call in calls {
            call.await.unwrap().unwrap();
        }
    });
}

#[test]
fn what_is_no_batch_fails_the_transport() {
    play(async {
        for (batch, expected) in [(&b""[..], BatchError::Empty), (b"\0\0\0\x09abc", BatchError::Truncated)] {
            let (session, mut raw) = batched().await;
            raw.write(&raw_frame(BINARY, batch)).await;
            let Closed::LinkLost(error) = session.closed().await else { panic!("not lost") };
            assert!(
                matches!(&*error, LinkError::Violation(LinkViolation::WebSocket(Violation::Batch(why))) if *why == expected),
                "{error}"
            );
            let close = raw.frame().await;
            assert_eq!((close.first, &close.payload[..2]), (CLOSE, &1002_u16.to_be_bytes()[..]));
        }
    });
}

#[test]
fn compression_is_offered_if_asked_for_and_done_without_if_declined() {
    play(async {
        let listener = Listener::bind().await;
        let joining = tokio::task::spawn_local(listener.options().serializers([FORMAT]).deflate(Deflate::new()).connect());
        let mut raw = listener.accept().await;
        let offer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits";
        assert_eq!(raw.header("sec-websocket-extensions"), Some(offer));
        let reply = raw.switching("Sec-WebSocket-Protocol: wamp.2.msgpack\r\n");
        raw.write(reply.as_bytes()).await;
        raw.frame().await;
        raw.write(&raw_frame(BINARY, &octets(welcome(), &Payload::EMPTY))).await;
        let session = joining.await.unwrap().unwrap();
        session.publish("com.example.t", "x".repeat(5000)).await.unwrap();
        assert_eq!(raw.frame().await.first, BINARY);
    });
}

#[test]
fn long_messages_are_compressed_both_ways() {
    for (takeover, reply) in
        [(false, "permessage-deflate; server_no_context_takeover; client_no_context_takeover"), (true, "permessage-deflate")]
    {
        play(async move {
            let (session, mut raw) = deflating(Deflate::new().context_takeover(takeover), reply).await;
            let (mut inflater, mut deflater) = (Decompress::new(false), Compress::new(Compression::fast(), false));
            for _ in 0..3 {
                let text = "the same words ".repeat(300);
                let call = tokio::task::spawn_local(session.call::<String>("com.example.echo", &text).into_future());
                let frame = raw.frame().await;
                assert_eq!(frame.first, BINARY | RSV1);
                let mut message = Vec::with_capacity(10_000);
                inflater.decompress_vec(&[&frame.payload[..], &[0, 0, 0xFF, 0xFF]].concat(), &mut message, FlushDecompress::Sync).unwrap();
                let (Message::Call(call_message), payload) = decode(FORMAT, &message, 128).unwrap() else { panic!("no CALL") };
                let result = CallResult { request: call_message.request, details: ResultDetails::default() };
                let result = octets(result, &payload.to_payload());
                let mut answer = Vec::with_capacity(10_000);
                deflater.compress_vec(&result, &mut answer, FlushCompress::Sync).unwrap();
                raw.write(&raw_frame(BINARY | RSV1, &answer[..answer.len() - 4])).await;
                assert_eq!(call.await.unwrap().unwrap(), text);
                if !takeover {
                    inflater.reset(false);
                    deflater.reset();
                }
            }
        });
    }
}

#[test]
fn a_bomb_ends_the_link_with_1009() {
    play(async {
        let reply = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
        let (session, mut raw) = deflating(Deflate::new(), reply).await;
        let mut bomb = Vec::with_capacity(1 << 20);
        let mut deflater = Compress::new(Compression::fast(), false);
        for _ in 0..20 {
            deflater.compress_vec(&vec![0; 1 << 20], &mut bomb, FlushCompress::None).unwrap();
        }
        deflater.compress_vec(&[], &mut bomb, FlushCompress::Sync).unwrap();
        raw.write(&raw_frame(BINARY | RSV1, &bomb[..bomb.len() - 4])).await;
        assert!(matches!(session.closed().await, Closed::LinkLost(_)));
        assert_eq!(raw.frame().await.payload[..2], 1009_u16.to_be_bytes());
    });
}
