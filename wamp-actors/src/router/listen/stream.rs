use super::tls;
use crate::router::guest::{Introduction, Who};
use proto::auth::TransportAuth;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio_rustls::server::TlsStream;

/// A connection that was accepted, whatever carries its octets.
#[derive(Debug)]
pub(in crate::router) struct Stream {
    carrier: Carrier,
    /// What was looked at of the beginning, where the system lets nobody peek; it is read first.
    early: Vec<u8>,
}

#[derive(Debug)]
enum Carrier {
    Socket(Socket),
    Tls(Box<TlsStream<Socket>>),
}

/// What the system accepted.
#[derive(Debug)]
pub(in crate::router) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl From<Socket> for Stream {
    fn from(socket: Socket) -> Self {
        Self { carrier: Carrier::Socket(socket), early: Vec::new() }
    }
}

impl From<TlsStream<Socket>> for Stream {
    fn from(stream: TlsStream<Socket>) -> Self {
        Self { carrier: Carrier::Tls(Box::new(stream)), early: Vec::new() }
    }
}

impl From<TcpStream> for Socket {
    fn from(socket: TcpStream) -> Self {
        Self::Tcp(socket)
    }
}

#[cfg(unix)]
impl From<UnixStream> for Socket {
    fn from(socket: UnixStream) -> Self {
        Self::Unix(socket)
    }
}

impl Stream {
    /// Looks at the beginning, which is still read afterwards. Gives how many octets there are.
    pub(super) async fn peek(&mut self, first: &mut [u8]) -> io::Result<usize> {
        if let Carrier::Socket(Socket::Tcp(socket)) = &self.carrier {
            return socket.peek(first).await;
        }
        let read = self.read(first).await?;
        self.early = first.get(..read).unwrap_or_default().to_vec();
        Ok(read)
    }

    /// What it says of the peer.
    pub(in crate::router) fn introduction(&self) -> Introduction {
        let transport = match &self.carrier {
            Carrier::Socket(_) => TransportAuth::default(),
            Carrier::Tls(stream) => tls::describe(stream.get_ref().1),
        };
        Introduction { who: self.socket().who(), transport }
    }

    pub(in crate::router) fn socket(&self) -> &Socket {
        match &self.carrier {
            Carrier::Socket(socket) => socket,
            Carrier::Tls(stream) => stream.get_ref().0,
        }
    }

    fn carrier(self: Pin<&mut Self>) -> Pin<&mut dyn Io> {
        match &mut self.get_mut().carrier {
            Carrier::Socket(socket) => socket.io(),
            Carrier::Tls(stream) => Pin::new(&mut **stream),
        }
    }
}

impl Socket {
    pub(in crate::router) fn who(&self) -> Who {
        match self {
            Self::Tcp(socket) => Who::Remote(socket.peer_addr().ok()),
            #[cfg(unix)]
            Self::Unix(_) => Who::Unix,
        }
    }

    fn io(&mut self) -> Pin<&mut dyn Io> {
        match self {
            Self::Tcp(socket) => Pin::new(socket),
            #[cfg(unix)]
            Self::Unix(socket) => Pin::new(socket),
        }
    }
}

trait Io: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Io for T {}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.early.is_empty() {
            return self.carrier().poll_read(cx, buf);
        }
        let count = self.early.len().min(buf.remaining());
        buf.put_slice(self.early.get(..count).unwrap_or_default());
        let rest = self.early.split_off(count);
        self.early = rest;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        self.carrier().poll_write(cx, octets)
    }

    fn poll_write_vectored(self: Pin<&mut Self>, cx: &mut Context<'_>, parts: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.carrier().poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.carrier().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.carrier().poll_shutdown(cx)
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.get_mut().io().poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().io().poll_write(cx, octets)
    }

    fn poll_write_vectored(self: Pin<&mut Self>, cx: &mut Context<'_>, parts: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.get_mut().io().poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().io().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().io().poll_shutdown(cx)
    }
}
