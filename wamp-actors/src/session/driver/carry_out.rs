//! What handles ask for, handed to the state machine.

use super::super::command::{CallReply, Command, Ticket, Token};
use super::super::requests::{CallRequest, PublishRequest, RegisterRequest, SubscribeRequest};
use super::{Driver, now};
use crate::error::{CallError, Closed, PublishError, RegisterError, SessionError, SubscribeError, WampError};
use crate::transport::{LinkError, SendError};
use proto::message::{Call, ErrorDetails, Publish};
use proto::session::{Answer, CommandError, ErrorReply, Failure};
use proto::uri::wamp;
use proto::{Message, MessageType, Payload, PayloadRef, PublicationId, RawUri, RegistrationId, RequestId, SubscriptionId};
use std::time::Instant;
use tokio::sync::oneshot;

/// More than the header of a usual message takes, in octets.
const HEADER: usize = 4 << 10;

impl Driver {
    /// Hands one command on.
    pub(super) fn carry_out(&mut self, command: Command) {
        match command {
            Command::Call { ticket, request, deadline, reply, room } => {
                self.hold(room);
                self.call(ticket, request, deadline, reply);
            }
            Command::Cancel(ticket) => self.cancel(ticket),
            Command::Publish { request, reply, room } => {
                self.hold(room);
                self.publish(request, reply);
            }
            Command::Subscribe { ticket, request, reply } => self.subscribe(ticket, request, reply),
            Command::Unsubscribe { ticket, reply } => self.unsubscribe(ticket, reply),
            Command::Register { ticket, request, reply } => self.register(ticket, request, reply),
            Command::Unregister { ticket, reply } => self.unregister(ticket, reply),
            Command::Answer { invocation, answer, room } => {
                room.into_iter().for_each(|room| self.hold(room));
                self.answer(invocation, answer);
            }
            Command::Spawn(job) => drop(tokio::task::spawn_local(job())),
            Command::Leave => self.leave(),
        }
    }

    fn call(&mut self, ticket: Ticket, request: CallRequest, deadline: Option<Instant>, reply: CallReply) {
        let CallRequest { procedure, options, payload, timeout, .. } = request;
        let odd = !options.extra.is_empty();
        let call = || Call { request: RequestId::FIRST, options: options.clone(), procedure: (&procedure).into() }.into();
        if let Err(error) = self.check(odd, &payload, call) {
            return reply.finish(Err(SessionError::Send(error).into()));
        }
        let token = Token::Call { ticket, timeout, reply };
        match self.machine.call(now(), procedure, options, payload, deadline, token) {
            Ok(request) => drop(self.tables.calls.insert(ticket, request)),
            Err(refused) => self.refuse(refused.token, refused.error),
        }
    }

    fn cancel(&mut self, ticket: Ticket) {
        if let Some(request) = self.tables.calls.remove(&ticket) {
            self.machine.abandon(now(), request);
        }
    }

    fn publish(&mut self, request: PublishRequest, reply: Option<oneshot::Sender<Result<PublicationId, PublishError>>>) {
        let PublishRequest { topic, options, payload } = request;
        let odd = !options.extra.is_empty();
        let publish = || Publish { request: RequestId::FIRST, options: options.clone(), topic: (&topic).into() }.into();
        if let Err(error) = self.check(odd, &payload, publish) {
            match reply {
                Some(reply) => drop(reply.send(Err(SessionError::Send(error).into()))),
                None => tracing::warn!(%topic, %error, "an event was not published"),
            }
            return;
        }
        if let Err(refused) = self.machine.publish(now(), topic, options, payload, reply.map(Token::Publish))
            && let Some(token) = refused.token
        {
            self.refuse(token, refused.error);
        }
    }

    fn subscribe(&mut self, ticket: Ticket, request: SubscribeRequest, reply: oneshot::Sender<Result<SubscriptionId, SubscribeError>>) {
        let (topic, options) = (request.topic.clone(), request.options.clone());
        let token = Token::Subscribe { ticket, request, reply };
        if let Err(refused) = self.machine.subscribe(now(), topic, options, token) {
            self.refuse(refused.token, refused.error);
        }
    }

    fn unsubscribe(&mut self, ticket: Ticket, reply: Option<oneshot::Sender<Result<(), SubscribeError>>>) {
        let Some(id) = self.tables.unsubscribe(ticket) else {
            return drop(reply.map(|reply| reply.send(Ok(()))));
        };
        if let Err(refused) = self.machine.unsubscribe(now(), id, Token::Unsubscribe(reply)) {
            self.refuse(refused.token, refused.error);
        }
    }

    fn register(&mut self, ticket: Ticket, request: RegisterRequest, reply: oneshot::Sender<Result<RegistrationId, RegisterError>>) {
        let (procedure, options) = (request.procedure.clone(), request.options.clone());
        let token = Token::Register { ticket, request, reply };
        if let Err(refused) = self.machine.register(now(), procedure, options, token) {
            self.refuse(refused.token, refused.error);
        }
    }

    fn unregister(&mut self, ticket: Ticket, reply: Option<oneshot::Sender<Result<(), RegisterError>>>) {
        let Some(id) = self.tables.unregister(ticket) else {
            return drop(reply.map(|reply| reply.send(Ok(()))));
        };
        if let Err(refused) = self.machine.unregister(now(), id, Token::Unregister(reply)) {
            self.refuse(refused.token, refused.error);
        }
    }

    fn answer(&mut self, invocation: RequestId, answer: Answer) {
        if !matches!(answer, Answer::Progress { .. }) {
            self.tables.invocations.remove(&invocation);
        }
        // An invocation that is gone (the session is over) needs no answer.
        if let Err(error) = self.machine.answer(invocation, answer) {
            tracing::debug!(%error, "an answer came too late");
        }
    }

    /// Keeps room taken until what it is for is written.
    fn hold(&mut self, room: super::Room) {
        match &mut self.held {
            Some(held) => held.merge(room),
            none => *none = Some(room),
        }
    }

    /// Whether a request can be sent, found out before it has an id: a gap in the ids is a violation to some routers. Only
    /// options of the user's own, arguments of another format and messages of about the router's limit can fail, so only then is it tried.
    fn check(&self, odd: bool, payload: &Payload, message: impl FnOnce() -> Message) -> Result<(), SendError> {
        let (format, limit) = (self.link.format(), self.link.max_message());
        let (foreign, size) = (!payload.is_empty() && payload.format() != format, payload.as_ref().len());
        let close = limit.is_some_and(|limit| size + HEADER > limit);
        let size = if odd || foreign || close {
            let mut trial = Vec::with_capacity(size + 256);
            proto::message::encode(&message(), payload.as_ref(), format, &mut trial)?;
            trial.len()
        } else {
            size
        };
        match limit {
            Some(limit) if size > limit => Err(SendError::TooLarge { size, limit }),
            _ => Ok(()),
        }
    }

    /// The state machine did not take a request.
    fn refuse(&self, token: Token, error: CommandError) {
        let error = match error {
            CommandError::NotJoined => SessionError::Closed(self.reason()),
            other => SessionError::Refused(other),
        };
        token.fail(error);
    }

    /// Why the session is over, as far as it is known.
    fn reason(&self) -> Closed {
        self.end.closed.clone().unwrap_or(Closed::Left)
    }

    /// A message could not be written. Its request fails; an answer becomes an ERROR without arguments.
    pub(super) fn unsent(&mut self, message: &Message, error: SendError) {
        match message {
            Message::Yield(answer) if answer.options.progress => tracing::warn!(%error, "a progressive result was not sent"),
            Message::Yield(answer) => self.send_bare_error(answer.request, &error),
            Message::Error(answer) => self.send_bare_error(answer.request, &error),
            Message::Publish(publish) if !publish.options.acknowledge => {
                tracing::warn!(topic = %publish.topic, %error, "an event was not published");
            }
            other => match request_of(other).and_then(|request| self.machine.abandon(now(), request)) {
                Some(token) => token.fail(SessionError::Send(error)),
                None => self.lose_link(LinkError::Io(std::io::Error::new(std::io::ErrorKind::InvalidData, error))),
            },
        }
    }

    fn send_bare_error(&mut self, request: RequestId, error: &SendError) {
        tracing::warn!(%error, %request, "a result was not sent");
        let reason = match error {
            SendError::TooLarge { .. } => wamp::PAYLOAD_SIZE_EXCEEDED,
            SendError::Write(_) => wamp::RUNTIME_ERROR,
        };
        let (details, error) = (ErrorDetails::default(), RawUri::from_static(reason));
        let bare = proto::message::Error { request_type: MessageType::Invocation, request, details, error };
        if let Err(error) = self.link.send(&bare.into(), PayloadRef::EMPTY) {
            tracing::error!(%error, %request, "an invocation stays unanswered");
        }
    }
}

fn request_of(message: &Message) -> Option<RequestId> {
    match message {
        Message::Call(it) => Some(it.request),
        Message::Publish(it) => Some(it.request),
        Message::Subscribe(it) => Some(it.request),
        Message::Unsubscribe(it) => Some(it.request),
        Message::Register(it) => Some(it.request),
        Message::Unregister(it) => Some(it.request),
        _ => None,
    }
}

impl Token {
    /// Ends the request without an answer of the router's.
    pub(super) fn fail(self, error: SessionError) {
        match self {
            Self::Call { reply, .. } => reply.finish(Err(error.into())),
            Self::Publish(reply) => drop(reply.send(Err(error.into()))),
            Self::Subscribe { reply, .. } => drop(reply.send(Err(error.into()))),
            Self::Unsubscribe(reply) => drop(reply.map(|reply| reply.send(Err(error.into())))),
            Self::Register { reply, .. } => drop(reply.send(Err(error.into()))),
            Self::Unregister(reply) => drop(reply.map(|reply| reply.send(Err(error.into())))),
        }
    }

    /// Ends a request that was canceled here.
    pub(super) fn cancel(self) {
        match self {
            Self::Call { reply, .. } => reply.finish(Err(CallError::Canceled)),
            other => other.fail(SessionError::OutcomeUnknown(Closed::Left)),
        }
    }

    /// Ends the request with an ERROR.
    pub(super) fn refuse(self, reply: ErrorReply) {
        let error = WampError::received(reply.error, reply.details, reply.payload);
        match self {
            Self::Call { reply, .. } => reply.finish(Err(CallError::Error(error))),
            Self::Publish(reply) => drop(reply.send(Err(PublishError::Error(error)))),
            Self::Subscribe { reply, .. } => drop(reply.send(Err(SubscribeError::Error(error)))),
            Self::Unsubscribe(reply) => drop(reply.map(|reply| reply.send(Err(SubscribeError::Error(error))))),
            Self::Register { reply, .. } => drop(reply.send(Err(RegisterError::Error(error)))),
            Self::Unregister(reply) => drop(reply.map(|reply| reply.send(Err(RegisterError::Error(error))))),
        }
    }
}

/// Whether a failure is due to the session's end, whose cause is told with it.
pub(super) const fn is_end(failure: &Failure) -> bool {
    matches!(failure, Failure::LinkLost | Failure::Left | Failure::Aborted)
}
