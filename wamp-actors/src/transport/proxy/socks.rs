//! SOCKS5 (RFC 1928), by tokio-socks.

use super::{Login, ProxyError};
use crate::transport::dial::{Wire, resolve};
use crate::transport::endpoint::Host;
use std::io;
use std::net::SocketAddr;
use tokio_socks::tcp::Socks5Stream;
use tokio_socks::{Error, IntoTargetAddr, TargetAddr};

/// Asks the proxy at the other end of `wire` for a tunnel.
pub(super) async fn tunnel(wire: Wire, login: Option<&Login>, host: &Host, port: u16, resolves: bool) -> Result<Wire, ProxyError> {
    let target = target(host, port, resolves).await?;
    let connected = match login {
        None => Socks5Stream::connect_with_socket(wire, target).await,
        Some(Login { user, password }) => {
            let password = std::str::from_utf8(password.expose()).map_err(|_| ProxyError::LongCredentials)?;
            Socks5Stream::connect_with_password_and_socket(wire, target, user, password).await
        }
    };
    connected.map(Socks5Stream::into_inner).map_err(failed)
}

async fn target(host: &Host, port: u16, resolves: bool) -> Result<TargetAddr<'static>, ProxyError> {
    match host {
        Host::Ip(address) => Ok(TargetAddr::Ip(SocketAddr::from((*address, port)))),
        Host::Name(name) if resolves => (name.clone(), port).into_target_addr().map_err(failed),
        Host::Name(name) => {
            let found = resolve(name, port).await.map_err(ProxyError::Resolve)?;
            let first = found.into_iter().next().ok_or_else(|| ProxyError::Resolve(io::ErrorKind::NotFound.into()))?;
            Ok(TargetAddr::Ip(first))
        }
    }
}

fn failed(error: Error) -> ProxyError {
    match error {
        Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => ProxyError::Protocol,
        Error::Io(error) => ProxyError::Io(error),
        Error::NoAcceptableAuthMethods | Error::PasswordAuthFailure(_) | Error::AuthorizationRequired => ProxyError::Credentials,
        Error::InvalidAuthValues(_) => ProxyError::LongCredentials,
        Error::ConnectionNotAllowedByRuleset => ProxyError::Forbidden,
        Error::NetworkUnreachable
        | Error::HostUnreachable
        | Error::ConnectionRefused
        | Error::TtlExpired
        | Error::GeneralSocksServerFailure => ProxyError::Router,
        _ => ProxyError::Protocol,
    }
}
