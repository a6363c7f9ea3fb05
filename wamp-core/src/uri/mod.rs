//! URIs of realms, topics, procedures and errors ([basic/building_blocks, URIs]).
//!
//! [`RawUri`] is text as it came over the wire, not judged yet; [`Uri`] and [`Pattern`] are correct once
//! they exist. [`wamp`] has the predefined ones.
//!
//! [basic/building_blocks, URIs]: https://wamp-proto.org/wamp_latest_ietf.html#name-uris

mod check;
mod pattern;
pub mod wamp;

use compact_str::CompactString;
use std::fmt;

pub use check::{InvalidUri, Strictness};
pub use pattern::{MatchPolicy, Pattern};

/// The text of a URI as a peer sent it: not checked.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct RawUri(CompactString);

/// A URI that names one realm, topic, procedure or error; checked.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uri(CompactString);

impl RawUri {
    /// The text `uri`, unchecked.
    pub fn new(uri: impl AsRef<str>) -> Self {
        Self(CompactString::new(uri))
    }

    /// The text `uri` of a constant: no allocation.
    pub const fn from_static(uri: &'static str) -> Self {
        Self(CompactString::const_new(uri))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Checks the text as the name of one thing: no empty component, no white space, no `#`.
    pub fn check(&self, strictness: Strictness) -> Result<Uri, InvalidUri> {
        check::exact(&self.0, strictness)?;
        Ok(Uri(self.0.clone()))
    }

    /// Checks the text as a pattern under `policy`: empty components are legal in prefix and wildcard patterns.
    pub fn check_pattern(&self, policy: MatchPolicy, strictness: Strictness) -> Result<Pattern, InvalidUri> {
        check::pattern(&self.0, policy, strictness)?;
        Ok(Pattern::from_checked(policy, Uri(self.0.clone())))
    }
}

impl Uri {
    /// Checks `uri` by the loose rules.
    pub fn new(uri: impl AsRef<str>) -> Result<Self, InvalidUri> {
        RawUri::new(uri).check(Strictness::Loose)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is under `wamp.`, which only the router may register and publish.
    pub fn is_reserved(&self) -> bool {
        wamp::is_reserved(&self.0)
    }
}

macro_rules! text {
    ($($name:ident)*) => {$(
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }
        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    )*};
}
text! { RawUri Uri }

impl From<Uri> for RawUri {
    fn from(uri: Uri) -> Self {
        Self(uri.0)
    }
}

impl From<&Uri> for RawUri {
    fn from(uri: &Uri) -> Self {
        Self(uri.0.clone())
    }
}

impl From<&str> for RawUri {
    fn from(uri: &str) -> Self {
        Self::new(uri)
    }
}

impl From<String> for RawUri {
    fn from(uri: String) -> Self {
        Self(uri.into())
    }
}

impl From<CompactString> for RawUri {
    fn from(uri: CompactString) -> Self {
        Self(uri)
    }
}

impl TryFrom<&str> for Uri {
    type Error = InvalidUri;
    fn try_from(uri: &str) -> Result<Self, InvalidUri> {
        Self::new(uri)
    }
}

impl TryFrom<String> for Uri {
    type Error = InvalidUri;
    fn try_from(uri: String) -> Result<Self, InvalidUri> {
        Self::new(uri)
    }
}

impl std::str::FromStr for Uri {
    type Err = InvalidUri;
    fn from_str(uri: &str) -> Result<Self, InvalidUri> {
        Self::new(uri)
    }
}

impl<'de> serde::Deserialize<'de> for RawUri {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        CompactString::deserialize(deserializer).map(Self)
    }
}

impl<'de> serde::Deserialize<'de> for Uri {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        RawUri::deserialize(deserializer)?.check(Strictness::Loose).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
