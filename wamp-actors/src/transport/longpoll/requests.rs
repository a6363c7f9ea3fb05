//! The requests of one session of the transport.

use crate::transport::dial::dial;
use crate::transport::endpoint::{Endpoint, Place};
use crate::transport::http::failed;
use crate::transport::{ConnectError, LinkError, LinkOptions, LinkViolation};
use actix_tls::connect::{ConnectError as TcpError, ConnectInfo, Connection};
use awc::error::PayloadError;
use awc::http::Uri;
use awc::http::header::{CONTENT_TYPE, HOST};
use awc::http::uri::PathAndQuery;
use bytes::Bytes;
use std::io;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How long a `send` may take: a router may slow down who sends too much, but not for ever.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a connection made anew in the middle of a session may take; the first is limited by whoever connects.
const DIAL_TIMEOUT: Duration = Duration::from_secs(30);

/// A `receive` that was answered with nothing sooner than this is followed by the next after as long, so that a router that holds
/// none back is not hammered.
const PAUSE: Duration = Duration::from_millis(100);

/// Makes requests; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Requests(Rc<Shared>);

struct Shared {
    client: awc::Client,
    endpoint: String,
    host: String,
    /// Below which the paths are, with a slash at its end.
    base: String,
    max_message: usize,
}

/// Why a request came to nothing.
enum Failure {
    Connect(ConnectError),
    Status(u16),
    TooLong,
    Body(PayloadError),
}

impl Requests {
    pub(super) fn new(endpoint: Endpoint, place: Place, path: &PathAndQuery, options: LinkOptions) -> Self {
        let base = format!("{}/", path.path().trim_end_matches('/'));
        let (name, host, max_message) = (endpoint.to_string(), place.http_host(), options.max_message);
        Self(Rc::new(Shared { client: client(endpoint, place, options), endpoint: name, host, base, max_message }))
    }

    /// Those of the session of that name.
    pub(super) fn of(&self, name: &str) -> Self {
        let Shared { client, endpoint, host, base, max_message } = &*self.0;
        let base = format!("{base}{name}/");
        Self(Rc::new(Shared { client: client.clone(), endpoint: endpoint.clone(), host: host.clone(), base, max_message: *max_message }))
    }

    pub(super) async fn open(&self, body: Bytes, max: usize) -> Result<Bytes, ConnectError> {
        let url = || self.0.endpoint.clone();
        self.post("open", "application/json", body, max).await.map_err(|failure| match failure {
            Failure::Connect(error) => error,
            Failure::Status(status) => ConnectError::Status { url: url(), status },
            Failure::TooLong => ConnectError::Handshake { url: url(), why: "the answer to `open` is too long".to_owned() },
            Failure::Body(PayloadError::Io(source)) => ConnectError::of_io(url(), source),
            Failure::Body(PayloadError::Incomplete(_)) => ConnectError::Closed { url: url() },
            Failure::Body(other) => ConnectError::Handshake { url: url(), why: other.to_string() },
        })
    }

    /// What comes next: a message, or a batch.
    pub(super) async fn receive(self) -> Result<Bytes, LinkError> {
        loop {
            let began = Instant::now();
            let body = self.post("receive", "application/octet-stream", Bytes::new(), self.0.max_message).await;
            let body = body.map_err(|failure| self.lost(failure))?;
            if !body.is_empty() {
                return Ok(body);
            }
            // The router has nothing to say, and wants to be asked again.
            if began.elapsed() < PAUSE {
                sleep(PAUSE).await;
            }
        }
    }

    /// Sends a message, or a batch.
    pub(super) async fn send(self, content: &'static str, body: Bytes) -> Result<(), LinkError> {
        let sent = timeout(SEND_TIMEOUT, self.post("send", content, body, MAX_ACKNOWLEDGEMENT)).await;
        let sent = sent.map_err(|_| LinkError::Silent(SEND_TIMEOUT))?;
        sent.map(drop).map_err(|failure| self.lost(failure))
    }

    /// Tells the router that the session is over. Its answer changes nothing.
    pub(super) async fn close(self) {
        drop(self.post("close", "application/json", Bytes::new(), MAX_ACKNOWLEDGEMENT).await);
    }

    async fn post(&self, what: &str, content: &'static str, body: Bytes, max: usize) -> Result<Bytes, Failure> {
        let Shared { client, host, base, .. } = &*self.0;
        // The connection is there, or made by us; awc needs a URL of some host for its request's path.
        let request = client.post(format!("http://localhost{base}{what}")).insert_header((HOST, host.as_str()));
        let response = request.insert_header((CONTENT_TYPE, content)).send_body(body).await;
        let mut response = response.map_err(|error| Failure::Connect(failed(self.0.endpoint.clone(), error)))?;
        if !response.status().is_success() {
            return Err(Failure::Status(response.status().as_u16()));
        }
        response.body().limit(max).await.map_err(|error| match error {
            PayloadError::Overflow => Failure::TooLong,
            other => Failure::Body(other),
        })
    }

    /// A request of a session that is open came to nothing: the session is lost.
    fn lost(&self, failure: Failure) -> LinkError {
        match failure {
            Failure::Status(status) => LinkError::Closed { code: None, reason: Some(format!("HTTP status {status}")) },
            Failure::TooLong => LinkError::Violation(LinkViolation::TooLong { limit: self.0.max_message }),
            Failure::Body(PayloadError::Io(source)) => LinkError::Io(source),
            Failure::Body(other) => LinkError::Io(io::Error::other(other)),
            Failure::Connect(error) => LinkError::Io(io::Error::other(error)),
        }
    }
}

/// The longest acknowledgement that is read, in octets.
const MAX_ACKNOWLEDGEMENT: usize = 16 << 10;

/// A client for one session, whose connections we make.
fn client(endpoint: Endpoint, place: Place, options: LinkOptions) -> awc::Client {
    let way = Rc::new((endpoint, place, options));
    let connect = actix_service::fn_service(move |info: ConnectInfo<Uri>| {
        let way = Rc::clone(&way);
        async move {
            let (endpoint, place, options) = &*way;
            let wire = dial(endpoint, place, options).await;
            wire.map(|wire| Connection::new(info.request().clone(), wire)).map_err(|error| TcpError::Io(io::Error::other(error)))
        }
    });
    let connector = awc::Connector::new().connector(connect).timeout(DIAL_TIMEOUT);
    awc::Client::builder().connector(connector).disable_timeout().disable_redirects().finish()
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The base has the session's name, which is a secret.
        f.debug_struct("Requests").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}
