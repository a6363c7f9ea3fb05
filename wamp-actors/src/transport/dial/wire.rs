//! A stream of octets to a router, of whatever kind.

use actix_rt::net::{ActixStream, Ready};
use proto::auth::{ChannelBinding, ChannelKind};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ProtocolVersion;

/// The label of what TLS exports to bind to (RFC 9266).
const EXPORTER: &[u8] = b"EXPORTER-Channel-Binding";

/// A connected stream.
#[derive(Debug)]
pub(in crate::transport) enum Wire {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
    /// Over another, since a proxy may speak TLS too.
    Tls(Box<TlsStream<Wire>>),
}

impl Wire {
    /// The secure channel of the outermost TLS, if that is of version 1.3: RFC 9266 forbids it for TLS 1.2 without extended master secrets.
    pub(in crate::transport) fn channel(&self) -> Option<ChannelBinding> {
        let Self::Tls(stream) = self else { return None };
        let connection = stream.get_ref().1;
        let exports = connection.protocol_version() == Some(ProtocolVersion::TLSv1_3);
        let id = exports.then(|| connection.export_keying_material([0; 32], EXPORTER, Some(&[])).ok()).flatten()?;
        Some(ChannelBinding { kind: ChannelKind::TlsExporter, id })
    }
}

/// The same for each kind.
macro_rules! each {
    ($wire:expr, $stream:ident => $result:expr) => {
        match $wire {
            Wire::Tcp($stream) => $result,
            #[cfg(unix)]
            Wire::Unix($stream) => $result,
            Wire::Tls($stream) => $result,
        }
    };
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_read(cx, buf))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_write(cx, octets))
    }

    fn poll_write_vectored(self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_write_vectored(cx, octets))
    }

    fn is_write_vectored(&self) -> bool {
        each!(self, stream => stream.is_write_vectored())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_shutdown(cx))
    }
}

/// So that awc takes it. Whoever asks whether TLS is ready, asks for the stream under it.
impl ActixStream for Wire {
    fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        match self {
            Self::Tcp(stream) => ActixStream::poll_read_ready(stream, cx),
            #[cfg(unix)]
            Self::Unix(stream) => ActixStream::poll_read_ready(stream, cx),
            Self::Tls(stream) => stream.get_ref().0.poll_read_ready(cx),
        }
    }

    fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        match self {
            Self::Tcp(stream) => ActixStream::poll_write_ready(stream, cx),
            #[cfg(unix)]
            Self::Unix(stream) => ActixStream::poll_write_ready(stream, cx),
            Self::Tls(stream) => stream.get_ref().0.poll_write_ready(cx),
        }
    }
}
