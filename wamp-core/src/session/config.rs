use crate::auth::Authenticator;
use crate::role::{CLIENT_ROLES, Roles};
use crate::uri::Uri;
use crate::value::Dict;
use compact_str::CompactString;
use std::time::Duration;

/// What a session needs to know before it begins. It serves one session: credentials are asked for anew at each join.
#[derive(Debug)]
pub struct Config {
    /// The realm to join.
    pub realm: Uri,
    /// The roles and features to announce (default: [`CLIENT_ROLES`], all that works here).
    pub roles: Roles,
    /// The client's software, told to the router (default: this crate's name and version).
    pub agent: Option<CompactString>,
    /// The identity to claim (default: that of the first of the `authenticators` that has one).
    pub authid: Option<CompactString>,
    /// The role to ask for (default: none, the router chooses).
    pub authrole: Option<CompactString>,
    /// The authentication methods to offer, the preferred first (default: none, which routers take for anonymous).
    pub authenticators: Vec<Box<dyn Authenticator>>,
    /// More to tell the router's authentication, besides what the methods themselves add (default: nothing).
    pub authextra: Dict,
    /// How many requests may wait for their answers at a time; beyond it commands are refused (default: 10,000).
    pub max_in_flight: usize,
    /// How many invocations may wait for this side's answers at a time; beyond it they are answered
    /// `wamp.error.unavailable` unseen (default: 10,000).
    pub max_invocations: usize,
    /// How long the router may take from HELLO to WELCOME (default: 10 s).
    pub opening_timeout: Duration,
    /// How long the router may take to answer anything but a call (default: 30 s). A call has its own deadline.
    pub request_timeout: Duration,
    /// How long the router may take to answer GOODBYE before the session counts as left without it (default: 5 s).
    pub leaving_timeout: Duration,
}

impl Config {
    /// The defaults, for a session in `realm`.
    pub fn new(realm: Uri) -> Self {
        Self {
            realm,
            roles: CLIENT_ROLES,
            agent: Some(CompactString::const_new(concat!(env!("CARGO_PKG_NAME"), "-", env!("CARGO_PKG_VERSION")))),
            authid: None,
            authrole: None,
            authenticators: Vec::new(),
            authextra: Dict::new(),
            max_in_flight: 10_000,
            max_invocations: 10_000,
            opening_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            leaving_timeout: Duration::from_secs(5),
        }
    }
}
