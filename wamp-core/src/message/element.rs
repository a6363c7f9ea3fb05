//! How one element of a message, or one value in its options, is read and written.

use super::MessageType;
use crate::id::{Id, PublicationId, RegistrationId, RequestId, SessionId, SubscriptionId};
use crate::role::{Feature, Features, Role, Roles};
use crate::serializer::{Kind, Read, ReadError, Write, WriteError};
use crate::uri::{MatchPolicy, RawUri};
use crate::value::{Dict, Value};
use compact_str::CompactString;

/// A typed value on the wire.
pub(super) trait Element: Sized {
    fn read<'a, R: Read<'a>>(reader: &mut R) -> Result<Self, ReadError>;
    fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError>;
    /// Whether the value is left out of a dictionary, or of the end of a message.
    fn is_absent(&self) -> bool {
        false
    }
}

impl Element for bool {
    fn read<'a, R: Read<'a>>(reader: &mut R) -> Result<Self, ReadError> {
        reader.bool()
    }
    fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError> {
        writer.bool(*self);
        Ok(())
    }
    fn is_absent(&self) -> bool {
        !*self
    }
}

impl Element for u64 {
    fn read<'a, R: Read<'a>>(reader: &mut R) -> Result<Self, ReadError> {
        reader.u64()
    }
    fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError> {
        writer.u64(*self);
        Ok(())
    }
}

impl<T: Element> Element for Option<T> {
    fn read<'a, R: Read<'a>>(reader: &mut R) -> Result<Self, ReadError> {
        T::read(reader).map(Some)
    }
    fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError> {
        self.as_ref().map_or(Ok(()), |value| value.write(writer))
    }
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Element> Element for Vec<T> {
    fn read<'a, R: Read<'a>>(reader: &mut R) -> Result<Self, ReadError> {
        let (mut items, mut list) = (reader.array()?, Self::new());
        while reader.next(&mut items)? {
            list.push(T::read(reader)?);
        }
        Ok(list)
    }
    fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError> {
        writer.array(self.len());
        self.iter().try_for_each(|item| item.write(writer))?;
        writer.end_array();
        Ok(())
    }
}

impl Element for CompactString {
    fn read<'a, R: Read<'a>>(reader: &mut R) -> Result<Self, ReadError> {
        reader.str().map(Self::from)
    }
    fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError> {
        writer.str(self)
    }
}

impl Element for RawUri {
    fn read<'a, R: Read<'a>>(reader: &mut R) -> Result<Self, ReadError> {
        reader.str().map(Self::new)
    }
    fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError> {
        writer.str(self.as_str())
    }
}

impl Element for Value {
    fn read<'a, R: Read<'a>>(reader: &mut R) -> Result<Self, ReadError> {
        reader.value()
    }
    fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError> {
        writer.value(self)
    }
}

impl Element for Dict {
    fn read<'a, R: Read<'a>>(reader: &mut R) -> Result<Self, ReadError> {
        reader.dict()
    }
    fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError> {
        writer.dict(self)
    }
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

macro_rules! ids {
    ($($name:ident)*) => {$(
        impl Element for $name {
            fn read<'a, R: Read<'a>>(reader: &mut R) -> Result<Self, ReadError> {
                Self::new(reader.u64()?).ok_or(ReadError::OutOfRange("an id is 1 to 2^53"))
            }
            fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError> {
                writer.u64(self.as_u64());
                Ok(())
            }
        }
    )*};
}
ids! { Id SessionId RequestId RegistrationId SubscriptionId PublicationId }

impl Element for MessageType {
    fn read<'a, R: Read<'a>>(reader: &mut R) -> Result<Self, ReadError> {
        Self::from_code(reader.u64()?).ok_or(ReadError::NotOneOf("the message types"))
    }
    fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError> {
        writer.u64(self.code());
        Ok(())
    }
}

impl Element for MatchPolicy {
    fn read<'a, R: Read<'a>>(reader: &mut R) -> Result<Self, ReadError> {
        Self::from_name(&reader.str()?).ok_or(ReadError::NotOneOf("exact, prefix, wildcard"))
    }
    fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError> {
        writer.str(self.as_str())
    }
    fn is_absent(&self) -> bool {
        *self == Self::Exact
    }
}

impl Element for Roles {
    fn read<'a, R: Read<'a>>(reader: &mut R) -> Result<Self, ReadError> {
        let (mut entries, mut roles) = (reader.map()?, Self::default());
        while reader.next(&mut entries)? {
            match Role::from_name(&reader.key()?) {
                // `undefined` and null announce nothing.
                Some(_) if reader.kind()? == Kind::Null => reader.null()?,
                Some(role) => roles.insert(role, read_features(reader)?),
                None => drop(reader.skip()?),
            }
        }
        Ok(roles)
    }
    fn write<W: Write>(&self, writer: &mut W) -> Result<(), WriteError> {
        writer.map(self.iter().count());
        for (role, features) in self.iter() {
            writer.key(role.as_str());
            writer.map(usize::from(!features.is_empty()));
            if !features.is_empty() {
                writer.key("features");
                writer.map(features.len());
                for feature in features.iter() {
                    writer.key(feature.as_str());
                    writer.bool(true);
                }
                writer.end_map();
            }
            writer.end_map();
        }
        writer.end_map();
        Ok(())
    }
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// `{"features": {name: true, …}}`; other keys are passed over.
fn read_features<'a, R: Read<'a>>(reader: &mut R) -> Result<Features, ReadError> {
    let (mut entries, mut features) = (reader.map()?, Features::NONE);
    while reader.next(&mut entries)? {
        let known = reader.key()? == "features";
        if !known || reader.kind()? != Kind::Map {
            reader.skip()?;
            continue;
        }
        let mut names = reader.map()?;
        while reader.next(&mut names)? {
            let feature = Feature::from_name(&reader.key()?);
            // What is no truth value (`undefined`, a version) does not announce the feature.
            let announced = match reader.kind()? {
                Kind::Bool => reader.bool()?,
                _ => reader.skip().map(|_| false)?,
            };
            if let (Some(feature), true) = (feature, announced) {
                features.insert(feature);
            }
        }
    }
    Ok(features)
}
