//! The options that links have in common.

use super::proxy::ProxyChoice;
use super::tls::Tls;
use proto::Format;
use proto::framing::websocket::Deflate;
use std::time::Duration;

/// How a link is to be; documented where it is set, at [`UrlTransport`](super::UrlTransport).
#[derive(Debug, Clone)]
pub(crate) struct LinkOptions {
    pub(crate) formats: Vec<Format>,
    pub(crate) max_message: usize,
    pub(crate) ping_interval: Duration,
    pub(crate) ping_timeout: Duration,
    pub(crate) ping_raw: bool,
    pub(crate) close_timeout: Duration,
    pub(crate) batched: bool,
    pub(crate) deflate: Option<Deflate>,
    pub(crate) tls: Tls,
    pub(crate) proxy: ProxyChoice,
}

impl Default for LinkOptions {
    fn default() -> Self {
        Self {
            formats: vec![Format::MsgPack, Format::Cbor, Format::Json],
            max_message: 16 << 20,
            ping_interval: Duration::from_secs(10),
            ping_timeout: Duration::from_secs(10),
            ping_raw: false,
            close_timeout: Duration::from_secs(5),
            batched: false,
            deflate: None,
            tls: Tls::default(),
            proxy: ProxyChoice::default(),
        }
    }
}
