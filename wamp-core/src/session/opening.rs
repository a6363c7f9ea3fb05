//! Before the session is open: HELLO, CHALLENGE, AUTHENTICATE, WELCOME.

use super::joined::Joined;
use super::state::{Out, Phase, Step};
use super::{Abort, Closed, Config, Event, Side, Violation};
use crate::auth::{AuthError, Authenticator};
use crate::message::{Challenge, Hello, HelloDetails, Message, Welcome};
use crate::payload::Payload;
use crate::role::Role;
use crate::uri::{RawUri, wamp};
use compact_str::{CompactString, ToCompactString};
use std::time::Instant;

/// How many times a router may challenge: two factors, and one to spare.
const MAX_CHALLENGES: usize = 3;

/// HELLO was sent.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) deadline: Option<Instant>,
}

impl Opening {
    pub(super) fn send_hello<T>(config: &Config, now: Instant, out: &mut Out<T>) -> Self {
        let mut authextra = config.authextra.clone();
        config.authenticators.iter().for_each(|method| authextra.extend(method.hello_extra()));
        let details = HelloDetails {
            roles: config.roles,
            agent: config.agent.clone(),
            authid: config.authid.clone().or_else(|| claimed_authid(config)),
            authrole: config.authrole.clone(),
            authmethods: config.authenticators.iter().map(|method| CompactString::new(method.method())).collect(),
            authextra,
            ..HelloDetails::default()
        };
        out.send(Hello { realm: RawUri::from(&config.realm), details }, Payload::EMPTY);
        Self { deadline: now.checked_add(config.opening_timeout) }
    }

    pub(super) fn recv<T>(&mut self, config: &mut Config, out: &mut Out<T>, message: Message) -> Result<Step<T>, Violation> {
        match message {
            Message::Challenge(challenge) => recv_challenge(config, out, &challenge, self.deadline, 1),
            Message::Welcome(welcome) => {
                let believed = unasked(config, &welcome).map_or(Ok(()), |method| method.welcome(&welcome.details));
                recv_welcome(config, out, welcome, believed)
            }
            other => recv_refusal(other),
        }
    }
}

/// AUTHENTICATE was sent.
#[derive(Debug)]
pub(super) struct Challenged {
    /// That of [`Opening`]: the rounds share it.
    pub(super) deadline: Option<Instant>,
    rounds: usize,
    /// Which of the configuration's authenticators was asked last.
    asked: usize,
}

impl Challenged {
    pub(super) fn recv<T>(&mut self, config: &mut Config, out: &mut Out<T>, message: Message) -> Result<Step<T>, Violation> {
        match message {
            Message::Challenge(_) if self.rounds >= MAX_CHALLENGES => Err(Violation::TooManyChallenges(MAX_CHALLENGES)),
            Message::Challenge(challenge) => recv_challenge(config, out, &challenge, self.deadline, self.rounds + 1),
            Message::Welcome(welcome) => {
                let asked = config.authenticators.get_mut(self.asked);
                let believed = asked.map_or(Ok(()), |method| method.welcome(&welcome.details));
                recv_welcome(config, out, welcome, believed)
            }
            other => recv_refusal(other),
        }
    }
}

/// The identity that the first method proves which depends on one.
fn claimed_authid(config: &Config) -> Option<CompactString> {
    config.authenticators.iter().find_map(|method| method.authid()).map(CompactString::new)
}

/// The method by which the router let the client in without a challenge. If only one was offered it is that, whatever the
/// router says: it may be one that is to be believed only if it proves itself.
fn unasked<'a>(config: &'a mut Config, welcome: &Welcome) -> Option<&'a mut Box<dyn Authenticator>> {
    let (only, name) = (config.authenticators.len() == 1, welcome.details.authmethod.as_deref());
    config.authenticators.iter_mut().find(|method| only || Some(method.method()) == name)
}

fn recv_challenge<T>(
    config: &mut Config,
    out: &mut Out<T>,
    challenge: &Challenge,
    deadline: Option<Instant>,
    rounds: usize,
) -> Result<Step<T>, Violation> {
    let offered = config.authenticators.iter_mut().enumerate().find(|(_, method)| method.method() == challenge.auth_method);
    let (asked, method) = offered.ok_or_else(|| Violation::MethodNotOffered(challenge.auth_method.clone()))?;
    Ok(match method.challenge(challenge) {
        Ok(authenticate) => {
            out.send(authenticate, Payload::EMPTY);
            Step::Enter(Phase::Challenged(Challenged { deadline, rounds, asked }))
        }
        Err(error) => give_up(out, error),
    })
}

fn give_up<T>(out: &mut Out<T>, error: AuthError) -> Step<T> {
    out.send_abort(RawUri::from_static(wamp::AUTHENTICATION_FAILED), Some(error.to_compact_string()));
    Step::Close(Closed::Unauthenticated(error))
}

/// ABORT, in place of WELCOME.
fn recv_refusal<T>(message: Message) -> Result<Step<T>, Violation> {
    match message {
        Message::Abort(abort) => Ok(Step::Close(Closed::Refused(Abort { reason: abort.reason, message: abort.details.message }))),
        other => Err(Violation::BeforeWelcome(other.message_type())),
    }
}

fn recv_welcome<T>(config: &Config, out: &mut Out<T>, welcome: Welcome, believed: Result<(), AuthError>) -> Result<Step<T>, Violation> {
    if let Err(error) = believed {
        return Ok(give_up(out, error));
    }
    if !welcome.details.roles.has(Role::Broker) && !welcome.details.roles.has(Role::Dealer) {
        return Err(Violation::NoRoles);
    }
    let joined = Joined::new(config, &welcome);
    out.event(Event::Joined(Box::new(welcome)));
    Ok(Step::Enter(Phase::Joined(Box::new(joined))))
}

pub(super) fn handle_timeout<T>(deadline: Option<Instant>, now: Instant, out: &mut Out<T>) -> Step<T> {
    if deadline.is_none_or(|deadline| deadline > now) {
        return Step::Stay;
    }
    out.send_abort(RawUri::from_static(wamp::TIMEOUT), Some(CompactString::const_new("no WELCOME in time")));
    Step::Close(Closed::TimedOut)
}

/// We change our mind before the session is open.
pub(super) fn send_abort<T>(out: &mut Out<T>, reason: RawUri, message: Option<CompactString>) -> Step<T> {
    out.send_abort(reason.clone(), message.clone());
    Step::Close(Closed::Left { reason, message, by: Side::Us })
}
