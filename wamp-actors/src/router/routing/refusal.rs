use bytes::Bytes;
use proto::message::{Error, ErrorDetails};
use proto::uri::wamp;
use proto::{Format, MessageType, Payload, PayloadRef, RawUri, RequestId};

/// Beyond what one session or the realm may hold. An extension of ours: the specification has no word for it.
pub(crate) const QUOTA_EXCEEDED: &str = "wamp.error.quota_exceeded";

/// A legitimate ERROR as the answer to a request, with a short text for people as its argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) uri: &'static str,
    /// A JSON list of one text.
    arguments: &'static str,
}

macro_rules! refusals {
    ($($name:ident = $uri:expr, $text:literal;)*) => {
        impl Refusal {
            $(pub(super) const $name: Self = Self { uri: $uri, arguments: concat!("[\"", $text, "\"]") };)*
        }
    };
}

refusals! {
    INVALID_URI = wamp::INVALID_URI, "the URI breaks the rules: empty, too long, an empty component, white space or #";
    RESERVED = wamp::INVALID_URI, "URIs under wamp. are the router's";
    DISCLOSURE = wamp::DISCLOSE_ME_DISALLOWED, "the realm does not allow identities to be disclosed";
    NO_SUCH_SUBSCRIPTION = wamp::NO_SUCH_SUBSCRIPTION, "the session has no such subscription";
    NO_SUCH_REGISTRATION = wamp::NO_SUCH_REGISTRATION, "the session has no such registration";
    NO_SUCH_PROCEDURE = wamp::NO_SUCH_PROCEDURE, "no callee has registered the procedure";
    PROCEDURE_TAKEN = wamp::PROCEDURE_ALREADY_EXISTS, "the procedure is registered already";
    OTHER_POLICY = wamp::PROCEDURE_EXISTS_INVOCATION_POLICY_CONFLICT, "the procedure is registered under another invocation policy";
    ALL_BUSY = wamp::NO_AVAILABLE_CALLEE, "each callee works on as many calls as it allows";
    UNAVAILABLE = wamp::NO_AVAILABLE_CALLEE, "no callee can take the call now";
    NO_PASSTHRU = wamp::FEATURE_NOT_SUPPORTED, "the other peer does not support payload passthru mode";
    NO_UPLOAD = wamp::FEATURE_NOT_SUPPORTED, "the callee does not support progressive call invocations and canceling";
    CALLEE_LEFT = wamp::CANCELED, "the callee has left";
    TIMED_OUT = wamp::TIMEOUT, "the call took longer than the caller allowed";
    CANCELED = wamp::CANCELED, "the call was canceled";
    ARGUMENTS = wamp::INVALID_ARGUMENT, "the arguments are not those of the procedure";
    UNANSWERABLE = wamp::RUNTIME_ERROR, "the answer cannot be written";
    NO_SUCH_SESSION = wamp::NO_SUCH_SESSION, "the realm has no such session besides the caller's";
    REGISTRATION_UNKNOWN = wamp::NO_SUCH_REGISTRATION, "the realm has no such registration";
    SUBSCRIPTION_UNKNOWN = wamp::NO_SUCH_SUBSCRIPTION, "the realm has no such subscription";
    NO_HISTORY = "wamp.error.no_such_history", "the realm remembers no events of this subscription";
    NO_CONTROL = wamp::NOT_AUTHORIZED, "the realm does not let sessions end or change others";
    DENIED = wamp::NOT_AUTHORIZED, "the session is not authorized to do this";
    UNDECIDED = wamp::AUTHORIZATION_FAILED, "it could not be decided whether the session is authorized to do this";
    IDENTITY = wamp::INVALID_ARGUMENT, "the identity of a session cannot be changed";
    DETAILS = QUOTA_EXCEEDED, "the session has as many details as it may";
    SUBSCRIPTIONS = QUOTA_EXCEEDED, "the session has as many subscriptions as it may";
    REGISTRATIONS = QUOTA_EXCEEDED, "the session has as many registrations as it may";
    TESTAMENTS = QUOTA_EXCEEDED, "the session has as many testaments as it may";
    SHAPES = QUOTA_EXCEEDED, "the session has wildcard patterns of as many shapes as it may";
    REALM_SUBSCRIPTIONS = QUOTA_EXCEEDED, "the realm has as many subscriptions as it may";
    REALM_REGISTRATIONS = QUOTA_EXCEEDED, "the realm has as many registrations as it may";
    REALM_PATTERNS = QUOTA_EXCEEDED, "the realm has as many octets of URIs as it may";
    REALM_SHAPES = QUOTA_EXCEEDED, "the realm has wildcard patterns of as many shapes as it may";
    CALLS = QUOTA_EXCEEDED, "the session has as many open calls as it may";
}

impl Refusal {
    /// The ERROR and its arguments.
    pub(super) fn answer(self, request_type: MessageType, request: RequestId) -> (Error, Payload) {
        let bytes = Bytes::from_static(self.arguments.as_bytes());
        let payload = PayloadRef { format: Format::Json, args: self.arguments.as_bytes(), kwargs: &[] };
        (error(request_type, request, RawUri::from_static(self.uri)), Payload::shared(&bytes, payload))
    }
}

/// An ERROR with default details.
pub(super) fn error(request_type: MessageType, request: RequestId, error: RawUri) -> Error {
    Error { request_type, request, details: ErrorDetails::default(), error }
}
