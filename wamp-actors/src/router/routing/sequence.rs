use super::options::RequestIdRule;
use proto::RequestId;

/// The request ids a session has used: whether it counts from 1, and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Sequence {
    /// No request came yet.
    #[default]
    Unseen,
    /// It counts; this id is due.
    Due(RequestId),
    /// It draws its ids as it likes.
    Free,
}

impl Sequence {
    /// Takes the id of a new request, or gives the id that was due.
    pub(super) fn take(&mut self, id: RequestId, rule: RequestIdRule) -> Result<(), RequestId> {
        match (*self, rule) {
            (_, RequestIdRule::Lenient) | (Self::Free, _) => {}
            (Self::Unseen, RequestIdRule::Auto) if id != RequestId::FIRST => {
                tracing::warn!(%id, "a session draws its request ids instead of counting them from 1: an old client; let through");
                *self = Self::Free;
            }
            (Self::Unseen, _) => self.advance(id, RequestId::FIRST)?,
            (Self::Due(due), _) => self.advance(id, due)?,
        }
        Ok(())
    }

    /// Whether a session that counts has used the id before.
    pub(super) fn is_past(self, id: RequestId) -> bool {
        matches!(self, Self::Due(due) if id < due)
    }

    fn advance(&mut self, id: RequestId, due: RequestId) -> Result<(), RequestId> {
        if id != due {
            return Err(due);
        }
        *self = Self::Due(due.next());
        Ok(())
    }
}
