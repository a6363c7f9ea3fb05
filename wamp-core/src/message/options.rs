//! Options and details as typed structs. Keys of no meaning to us are kept in [`Extra`].

use super::element::Element;
use crate::id::{RegistrationId, SessionId, SubscriptionId};
use crate::role::Roles;
use crate::serializer::{DEFAULT_MAX_DEPTH, Kind, Read, ReadError, Write, WriteError};
use crate::uri::{MatchPolicy, RawUri};
use crate::value::{Dict, Value};
use compact_str::CompactString;

/// Part of a dictionary that takes more than one key.
trait Part: Default {
    /// Reads the value of `key` if it is one of the part's.
    fn read<'a, R: Read<'a>>(&mut self, key: &str, reader: &mut R) -> Result<bool, ReadError>;
    fn len(&self) -> usize;
    fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError>;
}

/// Keys and values that are not typed here: custom ones (`x_…`, `_…`) and those of later specifications.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Extra(Option<Box<Dict>>);

impl Extra {
    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.as_ref()?.get(key)
    }

    /// Sets `key` to `value`.
    pub fn insert(&mut self, key: impl AsRef<str>, value: Value) {
        self.0.get_or_insert_default().insert(CompactString::new(key), value);
    }

    /// The keys and values, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().flat_map(|dict| dict.iter().map(|(key, value)| (key.as_str(), value)))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|dict| dict.is_empty())
    }
}

impl From<Dict> for Extra {
    fn from(dict: Dict) -> Self {
        Self((!dict.is_empty()).then(|| Box::new(dict)))
    }
}

impl Part for Extra {
    fn read<'a, R: Read<'a>>(&mut self, key: &str, reader: &mut R) -> Result<bool, ReadError> {
        // What cannot be kept (an extension type, a tag, a big integer) is dropped: an unknown key is not worth the session.
        let raw = reader.skip()?;
        if let Ok(value) = R::new(raw, DEFAULT_MAX_DEPTH).and_then(|mut reader| reader.value()) {
            self.insert(key, value);
        }
        Ok(true)
    }
    fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |dict| dict.len())
    }
    fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError> {
        self.iter().try_for_each(|(key, value)| {
            writer.key(key);
            writer.value(value)
        })
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* } $all:literal)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
        }

        impl $name {
            /// The word in options.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// The value of that word.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl Element for $name {
            fn read<'a, R: Read<'a>>(reader: &mut R) -> Result<Self, ReadError> {
                Self::from_name(&reader.str()?).ok_or(ReadError::NotOneOf($all))
            }
            fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError> {
                writer.str(self.as_str())
            }
            fn is_absent(&self) -> bool {
                *self == Self::default()
            }
        }
    )*};
}

words! {
    /// How a dealer chooses among the callees of a shared registration (`REGISTER.Options.invoke`).
    InvokePolicy {
        /// One callee only (the default).
        #[default]
        Single = "single",
        /// The callee that registered first.
        First = "first",
        /// The callee that registered last.
        Last = "last",
        /// In turn.
        RoundRobin = "roundrobin",
        /// By chance.
        Random = "random",
    } "single, first, last, roundrobin, random"
    /// How a call is canceled (`CANCEL.Options.mode`).
    CancelMode {
        /// The caller is answered at once; the callee is not told.
        Skip = "skip",
        /// The callee is interrupted, and its answer ends the call.
        Kill = "kill",
        /// The caller is answered at once and the callee interrupted.
        #[default]
        KillNoWait = "killnowait",
    } "skip, kill, killnowait"
}

/// Declares dictionaries: `field: Type = "key"`, then parts of several keys. What is at its default is not written;
/// null is read as absent.
macro_rules! dictionaries {
    ($(
        $(#[$doc:meta])*
        $name:ident {
            $($(#[$fdoc:meta])* $field:ident: $type:ty = $key:literal,)*
            $(..$(#[$pdoc:meta])* $part:ident: $part_type:ty,)*
        }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $type,)*
            $($(#[$pdoc])* pub $part: $part_type,)*
            /// Keys that are not typed here.
            pub extra: Extra,
        }

        impl Element for $name {
            fn read<'a, R: Read<'a>>(reader: &mut R) -> Result<Self, ReadError> {
                let (mut entries, mut dict) = (reader.map()?, Self::default());
                while reader.next(&mut entries)? {
                    let key = reader.key()?;
                    if reader.kind()? == Kind::Null {
                        reader.null()?;
                        continue;
                    }
                    match &*key {
                        $($key => dict.$field = <$type as Element>::read(reader)?,)*
                        key => {
                            $(if Part::read(&mut dict.$part, key, reader)? { continue })*
                            Part::read(&mut dict.extra, key, reader)?;
                        }
                    }
                }
                Ok(dict)
            }

            fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError> {
                let len = self.extra.len() $(+ usize::from(!self.$field.is_absent()))* $(+ Part::len(&self.$part))*;
                writer.map(len);
                $(if !self.$field.is_absent() {
                    writer.key($key);
                    self.$field.write(writer)?;
                })*
                $(Part::write(&self.$part, writer)?;)*
                self.extra.write(writer)?;
                writer.end_map();
                Ok(())
            }

            fn is_absent(&self) -> bool {
                *self == Self::default()
            }
        }
    )*};
}

/// Declares parts of dictionaries that are rare, so that they cost one pointer where they are absent.
macro_rules! rare_parts {
    ($(
        $(#[$doc:meta])*
        $name:ident, $inner:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty = $key:literal,)* }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct $name(Option<Box<$inner>>);

        #[derive(Debug, Clone, PartialEq, Default)]
        struct $inner {
            $($field: Option<$type>,)*
        }

        impl $name {
            $(
                $(#[$fdoc])*
                pub fn $field(&self) -> Option<&$type> {
                    self.0.as_ref()?.$field.as_ref()
                }
            )*

            /// Whether none of its keys is given.
            pub const fn is_empty(&self) -> bool {
                self.0.is_none()
            }
        }

        impl Part for $name {
            fn read<'a, R: Read<'a>>(&mut self, key: &str, reader: &mut R) -> Result<bool, ReadError> {
                match key {
                    $($key => self.0.get_or_insert_default().$field = Some(Element::read(reader)?),)*
                    _ => return Ok(false),
                }
                Ok(true)
            }
            fn len(&self) -> usize {
                self.0.as_ref().map_or(0, |part| [$(part.$field.is_some(),)*].into_iter().map(usize::from).sum())
            }
            fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError> {
                let Some(part) = &self.0 else { return Ok(()) };
                $(if let Some(value) = &part.$field {
                    writer.key($key);
                    Element::write(value, writer)?;
                })*
                Ok(())
            }
        }
    )*};
}

rare_parts! {
    /// Payload passthru mode: how the payload was packed ([advanced/payload_passthru_mode]).
    ///
    /// [advanced/payload_passthru_mode]: https://wamp-proto.org/wamp_latest_ietf.html#name-payload-passthru-mode
    Passthru, PassthruKeys {
        /// The scheme (`ppt_scheme`).
        scheme: CompactString = "ppt_scheme",
        /// The serializer of the packed payload (`ppt_serializer`).
        serializer: CompactString = "ppt_serializer",
        /// The cipher (`ppt_cipher`).
        cipher: CompactString = "ppt_cipher",
        /// The id of the key (`ppt_keyid`).
        keyid: CompactString = "ppt_keyid",
    }
    /// Which subscribers an event is for and which not (`PUBLISH.Options`).
    Receivers, ReceiversKeys {
        /// Not to these sessions.
        exclude: Vec<SessionId> = "exclude",
        /// Not to sessions of these authids.
        exclude_authid: Vec<CompactString> = "exclude_authid",
        /// Not to sessions of these roles.
        exclude_authrole: Vec<CompactString> = "exclude_authrole",
        /// To these sessions only.
        eligible: Vec<SessionId> = "eligible",
        /// To sessions of these authids only.
        eligible_authid: Vec<CompactString> = "eligible_authid",
        /// To sessions of these roles only.
        eligible_authrole: Vec<CompactString> = "eligible_authrole",
    }
}

impl Passthru {
    /// Packed by this scheme.
    pub fn new(scheme: impl AsRef<str>) -> Self {
        Self(Some(Box::new(PassthruKeys { scheme: Some(CompactString::new(scheme)), ..PassthruKeys::default() })))
    }

    /// Serialized by this serializer before it was packed.
    #[must_use]
    pub fn with_serializer(mut self, serializer: impl AsRef<str>) -> Self {
        self.0.get_or_insert_default().serializer = Some(CompactString::new(serializer));
        self
    }

    /// Encrypted by this cipher.
    #[must_use]
    pub fn with_cipher(mut self, cipher: impl AsRef<str>) -> Self {
        self.0.get_or_insert_default().cipher = Some(CompactString::new(cipher));
        self
    }

    /// Encrypted by the key of this id.
    #[must_use]
    pub fn with_keyid(mut self, keyid: impl AsRef<str>) -> Self {
        self.0.get_or_insert_default().keyid = Some(CompactString::new(keyid));
        self
    }
}

impl Receivers {
    /// Not to these sessions.
    #[must_use]
    pub fn with_exclude(mut self, sessions: Vec<SessionId>) -> Self {
        self.0.get_or_insert_default().exclude = Some(sessions);
        self
    }

    /// Not to sessions of these authids.
    #[must_use]
    pub fn with_exclude_authid(mut self, authids: Vec<CompactString>) -> Self {
        self.0.get_or_insert_default().exclude_authid = Some(authids);
        self
    }

    /// Not to sessions of these roles.
    #[must_use]
    pub fn with_exclude_authrole(mut self, roles: Vec<CompactString>) -> Self {
        self.0.get_or_insert_default().exclude_authrole = Some(roles);
        self
    }

    /// To these sessions only.
    #[must_use]
    pub fn with_eligible(mut self, sessions: Vec<SessionId>) -> Self {
        self.0.get_or_insert_default().eligible = Some(sessions);
        self
    }

    /// To sessions of these authids only.
    #[must_use]
    pub fn with_eligible_authid(mut self, authids: Vec<CompactString>) -> Self {
        self.0.get_or_insert_default().eligible_authid = Some(authids);
        self
    }

    /// To sessions of these roles only.
    #[must_use]
    pub fn with_eligible_authrole(mut self, roles: Vec<CompactString>) -> Self {
        self.0.get_or_insert_default().eligible_authrole = Some(roles);
        self
    }
}

dictionaries! {
    /// `HELLO.Details`.
    HelloDetails {
        /// The roles and features of the client.
        roles: Roles = "roles",
        /// The client's software and version.
        agent: Option<CompactString> = "agent",
        /// The identity the client claims.
        authid: Option<CompactString> = "authid",
        /// The role the client asks for.
        authrole: Option<CompactString> = "authrole",
        /// The authentication methods the client offers.
        authmethods: Vec<CompactString> = "authmethods",
        /// What the methods carry beyond the identity.
        authextra: Dict = "authextra",
    }
    /// `WELCOME.Details`.
    WelcomeDetails {
        /// The roles and features of the router.
        roles: Roles = "roles",
        /// The router's software and version.
        agent: Option<CompactString> = "agent",
        /// The realm joined, where the router names it.
        realm: Option<CompactString> = "realm",
        /// The identity the session has.
        authid: Option<CompactString> = "authid",
        /// The role the session has.
        authrole: Option<CompactString> = "authrole",
        /// How it was authenticated.
        authmethod: Option<CompactString> = "authmethod",
        /// Who authenticated it.
        authprovider: Option<CompactString> = "authprovider",
        /// What the method returned beyond the identity.
        authextra: Dict = "authextra",
    }
    /// `ABORT.Details`.
    AbortDetails {
        /// Why, for people.
        message: Option<CompactString> = "message",
    }
    /// `CHALLENGE.Extra`: of each authentication method's own shape.
    ChallengeExtra {}
    /// `AUTHENTICATE.Extra`: of each authentication method's own shape.
    AuthenticateExtra {}
    /// `GOODBYE.Details`.
    GoodbyeDetails {
        /// Why, for people.
        message: Option<CompactString> = "message",
    }
    /// `ERROR.Details`.
    ErrorDetails {
        ../// How the payload was packed.
        ppt: Passthru,
    }
    /// `PUBLISH.Options`.
    PublishOptions {
        /// Whether the broker answers with PUBLISHED or ERROR (default: no).
        acknowledge: bool = "acknowledge",
        /// Whether the publisher itself is left out (default: yes).
        exclude_me: Option<bool> = "exclude_me",
        /// Whether subscribers may learn who published.
        disclose_me: Option<bool> = "disclose_me",
        /// Whether the broker keeps the event for later subscribers.
        retain: bool = "retain",
        ../// Who receives the event.
        receivers: Receivers,
        ../// How the payload was packed.
        ppt: Passthru,
    }
    /// `SUBSCRIBE.Options`.
    SubscribeOptions {
        /// How the topic is matched (default: exact).
        match_policy: MatchPolicy = "match",
        /// Whether a retained event is wanted at once.
        get_retained: bool = "get_retained",
    }
    /// `UNSUBSCRIBED.Details`, where the router ended the subscription.
    UnsubscribedDetails {
        /// The subscription that ended.
        subscription: Option<SubscriptionId> = "subscription",
        /// Why.
        reason: Option<RawUri> = "reason",
    }
    /// `EVENT.Details`.
    EventDetails {
        /// The publisher's session, if disclosed.
        publisher: Option<SessionId> = "publisher",
        /// The publisher's identity, if disclosed.
        publisher_authid: Option<CompactString> = "publisher_authid",
        /// The publisher's role, if disclosed.
        publisher_authrole: Option<CompactString> = "publisher_authrole",
        /// The publication's trust level, 0 upwards.
        trustlevel: Option<u64> = "trustlevel",
        /// The topic published to, where the subscription is a pattern.
        topic: Option<RawUri> = "topic",
        /// Whether the event was kept by the broker and is older than the subscription.
        retained: bool = "retained",
        ../// How the payload was packed.
        ppt: Passthru,
    }
    /// `CALL.Options`.
    CallOptions {
        /// Whether progressive results are wanted.
        receive_progress: bool = "receive_progress",
        /// Whether more of the call's arguments follow (progressive call invocations).
        progress: bool = "progress",
        /// How long the call may take, in milliseconds; 0 is for ever.
        timeout: Option<u64> = "timeout",
        /// Whether the callee may learn who calls.
        disclose_me: Option<bool> = "disclose_me",
        ../// How the payload was packed.
        ppt: Passthru,
    }
    /// `CANCEL.Options`.
    CancelOptions {
        /// How the call is canceled.
        mode: Option<CancelMode> = "mode",
    }
    /// `RESULT.Details`.
    ResultDetails {
        /// Whether more results follow.
        progress: bool = "progress",
        ../// How the payload was packed.
        ppt: Passthru,
    }
    /// `REGISTER.Options`.
    RegisterOptions {
        /// How the procedure is matched (default: exact).
        match_policy: MatchPolicy = "match",
        /// How a callee is chosen among several (default: one only).
        invoke: InvokePolicy = "invoke",
        /// How many invocations the callee takes at once (default: no limit).
        concurrency: Option<u64> = "concurrency",
        /// Whether the callee wants to know who calls.
        disclose_caller: Option<bool> = "disclose_caller",
        /// Whether the callee, not the dealer, enforces a call's time-out.
        forward_timeout: Option<bool> = "forward_timeout",
        /// Whether an existing registration is taken over.
        force_reregister: bool = "force_reregister",
    }
    /// `UNREGISTERED.Details`, where the router ended the registration.
    UnregisteredDetails {
        /// The registration that ended.
        registration: Option<RegistrationId> = "registration",
        /// Why.
        reason: Option<RawUri> = "reason",
    }
    /// `INVOCATION.Details`.
    InvocationDetails {
        /// The caller's session, if disclosed.
        caller: Option<SessionId> = "caller",
        /// The caller's identity, if disclosed.
        caller_authid: Option<CompactString> = "caller_authid",
        /// The caller's role, if disclosed.
        caller_authrole: Option<CompactString> = "caller_authrole",
        /// The call's trust level, 0 upwards.
        trustlevel: Option<u64> = "trustlevel",
        /// The procedure called, where the registration is a pattern.
        procedure: Option<RawUri> = "procedure",
        /// Whether progressive results are wanted.
        receive_progress: bool = "receive_progress",
        /// Whether more of the call's arguments follow (progressive call invocations).
        progress: bool = "progress",
        /// How long the callee may take, in milliseconds, where it enforces the time-out.
        timeout: Option<u64> = "timeout",
        ../// How the payload was packed.
        ppt: Passthru,
    }
    /// `INTERRUPT.Options`.
    InterruptOptions {
        /// How the call was canceled.
        mode: Option<CancelMode> = "mode",
        /// Why.
        reason: Option<RawUri> = "reason",
    }
    /// `YIELD.Options`.
    YieldOptions {
        /// Whether more results follow.
        progress: bool = "progress",
        ../// How the payload was packed.
        ppt: Passthru,
    }
}

impl RegisterOptions {
    /// The default options with this match policy.
    pub fn matching(match_policy: MatchPolicy) -> Self {
        Self { match_policy, ..Self::default() }
    }
}

impl SubscribeOptions {
    /// The default options with this match policy.
    pub fn matching(match_policy: MatchPolicy) -> Self {
        Self { match_policy, ..Self::default() }
    }
}
