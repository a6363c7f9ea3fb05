use super::state::Out;
use super::{CommandError, ErrorReply, Failure, Found, Pending, Reply, Violation};
use crate::id::RequestId;
use crate::message::{MessageType, Publish, PublishOptions, Published};
use crate::payload::Payload;
use crate::role::{Feature, Role, Roles};
use crate::uri::{RawUri, Uri};
use std::time::Instant;

/// A publication to be made.
#[derive(Debug)]
pub(super) struct NewPublication<T> {
    pub(super) topic: Uri,
    pub(super) options: PublishOptions,
    pub(super) payload: Payload,
    pub(super) token: Option<T>,
}

impl<T> NewPublication<T> {
    /// A broker that does not know the lists would send the event to those it must not reach.
    pub(super) fn check(&self, router: &Roles) -> Result<(), CommandError> {
        let (role, feature) = (Role::Broker, Feature::SubscriberBlackwhiteListing);
        if !self.options.receivers.is_empty() && !router.supports(role, feature) {
            return Err(CommandError::NotAnnounced { role, feature });
        }
        Ok(())
    }
}

/// The acknowledged publications of a session.
#[derive(Debug)]
pub(super) struct Publisher<T> {
    publications: Pending<T>,
}

impl<T> Default for Publisher<T> {
    fn default() -> Self {
        Self { publications: Pending::default() }
    }
}

impl<T> Publisher<T> {
    pub(super) fn send_publish(
        &mut self,
        out: &mut Out<T>,
        request: RequestId,
        publication: NewPublication<T>,
        deadline: Option<Instant>,
    ) -> RequestId {
        let NewPublication { topic, mut options, payload, token } = publication;
        options.acknowledge = token.is_some();
        if let Some(token) = token {
            self.publications.insert(request, token, (), deadline);
        }
        out.send(Publish { request, options, topic: RawUri::from(topic) }, payload);
        request
    }

    pub(super) fn recv_published(&mut self, out: &mut Out<T>, published: &Published) -> Result<(), Violation> {
        let request = published.request;
        if let Found::Waiting { token, .. } = self.complete(MessageType::Published, request)? {
            out.answered(Some(request), token, Reply::Published(published.publication));
        }
        Ok(())
    }

    pub(super) fn recv_error(&mut self, out: &mut Out<T>, request: RequestId, reply: ErrorReply) -> Result<(), Violation> {
        if let Found::Waiting { token, .. } = self.complete(MessageType::Error, request)? {
            out.failed(Some(request), token, Failure::Error(reply));
        }
        Ok(())
    }

    fn complete(&mut self, message: MessageType, request: RequestId) -> Result<Found<T>, Violation> {
        self.publications.complete(request).ok_or(Violation::NothingPending { message, request })
    }

    pub(super) fn abandon(&mut self, request: RequestId) -> Option<T> {
        self.publications.cancel(request)
    }

    pub(super) fn expire(&mut self, now: Instant, out: &mut Out<T>) {
        while let Some((request, token)) = self.publications.expire(now) {
            out.failed(Some(request), token, Failure::TimedOut);
        }
    }

    pub(super) fn fail_all(&mut self, failure: &Failure, out: &mut Out<T>) {
        self.publications.drain().for_each(|(request, token)| out.failed(Some(request), token, failure.clone()));
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.publications.next_deadline()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.publications.len()
    }

    pub(super) fn token(&mut self, request: RequestId) -> Option<&mut T> {
        self.publications.get_mut(request).map(|(token, ())| token)
    }
}
