use super::listen::TlsError;
use crate::transport::memory::NameError;
use proto::uri::InvalidUri;
use std::io;

/// Why a router did not start.
#[derive(Debug, thiserror::Error)]
pub enum RouterError {
    /// Another program listens there already.
    #[error("{address} is taken: another program listens there already; choose another address or port")]
    Taken {
        /// The address asked for.
        address: String,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address asked for.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// The address is none.
    #[error("{address} is no address to listen on, such as 127.0.0.1:8080: {source}")]
    Address {
        /// What was given.
        address: String,
        /// What is wrong with it.
        source: io::Error,
    },
    /// A listener has no usable certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// It does not get its name in this process.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A realm's name is no URI.
    #[error("{realm:?} is no name for a realm: it must be a WAMP URI such as com.example.realm or realm1")]
    Realm {
        /// What was given.
        realm: String,
    },
    /// A history is for a realm that is not there.
    #[error("a history is given for the realm {realm:?}, which the router does not have: add it with RouterBuilder::realm")]
    HistoryOfNoRealm {
        /// The realm.
        realm: String,
    },
    /// A history's topic is none, nor a pattern.
    #[error("a history of {uri:?}: {source}")]
    History {
        /// What was given.
        uri: String,
        /// What is wrong with it.
        source: InvalidUri,
    },
    /// A rule's URI is none, nor a pattern.
    #[error("the role {role:?} has a rule for {uri:?}: {source}")]
    Rule {
        /// The role.
        role: String,
        /// The rule's text.
        uri: String,
        /// What is wrong with it.
        source: InvalidUri,
    },
    /// A rule's wildcard pattern is too long.
    #[error("the role {role:?} has a rule for {uri:?}, a wildcard pattern of more than 64 components")]
    LongRule {
        /// The role.
        role: String,
        /// The rule's text.
        uri: String,
    },
    /// Roles were given to a realm that is not there.
    #[error("there are roles for the realm {realm:?}, which the router does not have: name it with RouterBuilder::realm")]
    RolesOfNoRealm {
        /// The realm named.
        realm: String,
    },
    /// No realm was given, so that nobody could join.
    #[error("the router has no realm: name one with RouterBuilder::realm")]
    NoRealm,
    /// The system gave no thread, or the server on it failed.
    #[error("the router's threads could not be started: {0}")]
    Threads(#[source] io::Error),
}

impl RouterError {
    /// The error of listening on `address`.
    pub(super) fn from_bind(address: &str, source: io::Error) -> Self {
        let address = address.to_owned();
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::Taken { address },
            io::ErrorKind::InvalidInput => Self::Address { address, source },
            _ => Self::Bind { address, source },
        }
    }
}
