use super::element::Element;
use super::options::{
    AbortDetails, AuthenticateExtra, CallOptions, CancelOptions, ChallengeExtra, ErrorDetails, EventDetails, GoodbyeDetails, HelloDetails,
    InterruptOptions, InvocationDetails, PublishOptions, RegisterOptions, ResultDetails, SubscribeOptions, UnregisteredDetails,
    UnsubscribedDetails, WelcomeDetails, YieldOptions,
};
use super::{DecodeError, Elements};
use crate::id::{PublicationId, RegistrationId, RequestId, SessionId, SubscriptionId};
use crate::payload::PayloadRef;
use crate::serializer::{Read, ReadError, Write, WriteError, transcode};
use crate::uri::RawUri;
use compact_str::CompactString;

/// Who may send a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// Clients only.
    Client,
    /// Routers only.
    Router,
    /// Either.
    Both,
}

/// When a message may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Before the session exists.
    Opening,
    /// While the session exists.
    Open,
    /// At any time.
    Any,
}

macro_rules! messages {
    ($(
        $(#[$doc:meta])*
        $name:ident = $code:literal $wire:literal from $sender:ident in $phase:ident
        ( $($(#[$edoc:meta])* $element:ident: $type:ty = $label:literal),* $(; optional $(#[$odoc:meta])* $optional:ident: $otype:ty = $olabel:literal)? )
        $(+ $payload:ident)?
        $(answers $answered:ident)?
    ;)*) => {
        /// The type of a message.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum MessageType {
            $($(#[$doc])* $name = $code,)*
        }

        impl MessageType {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The type of that code.
            pub const fn from_code(code: u64) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Its name in the specification.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $wire,)*
                }
            }

            /// Who may send it.
            pub const fn sender(self) -> Sender {
                match self {
                    $(Self::$name => Sender::$sender,)*
                }
            }

            /// When it may be sent.
            pub const fn phase(self) -> Phase {
                match self {
                    $(Self::$name => Phase::$phase,)*
                }
            }

            /// Whether it may carry arguments.
            pub const fn has_payload(self) -> bool {
                match self {
                    $(Self::$name => false $(|| messages!(@count_any $payload))?,)*
                }
            }

            /// The type of the request it answers, where it is an answer of one.
            pub const fn answers(self) -> Option<Self> {
                match self {
                    $(Self::$name => messages!(@answered $($answered)?),)*
                }
            }
        }

        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq)]
            pub struct $name {
                $($(#[$edoc])* pub $element: $type,)*
                $($(#[$odoc])* pub $optional: $otype,)?
            }

            impl From<$name> for Message {
                fn from(message: $name) -> Self {
                    Self::$name(message)
                }
            }
        )*

        /// A message without its arguments.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Message {
            $($(#[$doc])* $name($name),)*
        }

        impl Message {
            /// Its type.
            pub const fn message_type(&self) -> MessageType {
                match self {
                    $(Self::$name(_) => MessageType::$name,)*
                }
            }
        }

        pub(super) fn read<'a, R: Read<'a>>(code: u64, elements: &mut Elements<'a, R>) -> Result<Message, DecodeError> {
            match code {
                $($code => {
                    elements.message = $wire;
                    let message = $name {
                        $($element: elements.read($label)?,)*
                        $($optional: elements.read_optional::<$otype>($olabel)?,)?
                    };
                    $(messages!(@read $payload elements);)?
                    Ok(Message::$name(message))
                })*
                code => Err(DecodeError::UnknownType(code)),
            }
        }

        pub(super) fn write<W: Write>(message: &Message, payload: PayloadRef<'_>, writer: &mut W) -> Result<(), WriteError> {
            match message {
                $(Message::$name(message) => {
                    let optional = false $(|| !message.$optional.is_absent())?;
                    let arguments = 0 $(+ messages!(@count $payload payload))?;
                    writer.array(1 $(+ { let _: &$type = &message.$element; 1 })* + usize::from(optional) + arguments);
                    writer.u64($code);
                    $(message.$element.write(writer)?;)*
                    $(if optional { message.$optional.write(writer)?; })?
                    $(messages!(@write $payload payload writer);)?
                })*
            }
            writer.end_array();
            Ok(())
        }
    };
    (@count_any payload) => { true };
    (@answered) => { None };
    (@answered $answered:ident) => { Some(MessageType::$answered) };
    (@read payload $elements:ident) => { $elements.read_payload()? };
    (@count payload $payload:ident) => { argument_elements($payload) };
    (@write payload $payload:ident $writer:ident) => { write_arguments($payload, $writer)? };
}

impl MessageType {
    /// Its code on the wire.
    pub const fn code(self) -> u64 {
        self as u16 as u64
    }
}

impl std::fmt::Display for MessageType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// How many elements the arguments take: keyword arguments are preceded by the list, be it empty.
const fn argument_elements(payload: PayloadRef<'_>) -> usize {
    match (payload.args.is_empty(), payload.kwargs.is_empty()) {
        (_, false) => 2,
        (false, true) => 1,
        (true, true) => 0,
    }
}

fn write_arguments<W: Write>(payload: PayloadRef<'_>, writer: &mut W) -> Result<(), WriteError> {
    if !payload.args.is_empty() {
        write_part(payload, payload.args, writer)?;
    } else if !payload.kwargs.is_empty() {
        writer.array(0);
        writer.end_array();
    }
    if !payload.kwargs.is_empty() {
        write_part(payload, payload.kwargs, writer)?;
    }
    Ok(())
}

fn write_part<W: Write>(payload: PayloadRef<'_>, part: &[u8], writer: &mut W) -> Result<(), WriteError> {
    if payload.format == W::FORMAT {
        writer.raw(part);
        return Ok(());
    }
    transcode(payload.format, part, writer)
}

/// A request id that is 0 on the wire where the router writes unasked.
impl Element for OptionalRequest {
    fn read<'a, R: Read<'a>>(reader: &mut R) -> Result<Self, ReadError> {
        match reader.u64()? {
            0 => Ok(Self(None)),
            raw => RequestId::new(raw).map(|id| Self(Some(id))).ok_or(ReadError::OutOfRange("an id is 1 to 2^53")),
        }
    }
    fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError> {
        writer.u64(self.0.map_or(0, RequestId::as_u64));
        Ok(())
    }
}

/// The request that UNSUBSCRIBED or UNREGISTERED answers, or none where the router ended it by itself (0 on the wire).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OptionalRequest(pub Option<RequestId>);

messages! {
    /// Asks to join a realm.
    Hello = 1 "HELLO" from Client in Opening (
        /// The realm to join.
        realm: RawUri = "Realm",
        /// Roles, identity, methods.
        details: HelloDetails = "Details"
    );
    /// The realm is joined; the session is open.
    Welcome = 2 "WELCOME" from Router in Opening (
        /// The session's id.
        session: SessionId = "Session",
        /// Roles and identity.
        details: WelcomeDetails = "Details"
    ) answers Hello;
    /// The session is not opened, or ends for a violation.
    Abort = 3 "ABORT" from Both in Any (
        /// A message for people.
        details: AbortDetails = "Details",
        /// Why.
        reason: RawUri = "Reason"
    ) + payload;
    /// Asks for a proof of identity.
    Challenge = 4 "CHALLENGE" from Router in Opening (
        /// The authentication method.
        auth_method: CompactString = "AuthMethod",
        /// What the method needs.
        extra: ChallengeExtra = "Extra"
    );
    /// Gives the proof.
    Authenticate = 5 "AUTHENTICATE" from Client in Opening (
        /// The proof, of the method's own form.
        signature: CompactString = "Signature",
        /// What the method carries beyond it.
        extra: AuthenticateExtra = "Extra"
    );
    /// Ends the session, or acknowledges its end.
    Goodbye = 6 "GOODBYE" from Both in Open (
        /// A message for people.
        details: GoodbyeDetails = "Details",
        /// Why.
        reason: RawUri = "Reason"
    );
    /// A request failed.
    Error = 8 "ERROR" from Both in Open (
        /// The type of the request.
        request_type: MessageType = "REQUEST.Type",
        /// The request.
        request: RequestId = "REQUEST.Request",
        /// How the payload was packed.
        details: ErrorDetails = "Details",
        /// Which error.
        error: RawUri = "Error"
    ) + payload;
    /// Publishes an event.
    Publish = 16 "PUBLISH" from Client in Open (
        /// The request.
        request: RequestId = "Request",
        /// To whom and how.
        options: PublishOptions = "Options",
        /// The topic.
        topic: RawUri = "Topic"
    ) + payload;
    /// A publication was accepted.
    Published = 17 "PUBLISHED" from Router in Open (
        /// The request.
        request: RequestId = "PUBLISH.Request",
        /// The publication's id.
        publication: PublicationId = "Publication"
    ) answers Publish;
    /// Asks for the events of a topic.
    Subscribe = 32 "SUBSCRIBE" from Client in Open (
        /// The request.
        request: RequestId = "Request",
        /// How the topic is matched.
        options: SubscribeOptions = "Options",
        /// The topic or pattern.
        topic: RawUri = "Topic"
    );
    /// A subscription was accepted.
    Subscribed = 33 "SUBSCRIBED" from Router in Open (
        /// The request.
        request: RequestId = "SUBSCRIBE.Request",
        /// The subscription's id.
        subscription: SubscriptionId = "Subscription"
    ) answers Subscribe;
    /// Ends a subscription.
    Unsubscribe = 34 "UNSUBSCRIBE" from Client in Open (
        /// The request.
        request: RequestId = "Request",
        /// The subscription.
        subscription: SubscriptionId = "SUBSCRIBED.Subscription"
    );
    /// A subscription has ended.
    Unsubscribed = 35 "UNSUBSCRIBED" from Router in Open (
        /// The request, if it was asked for.
        request: OptionalRequest = "UNSUBSCRIBE.Request"; optional
        /// Which and why, if it was not.
        details: UnsubscribedDetails = "Details"
    ) answers Unsubscribe;
    /// An event.
    Event = 36 "EVENT" from Router in Open (
        /// The subscription it falls under.
        subscription: SubscriptionId = "SUBSCRIBED.Subscription",
        /// The publication.
        publication: PublicationId = "PUBLISHED.Publication",
        /// Who published, and where.
        details: EventDetails = "Details"
    ) + payload;
    /// Acknowledges an event (not announced by us).
    EventReceived = 337 "EVENT_RECEIVED" from Client in Open (
        /// The publication.
        publication: PublicationId = "EVENT.Publication"
    );
    /// Calls a procedure.
    Call = 48 "CALL" from Client in Open (
        /// The request.
        request: RequestId = "Request",
        /// How it is called.
        options: CallOptions = "Options",
        /// The procedure.
        procedure: RawUri = "Procedure"
    ) + payload;
    /// Cancels a call.
    Cancel = 49 "CANCEL" from Client in Open (
        /// The call's request.
        request: RequestId = "CALL.Request",
        /// How.
        options: CancelOptions = "Options"
    );
    /// A call's result, or one of several.
    CallResult = 50 "RESULT" from Router in Open (
        /// The call's request.
        request: RequestId = "CALL.Request",
        /// Whether more follow.
        details: ResultDetails = "Details"
    ) + payload answers Call;
    /// Offers a procedure.
    Register = 64 "REGISTER" from Client in Open (
        /// The request.
        request: RequestId = "Request",
        /// How it is matched and shared.
        options: RegisterOptions = "Options",
        /// The procedure or pattern.
        procedure: RawUri = "Procedure"
    );
    /// A registration was accepted.
    Registered = 65 "REGISTERED" from Router in Open (
        /// The request.
        request: RequestId = "REGISTER.Request",
        /// The registration's id.
        registration: RegistrationId = "Registration"
    ) answers Register;
    /// Ends a registration.
    Unregister = 66 "UNREGISTER" from Client in Open (
        /// The request.
        request: RequestId = "Request",
        /// The registration.
        registration: RegistrationId = "REGISTERED.Registration"
    );
    /// A registration has ended.
    Unregistered = 67 "UNREGISTERED" from Router in Open (
        /// The request, if it was asked for.
        request: OptionalRequest = "UNREGISTER.Request"; optional
        /// Which and why, if it was not.
        details: UnregisteredDetails = "Details"
    ) answers Unregister;
    /// A call, as its callee gets it.
    Invocation = 68 "INVOCATION" from Router in Open (
        /// The request, of the router's own sequence.
        request: RequestId = "Request",
        /// The registration it falls under.
        registration: RegistrationId = "REGISTERED.Registration",
        /// Who calls, and how.
        details: InvocationDetails = "Details"
    ) + payload;
    /// A call being worked on was canceled.
    Interrupt = 69 "INTERRUPT" from Router in Open (
        /// The invocation's request.
        request: RequestId = "INVOCATION.Request",
        /// How and why.
        options: InterruptOptions = "Options"
    );
    /// The result of an invocation, or one of several.
    Yield = 70 "YIELD" from Client in Open (
        /// The invocation's request.
        request: RequestId = "INVOCATION.Request",
        /// Whether more follow.
        options: YieldOptions = "Options"
    ) + payload answers Invocation;
}
