use super::stream::Stream;
use crate::router::connection::{Connection, serve};
use crate::router::core::{Core, Pass};
use crate::router::framing::Framing;
use crate::router::guest::Who;
use crate::router::hub::Hub;
use proto::framing::rawsocket::Limit;
use proto::framing::rawsocket::handshake::{Handshake, LENGTH, RequestError, recv_request};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// Opens a RawSocket connection and serves it.
pub(super) async fn open(mut io: Stream, pass: Pass, core: Arc<Core>) {
    let from = io.introduction();
    let who = from.who;
    let handshake = match timeout(core.limits.hello_timeout, recv(&mut io)).await {
        Ok(Ok(Ok(handshake))) => handshake,
        Ok(Ok(Err(wrong))) => return refuse(io, who, wrong).await,
        Ok(Err(_)) | Err(_) => return tracing::info!(peer = %who, "refused a RawSocket without a handshake"),
    };
    let limit = Limit::at_most(core.limits.max_message);
    let reply = Handshake { format: handshake.format, limit };
    if io.write_all(&reply.octets()).await.is_err() {
        return;
    }
    let framing = Framing::rawsocket(handshake.format, limit, handshake.limit);
    let connection = Connection::new(&Hub::here(&core), pass, io, framing, &[], from);
    drop(core);
    drop(tokio::task::spawn_local(serve(connection)));
}

/// Exactly the handshake's octets, so that what follows stays in the socket.
async fn recv(io: &mut Stream) -> io::Result<Result<Handshake, RequestError>> {
    let mut octets = [0; LENGTH];
    let mut filled = 0;
    loop {
        let free = octets.get_mut(filled..).unwrap_or_default();
        filled += match io.read(free).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => read,
        };
        match recv_request(octets.get(..filled).unwrap_or_default()) {
            Ok(None) => {}
            Ok(Some(handshake)) => return Ok(Ok(handshake)),
            Err(wrong) => return Ok(Err(wrong)),
        }
    }
}

async fn refuse(mut io: Stream, who: Who, wrong: RequestError) {
    tracing::info!(peer = %who, why = %wrong, "refused a RawSocket");
    if let RequestError::Refused(refusal) = wrong {
        // Whether it arrives or not, the connection ends.
        let _ = io.write_all(&refusal.octets()).await;
        let _ = io.shutdown().await;
    }
}
