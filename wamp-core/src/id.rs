//! Ids: integers from 1 to 2^53, each kind a type of its own ([basic/building_blocks, IDs]).
//!
//! [basic/building_blocks, IDs]: https://wamp-proto.org/wamp_latest_ietf.html#name-ids

use std::fmt;
use std::num::NonZeroU64;

/// The greatest id: 2^53, the end of the integers a double holds exactly.
pub const MAX_ID: u64 = 1 << 53;

/// Any WAMP id: 1 to 2^53.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(NonZeroU64);

impl Id {
    /// The id of value `raw`, or `None` if it is 0 or beyond 2^53.
    pub const fn new(raw: u64) -> Option<Self> {
        match NonZeroU64::new(raw) {
            Some(id) if raw <= MAX_ID => Some(Self(id)),
            _ => None,
        }
    }

    /// An id of the global scope from 64 random bits: uniform over 1 to 2^53.
    pub const fn from_random(random: u64) -> Self {
        match NonZeroU64::new((random & (MAX_ID - 1)) + 1) {
            Some(id) => Self(id),
            None => Self(NonZeroU64::MIN),
        }
    }

    /// The id as a number.
    pub const fn as_u64(self) -> u64 {
        self.0.get()
    }
}

/// A number that is no id: 0, or beyond 2^53.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an id: ids are 1 to 2^53")]
pub struct OutOfRange(pub u64);

impl TryFrom<u64> for Id {
    type Error = OutOfRange;
    fn try_from(raw: u64) -> Result<Self, OutOfRange> {
        Self::new(raw).ok_or(OutOfRange(raw))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Id);

        impl $name {
            /// The id of value `raw`, or `None` if it is 0 or beyond 2^53.
            pub const fn new(raw: u64) -> Option<Self> {
                match Id::new(raw) {
                    Some(id) => Some(Self(id)),
                    None => None,
                }
            }

            /// An id from 64 random bits: uniform over 1 to 2^53.
            pub const fn from_random(random: u64) -> Self {
                Self(Id::from_random(random))
            }

            /// The id as a number.
            pub const fn as_u64(self) -> u64 {
                self.0.as_u64()
            }
        }

        impl From<Id> for $name {
            fn from(id: Id) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Id {
            fn from(id: $name) -> Id {
                id.0
            }
        }

        impl TryFrom<u64> for $name {
            type Error = OutOfRange;
            fn try_from(raw: u64) -> Result<Self, OutOfRange> {
                Id::try_from(raw).map(Self)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_u64(self.as_u64())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = <u64 as serde::Deserialize>::deserialize(deserializer)?;
                Self::try_from(raw).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// A session, drawn at random by the router (global scope).
    SessionId
    /// A request, counted up from 1 by whoever sends it (session scope).
    RequestId
    /// A registration, given by the dealer (router scope).
    RegistrationId
    /// A subscription, given by the broker (router scope).
    SubscriptionId
    /// A publication, drawn at random by the broker (global scope).
    PublicationId
}

impl RequestId {
    /// The first request id of a session.
    pub const FIRST: Self = Self(Id(NonZeroU64::MIN));

    /// The request id that follows; after 2^53 comes 1.
    #[must_use]
    pub const fn next(self) -> Self {
        match Self::new(self.as_u64() + 1) {
            Some(next) => next,
            None => Self::FIRST,
        }
    }
}

/// The sequence of request ids one side of a session sends: 1, 2, 3, …
#[derive(Debug, Clone)]
pub struct RequestIds(RequestId);

impl Default for RequestIds {
    fn default() -> Self {
        Self(RequestId::FIRST)
    }
}

impl RequestIds {
    /// Takes the next id of the sequence.
    pub const fn take(&mut self) -> RequestId {
        let id = self.0;
        self.0 = id.next();
        id
    }

    /// The id that [`take`](Self::take) would give.
    pub const fn peek(&self) -> RequestId {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Id, MAX_ID, OutOfRange, RequestId, RequestIds, SessionId};

    #[test]
    fn an_id_is_from_1_to_2_to_the_53() {
        for (raw, valid) in [(0, false), (1, true), (MAX_ID, true), (MAX_ID + 1, false), (u64::MAX, false)] {
            assert_eq!(Id::new(raw).map(Id::as_u64), valid.then_some(raw));
            assert_eq!(SessionId::try_from(raw).is_ok(), valid);
            assert_eq!(serde_json::from_str::<SessionId>(&raw.to_string()).is_ok(), valid);
        }
        assert_eq!(Id::try_from(0), Err(OutOfRange(0)));
    }

    #[test]
    fn random_bits_of_any_value_make_an_id() {
        for random in [0, 1, MAX_ID - 1, MAX_ID, u64::MAX] {
            let id = SessionId::from_random(random).as_u64();
            assert!((1..=MAX_ID).contains(&id), "{random}");
        }
        assert_eq!(SessionId::from_random(MAX_ID - 1).as_u64(), MAX_ID);
    }

    #[test]
    fn request_ids_count_up_from_1_and_wrap_to_1() {
        let mut ids = RequestIds::default();
        assert_eq!([ids.take(), ids.take(), ids.peek(), ids.take()].map(RequestId::as_u64), [1, 2, 3, 3]);
        assert_eq!(RequestId::new(MAX_ID).unwrap().next(), RequestId::FIRST);
    }
}
