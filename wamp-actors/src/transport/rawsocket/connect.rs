//! The handshake: four octets each way.

use super::link::RawSocketLink;
use crate::transport::dial::{Wire, dial};
use crate::transport::endpoint::{Endpoint, Place};
use crate::transport::{BoxLink, ConnectError, LinkOptions};
use proto::framing::rawsocket::Limit;
use proto::framing::rawsocket::handshake::{Handshake, LENGTH, Refusal, ReplyError, recv_reply};
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Connects and makes the handshake; as often as there are formats, since each connection can ask for one only. Without a time
/// limit: that is the caller's, for all of it.
pub(in crate::transport) async fn connect(endpoint: &Endpoint, place: &Place, options: &LinkOptions) -> Result<BoxLink, ConnectError> {
    let unspoken = ReplyError::Refused(Refusal::Serializer);
    for &format in &options.formats {
        let mut wire = dial(endpoint, place, options).await?;
        let ours = Handshake { format, limit: Limit::at_most(options.max_message) };
        match shake_hands(&mut wire, ours).await.map_err(|source| ConnectError::of_io(endpoint, source))? {
            Ok(theirs) => {
                let channel = wire.channel().filter(|_| place.is_tls());
                let link = RawSocketLink::new(wire, format, ours.limit, theirs.limit, options);
                return Ok(Box::new(link.over(channel)));
            }
            Err(error) if error == unspoken => {}
            Err(source) => return Err(ConnectError::RawSocket { url: endpoint.to_string(), source }),
        }
    }
    Err(ConnectError::RawSocket { url: endpoint.to_string(), source: unspoken })
}

async fn shake_hands(wire: &mut Wire, ours: Handshake) -> io::Result<Result<Handshake, ReplyError>> {
    wire.write_all(&ours.octets()).await?;
    wire.flush().await?;
    let mut reply = Vec::with_capacity(LENGTH);
    loop {
        match recv_reply(&reply, ours.format) {
            Ok(None) => {}
            Ok(Some(theirs)) => return Ok(Ok(theirs)),
            Err(error) => return Ok(Err(error)),
        }
        // Not an octet more than the handshake has.
        if (&mut *wire).take((LENGTH - reply.len()) as u64).read_buf(&mut reply).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}
