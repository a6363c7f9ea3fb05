//! An echo over the WebSocket codec of router and client, for the Autobahn test cases: no more than the codec needs.
//!
//! `websocket_echo serve 127.0.0.1:0` echoes whatever connects; `websocket_echo run 127.0.0.1:9001` is the client of a fuzzing
//! server: it asks how many cases there are, echoes in each, and asks for the reports.

use proto::framing::websocket::deflate::Flow;
use proto::framing::websocket::{Closing, Deflate, Deflater, Event, MessageKind, Received, Side, Tcp, WebSocket, write};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// The longest message of the cases has 16 MiB.
const LIMIT: usize = 16 << 20;

/// What the agent is called in the reports.
const AGENT: &str = "wamp-core";

/// Any will do.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// A connection after its opening handshake.
struct Opened {
    io: TcpStream,
    early: Vec<u8>,
    side: Side,
    /// What is sent, and what comes in, where compression was agreed on.
    flows: Option<(Flow, Flow)>,
}

fn options() -> Deflate {
    Deflate::new().threshold(0).context_takeover(true).level(1)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", address] => serve(address).await,
        ["run", address] => run(address).await,
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "websocket_echo serve|run ADDR:PORT")),
    }
}

async fn serve(address: &str) -> io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    println!("listening on ws://{}/", listener.local_addr()?);
    loop {
        let (io, _) = listener.accept().await?;
        tokio::spawn(async move {
            if let Ok(opened) = accept(io).await {
                let _ = echo(opened).await;
            }
        });
    }
}

async fn run(address: &str) -> io::Result<()> {
    let cases: usize = ask(address, "/getCaseCount").await?.parse().map_err(io::Error::other)?;
    for case in 1..=cases {
        // A case may well end in a reset.
        let _ = echo(connect(address, &format!("/runCase?case={case}&agent={AGENT}")).await?).await;
    }
    // It tells nothing, and closes once the reports are written.
    let _ = ask(address, &format!("/updateReports?agent={AGENT}")).await;
    println!("{cases} cases run");
    Ok(())
}

/// The head of an HTTP message, and what came behind it.
async fn head(io: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    let mut octets = Vec::new();
    loop {
        if let Some(end) = octets.windows(4).position(|four| four == b"\r\n\r\n") {
            let early = octets.split_off(end + 4);
            return Ok((String::from_utf8(octets).map_err(io::Error::other)?, early));
        }
        if io.read_buf(&mut octets).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn values<'a>(head: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    fields.filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

async fn accept(mut io: TcpStream) -> io::Result<Opened> {
    io.set_nodelay(true)?;
    let (request, early) = head(&mut io).await?;
    let key = actix_http::ws::hash_key(values(&request, "sec-websocket-key").next().unwrap_or_default().as_bytes());
    let agreed = options().accept(values(&request, "sec-websocket-extensions"));
    let extensions = agreed.map(|agreed| format!("Sec-WebSocket-Extensions: {agreed}\r\n")).unwrap_or_default();
    let key = String::from_utf8_lossy(&key);
    let response = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {key}\r\n{extensions}\r\n"
    );
    io.write_all(response.as_bytes()).await?;
    Ok(Opened { io, early, side: Side::Server, flows: agreed.map(|agreed| (agreed.server, agreed.client)) })
}

async fn connect(address: &str, path: &str) -> io::Result<Opened> {
    let mut io = TcpStream::connect(address).await?;
    io.set_nodelay(true)?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Extensions: {}\r\n\r\n",
        options().offer()
    );
    io.write_all(request.as_bytes()).await?;
    let (response, early) = head(&mut io).await?;
    if !response.starts_with("HTTP/1.1 101") {
        return Err(io::Error::other(response));
    }
    let agreed = options().confirm(values(&response, "sec-websocket-extensions")).map_err(io::Error::other)?;
    Ok(Opened { io, early, side: Side::Client, flows: agreed.map(|agreed| (agreed.client, agreed.server)) })
}

/// The text that the fuzzing server says at a path.
async fn ask(address: &str, path: &str) -> io::Result<String> {
    let Opened { mut io, early: mut input, flows, .. } = connect(address, path).await?;
    let mut socket = WebSocket::new(Side::Client, Some(MessageKind::Text), LIMIT).with_deflate(flows.map(|(_, theirs)| theirs));
    loop {
        while let Received::Frame { used, event } = socket.recv(&mut input) {
            if let Event::Message { payload, .. } = event {
                return String::from_utf8(payload.into_owned()).map_err(io::Error::other);
            }
            input.drain(..used);
        }
        if timeout(Duration::from_secs(20), io.read_buf(&mut input)).await?? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// Says again what the peer says, until it closes or breaks a rule.
async fn echo(Opened { mut io, early: mut input, side, flows }: Opened) -> io::Result<()> {
    let mut socket = WebSocket::new(side, None, LIMIT).with_deflate(flows.map(|(_, theirs)| theirs));
    let mut deflater = flows.map(|(ours, _)| Deflater::new(&options(), ours));
    let (mut closing, mut out) = (Closing::Open, Vec::new());
    loop {
        let mut used = 0;
        while let Received::Frame { used: taken, event } = socket.recv(&mut input[used..]) {
            answer(event, side, &mut closing, &mut deflater, &mut out);
            used += taken;
        }
        input.drain(..used);
        io.write_all(&out).await?;
        out.clear();
        if closing.tcp(side) != Tcp::Keep {
            break;
        }
        if io.read_buf(&mut input).await? == 0 {
            return Ok(());
        }
    }
    // The server ends TCP; unread octets would make a reset of it.
    if side == Side::Server {
        io.shutdown().await?;
    }
    let rest = async { while io.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {} };
    let _ = timeout(Duration::from_secs(1), rest).await;
    Ok(())
}

fn answer(event: Event<'_>, side: Side, closing: &mut Closing, deflater: &mut Option<Deflater>, out: &mut Vec<u8>) {
    let mask = (side == Side::Client).then_some([0x37, 0xFA, 0x21, 0x3D]);
    match event {
        Event::Message { kind, payload } if closing.may_send() => {
            let open = write::begin(out, kind, payload.len(), mask);
            out.extend_from_slice(&payload);
            match deflater {
                Some(deflater) => open.end_deflated(out, deflater),
                None => open.end(out),
            };
        }
        Event::Ping(payload) if closing.may_send() => write::pong(out, payload, mask),
        Event::Close(frame) => closing.recv_close(out, &frame, mask),
        Event::Violation(violation) => closing.fail(out, &violation, mask),
        Event::Message { .. } | Event::Ping(_) | Event::Pong(_) | Event::Nothing => {}
    }
}
