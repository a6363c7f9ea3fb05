//! Whether another attempt can help. Pure.

use crate::error::{Closed, ConnectError, JoinError, Setback};
use proto::RawUri;
use proto::session::AbortCause;

/// What to do about a setback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// Try again after a pause: the network, or the router, may come back.
    Retry,
    /// The router has refused: another attempt with the same realm and credentials is refused too, as a rule.
    Refused,
    /// No attempt can help: the URL or the realm's name is wrong, or the session was left on purpose.
    Final,
}

impl Outlook {
    /// The outlook on a setback.
    pub fn of(setback: &Setback) -> Self {
        match setback {
            Setback::Join(error) => Self::of_join(error),
            Setback::Lost(Closed::Left | Closed::Dropped) => Self::Final,
            Setback::Lost(Closed::Goodbye { reason, .. } | Closed::Aborted { reason, .. }) => Self::of_reason(reason),
            Setback::Lost(Closed::Violation(_) | Closed::LinkLost(_)) => Self::Retry,
        }
    }

    fn of_join(error: &JoinError) -> Self {
        match error {
            JoinError::Connect(ConnectError::Url { .. }) | JoinError::Realm { .. } | JoinError::NoUrl | JoinError::NoRuntime => Self::Final,
            JoinError::Aborted { reason, .. } => Self::of_reason(reason),
            JoinError::Unauthenticated(_) => Self::Refused,
            // A secret is looked up anew for the next attempt.
            JoinError::Credentials(_) | JoinError::Connect(_) | JoinError::Violation(_) | JoinError::Link(_) | JoinError::TimedOut(_) => {
                Self::Retry
            }
        }
    }

    fn of_reason(reason: &RawUri) -> Self {
        match AbortCause::of(reason.as_str()) {
            AbortCause::NoSuchRealm | AbortCause::Credentials => Self::Refused,
            AbortCause::Shutdown | AbortCause::ProtocolViolation | AbortCause::Other => Self::Retry,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::uri::wamp;

    fn aborted(reason: &'static str) -> Setback {
        JoinError::Aborted { reason: RawUri::from_static(reason), message: None }.into()
    }

    #[test]
    fn the_network_and_a_shutdown_are_tried_again() {
        let refused = ConnectError::Io { url: "ws://x".into(), source: std::io::ErrorKind::ConnectionRefused.into() };
        assert_eq!(Outlook::of(&JoinError::from(refused).into()), Outlook::Retry);
        assert_eq!(Outlook::of(&aborted(wamp::SYSTEM_SHUTDOWN)), Outlook::Retry);
        let goodbye = Closed::Goodbye { reason: RawUri::from_static(wamp::SYSTEM_SHUTDOWN), message: None };
        assert_eq!(Outlook::of(&Setback::Lost(goodbye)), Outlook::Retry);
    }

    #[test]
    fn an_unknown_realm_and_refused_credentials_are_refusals() {
        for reason in [wamp::NO_SUCH_REALM, wamp::AUTHENTICATION_DENIED, wamp::NO_SUCH_ROLE, wamp::NO_MATCHING_AUTH_METHOD] {
            assert_eq!(Outlook::of(&aborted(reason)), Outlook::Refused, "{reason}");
        }
    }

    #[test]
    fn a_wrong_url_and_a_session_left_are_final() {
        let url = ConnectError::Url { url: "gopher://x".into(), why: crate::transport::endpoint::InvalidEndpoint::Scheme };
        assert_eq!(Outlook::of(&JoinError::from(url).into()), Outlook::Final);
        assert_eq!(Outlook::of(&Setback::Lost(Closed::Left)), Outlook::Final);
    }
}
