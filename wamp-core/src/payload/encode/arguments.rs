//! The payload's outermost layer: none, one, several, by keyword.

use super::refuse::refuse;
use crate::payload::error::{Fault, PayloadError};
use crate::payload::kwargs::MAGIC;
use crate::payload::{Payload, PayloadBuilder};
use crate::serializer::Format;
use serde::ser::{Impossible, SerializeTuple};
use serde::{Serialize, Serializer};
use std::convert::Infallible;
use std::fmt;

/// The arguments that `value` stands for.
pub(in crate::payload) fn arguments<T: Serialize + ?Sized>(format: Format, value: &T) -> Result<Payload, PayloadError> {
    let mut builder = PayloadBuilder::new(format);
    match Shape::of(value) {
        Shape::Nothing => Ok(()),
        Shape::Tuple => value.serialize(Elements(&mut builder)),
        Shape::Keywords => builder.push_kwargs(value),
        Shape::Value => builder.push_arg(value),
    }
    .map_err(Fault::encoding)?;
    Ok(builder.finish())
}

/// What a value is to serde, as far as the payload's rules ask.
#[derive(Debug)]
enum Shape {
    Nothing,
    Tuple,
    Keywords,
    Value,
}

impl Shape {
    /// Asks the value, which shows it by its first call to the serializer and goes no further.
    fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        match value.serialize(Probe) {
            Ok(never) => match never {},
            Err(shape) => shape,
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for Shape {}

impl serde::ser::Error for Shape {
    /// The value fails by itself; so it will again when it is written, and the error is told then.
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Value
    }
}

struct Probe;

impl Serializer for Probe {
    type Ok = Infallible;
    type Error = Shape;
    type SerializeSeq = Impossible<Infallible, Shape>;
    type SerializeTuple = Impossible<Infallible, Shape>;
    type SerializeTupleStruct = Impossible<Infallible, Shape>;
    type SerializeTupleVariant = Impossible<Infallible, Shape>;
    type SerializeMap = Impossible<Infallible, Shape>;
    type SerializeStruct = Impossible<Infallible, Shape>;
    type SerializeStructVariant = Impossible<Infallible, Shape>;

    refuse! { scalars: Shape::Value }
    refuse! { text: Shape::Value }
    refuse! { tuple: Shape::Tuple }
    refuse! { dictionaries: Shape::Value }
    refuse! { others: Shape::Value }

    fn serialize_unit(self) -> Result<Infallible, Shape> {
        Err(Shape::Nothing)
    }

    fn serialize_none(self) -> Result<Infallible, Shape> {
        Err(Shape::Value)
    }

    fn serialize_some<T: ?Sized + Serialize>(self, _: &T) -> Result<Infallible, Shape> {
        Err(Shape::Value)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, name: &'static str, _: &T) -> Result<Infallible, Shape> {
        Err(if name == MAGIC { Shape::Keywords } else { Shape::Value })
    }
}

/// Takes a tuple's elements as arguments.
struct Elements<'b>(&'b mut PayloadBuilder);

impl SerializeTuple for Elements<'_> {
    type Ok = ();
    type Error = Fault;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, element: &T) -> Result<(), Fault> {
        match Shape::of(element) {
            Shape::Keywords => self.0.push_kwargs(element),
            _ => self.0.push_arg(element),
        }
    }

    fn end(self) -> Result<(), Fault> {
        Ok(())
    }
}

/// The fault of a type that serializes as a tuple at one time and not at another.
fn inconstant() -> Fault {
    Fault::Said("it was a tuple before".to_owned())
}

impl Serializer for Elements<'_> {
    type Ok = ();
    type Error = Fault;
    type SerializeSeq = Impossible<(), Fault>;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Impossible<(), Fault>;
    type SerializeTupleVariant = Impossible<(), Fault>;
    type SerializeMap = Impossible<(), Fault>;
    type SerializeStruct = Impossible<(), Fault>;
    type SerializeStructVariant = Impossible<(), Fault>;

    refuse! { scalars: inconstant() }
    refuse! { text: inconstant() }
    refuse! { unit: inconstant() }
    refuse! { transparent: inconstant() }
    refuse! { dictionaries: inconstant() }
    refuse! { others: inconstant() }

    fn serialize_tuple(self, _: usize) -> Result<Self, Fault> {
        Ok(self)
    }
}
