//! The URIs the specification predefines ([advanced/uris], [basic/uri_reference]).
//!
//! [advanced/uris]: https://wamp-proto.org/wamp_latest_ietf.html#name-predefined-uris

/// Whether `uri` is `wamp` or under `wamp.`: reserved to routers.
pub fn is_reserved(uri: &str) -> bool {
    uri.strip_prefix("wamp").is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

macro_rules! uris {
    ($($(#[$doc:meta])* $name:ident = $uri:literal)*) => {$(
        $(#[$doc])*
        pub const $name: &str = $uri;
    )*};
}

uris! {
    /// A URI that breaks the rules.
    INVALID_URI = "wamp.error.invalid_uri"
    /// A call to a procedure nobody registered.
    NO_SUCH_PROCEDURE = "wamp.error.no_such_procedure"
    /// A registration of a procedure somebody else registered.
    PROCEDURE_ALREADY_EXISTS = "wamp.error.procedure_already_exists"
    /// A registration of a procedure under another invocation policy than the existing one.
    PROCEDURE_EXISTS_INVOCATION_POLICY_CONFLICT = "wamp.error.procedure_exists_with_different_invocation_policy"
    /// UNREGISTER of what is not registered.
    NO_SUCH_REGISTRATION = "wamp.error.no_such_registration"
    /// UNSUBSCRIBE of what is not subscribed.
    NO_SUCH_SUBSCRIPTION = "wamp.error.no_such_subscription"
    /// Arguments a procedure cannot take, or a payload a format cannot carry.
    INVALID_ARGUMENT = "wamp.error.invalid_argument"
    /// The session is about to be ended for breaking the protocol.
    PROTOCOL_VIOLATION = "wamp.error.protocol_violation"
    /// The peer shuts down (ABORT, GOODBYE).
    SYSTEM_SHUTDOWN = "wamp.close.system_shutdown"
    /// The client wants to leave the realm (GOODBYE).
    CLOSE_REALM = "wamp.close.close_realm"
    /// A session's ending was acknowledged (GOODBYE).
    GOODBYE_AND_OUT = "wamp.close.goodbye_and_out"
    /// A session was killed by the meta API.
    KILLED = "wamp.close.killed"
    /// The session's normal end.
    CLOSE_NORMAL = "wamp.close.normal"
    /// The action was refused by the realm's authorization.
    NOT_AUTHORIZED = "wamp.error.not_authorized"
    /// The authorization could not be decided.
    AUTHORIZATION_FAILED = "wamp.error.authorization_failed"
    /// The credentials were refused.
    AUTHENTICATION_DENIED = "wamp.error.authentication_denied"
    /// The authentication could not be carried out.
    AUTHENTICATION_FAILED = "wamp.error.authentication_failed"
    /// The realm asks for credentials, and the client gave none.
    AUTHENTICATION_REQUIRED = "wamp.error.authentication_required"
    /// The principal does not exist.
    NO_SUCH_PRINCIPAL = "wamp.error.no_such_principal"
    /// The action was refused by the realm's authorization (the advanced profile's name for it).
    AUTHORIZATION_DENIED = "wamp.error.authorization_denied"
    /// Neither side knows a method the other offers.
    NO_MATCHING_AUTH_METHOD = "wamp.error.no_matching_auth_method"
    /// The realm does not exist.
    NO_SUCH_REALM = "wamp.error.no_such_realm"
    /// The role does not exist.
    NO_SUCH_ROLE = "wamp.error.no_such_role"
    /// A call was canceled.
    CANCELED = "wamp.error.canceled"
    /// A call took too long.
    TIMEOUT = "wamp.error.timeout"
    /// Nobody can take the call now; dealers may try another callee.
    UNAVAILABLE = "wamp.error.unavailable"
    /// Every callee answered `unavailable`.
    NO_AVAILABLE_CALLEE = "wamp.error.no_available_callee"
    /// A peer lacks the feature asked for.
    FEATURE_NOT_SUPPORTED = "wamp.error.feature_not_supported"
    /// Disclosure was asked for and is not allowed.
    DISCLOSE_ME_DISALLOWED = "wamp.error.option_disallowed.disclose_me"
    /// An option is not allowed.
    OPTION_NOT_ALLOWED = "wamp.error.option_not_allowed"
    /// The payload is too large for a receiver.
    PAYLOAD_SIZE_EXCEEDED = "wamp.error.payload_size_exceeded"
    /// A handler failed; what happened is its own affair.
    RUNTIME_ERROR = "wamp.error.runtime_error"
    /// No session of that id.
    NO_SUCH_SESSION = "wamp.error.no_such_session"
    /// A network failure.
    NETWORK_FAILURE = "wamp.error.network_failure"
}
