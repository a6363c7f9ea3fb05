//! Reads a configuration's values into Rust types by serde, and tells what does not fit, where, and what is allowed.

use super::document::{Entry, Node, Table, Value};
use super::error::{ConfigFault, Place, Problem};
use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use std::cell::RefCell;
use std::fmt;

/// Reads a value of that key. What is wrong goes to `faults`.
pub(super) fn read<'de, T: Deserialize<'de>>(node: &'de Node, key: &str, faults: &mut Vec<ConfigFault>) -> Option<T> {
    let found = RefCell::new(Vec::new());
    let read = T::deserialize(Reader { node, key: &Key { under: None, name: key }, faults: &found });
    faults.append(&mut found.into_inner());
    match read {
        Ok(value) => Some(value),
        Err(fault) => {
            faults.push(fault.locate(node, &Key { under: None, name: key }));
            None
        }
    }
}

/// A key and those it is under.
struct Key<'a> {
    under: Option<&'a Key<'a>>,
    name: &'a str,
}

impl Value {
    fn describe(&self) -> String {
        match self {
            Self::Text(text) | Self::Untyped(text) => Unexpected::Str(text),
            Self::Integer(number) => Unexpected::Signed(*number),
            Self::Float(number) => Unexpected::Float(*number),
            Self::Bool(flag) => Unexpected::Bool(*flag),
            Self::List(_) => Unexpected::Seq,
            Self::Table(_) => Unexpected::Map,
        }
        .to_string()
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(under) = self.under {
            write!(f, "{under}.")?;
        }
        f.write_str(self.name)
    }
}

/// A fault that may not know its place yet: it gets it on its way up.
#[derive(Debug)]
struct Fault {
    problem: Problem,
    at: Option<(Place, String)>,
}

impl Fault {
    const fn new(problem: Problem) -> Self {
        Self { problem, at: None }
    }

    fn at(self, node: &Node, key: &Key<'_>) -> Self {
        let at = self.at.unwrap_or_else(|| (node.place.clone(), key.to_string()));
        Self { at: Some(at), ..self }
    }

    fn locate(self, node: &Node, key: &Key<'_>) -> ConfigFault {
        let (place, key) = self.at.unwrap_or_else(|| (node.place.clone(), key.to_string()));
        ConfigFault { place, key, problem: self.problem }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.problem, f)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(why: T) -> Self {
        Self::new(Problem::Refused(why.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(Problem::WrongValue { found: found.to_string(), expected: plainly(&expected.to_string()) })
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_variant(value: &str, allowed: &'static [&'static str]) -> Self {
        Self::new(Problem::UnknownValue { value: value.to_owned(), allowed: owned(allowed) })
    }

    fn unknown_field(_: &str, allowed: &'static [&'static str]) -> Self {
        Self::new(Problem::UnknownKey { allowed: owned(allowed) })
    }

    fn missing_field(key: &'static str) -> Self {
        Self::new(Problem::Missing { key })
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self::new(Problem::Twice)
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// What people call the types that serde names.
fn plainly(expected: &str) -> String {
    match expected {
        "u8" => range(0, u8::MAX),
        "u16" => range(0, u16::MAX),
        "u32" => range(0, u32::MAX),
        "u64" | "usize" => "a whole number that is not negative".to_owned(),
        "i8" => range(i8::MIN, i8::MAX),
        "i16" => range(i16::MIN, i16::MAX),
        "i32" => range(i32::MIN, i32::MAX),
        "i64" | "isize" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a string" => "a text".to_owned(),
        "a sequence" => "a list".to_owned(),
        expected if expected.starts_with("struct ") || expected == "a map" => "a table".to_owned(),
        other => other.to_owned(),
    }
}

fn range<T: fmt::Display>(from: T, to: T) -> String {
    format!("a whole number from {from} to {to}")
}

/// One value being read.
#[derive(Clone, Copy)]
struct Reader<'a, 'de> {
    node: &'de Node,
    key: &'a Key<'a>,
    faults: &'a RefCell<Vec<ConfigFault>>,
}

impl<'a, 'de> Reader<'a, 'de> {
    fn entries(&self, table: &'de Table) -> Entries<'a, 'de> {
        Entries { rest: table.0.iter(), current: None, key: self.key, faults: self.faults, fields: None }
    }

    /// The value as it stands.
    fn visit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Text(text) | Value::Untyped(text) => visitor.visit_borrowed_str(text),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Bool(flag) => visitor.visit_bool(*flag),
            Value::List(items) => visitor.visit_seq(Items { rest: items.iter(), reader: self }),
            Value::Table(table) => visitor.visit_map(self.entries(table)),
        }
    }

    /// Of the environment, which has only texts, what is wanted; otherwise the value as it stands.
    fn visit_as<V: Visitor<'de>, T: std::str::FromStr>(
        self,
        visitor: V,
        visit: impl FnOnce(V, T) -> Result<V::Value, Fault>,
    ) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Untyped(text) => match text.trim().parse() {
                Ok(value) => visit(visitor, value),
                Err(_) => visitor.visit_borrowed_str(text),
            },
            _ => self.visit(visitor),
        }
    }

    /// Of the environment, the parts of a list are apart by commas.
    fn visit_list<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Untyped(text) => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                visitor.visit_seq(de::value::SeqDeserializer::new(parts.map(BorrowedStrDeserializer::<Fault>::new)))
            }
            _ => self.visit(visitor),
        }
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $type:ty,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.visit_as(visitor, |visitor, value: $type| visitor.$visit(value)).map_err(|fault| fault.at(self.node, self.key))
        }
    )*};
}

impl<'de> Deserializer<'de> for Reader<'_, 'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit(visitor).map_err(|fault| fault.at(self.node, self.key))
    }

    numbers! {
        deserialize_bool visit_bool bool,
        deserialize_i8 visit_i64 i64, deserialize_i16 visit_i64 i64, deserialize_i32 visit_i64 i64, deserialize_i64 visit_i64 i64,
        deserialize_u8 visit_u64 u64, deserialize_u16 visit_u64 u64, deserialize_u32 visit_u64 u64, deserialize_u64 visit_u64 u64,
        deserialize_f32 visit_f64 f64, deserialize_f64 visit_f64 f64,
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_list(visitor).map_err(|fault| fault.at(self.node, self.key))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    /// Keys that the struct does not have are told all at once, whether or not it denies them itself.
    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        let Value::Table(table) = &self.node.value else { return self.deserialize_any(visitor) };
        for entry in table.0.iter().filter(|entry| !fields.contains(&entry.key.as_str())) {
            let key = Key { under: Some(self.key), name: &entry.key }.to_string();
            let problem = Problem::UnknownKey { allowed: owned(fields) };
            self.faults.borrow_mut().push(ConfigFault { place: entry.place.clone(), key, problem });
        }
        let entries = Entries { fields: Some(fields), ..self.entries(table) };
        visitor.visit_map(entries).map_err(|fault| fault.at(self.node, self.key))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let read = match &self.node.value {
            Value::Text(text) | Value::Untyped(text) => visitor.visit_enum(IntoDeserializer::<Fault>::into_deserializer(text.as_str())),
            Value::Table(table) => MapAccessDeserializer::new(self.entries(table)).deserialize_enum(name, variants, visitor),
            other => {
                let allowed: Vec<_> = variants.iter().map(|variant| format!("`{variant}`")).collect();
                Err(Fault::new(Problem::WrongValue { found: other.describe(), expected: format!("one of {}", allowed.join(", ")) }))
            }
        };
        read.map_err(|fault| fault.at(self.node, self.key))
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple_struct map identifier ignored_any
    }
}

/// The entries of a table, being read.
struct Entries<'a, 'de> {
    rest: std::slice::Iter<'de, Entry>,
    current: Option<&'de Entry>,
    key: &'a Key<'a>,
    faults: &'a RefCell<Vec<ConfigFault>>,
    /// The keys of the struct that is read; others are passed over.
    fields: Option<&'static [&'static str]>,
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let fields = self.fields;
        self.current = self.rest.find(|entry| fields.is_none_or(|fields| fields.contains(&entry.key.as_str())));
        let Some(entry) = self.current else { return Ok(None) };
        let key = Key { under: Some(self.key), name: &entry.key };
        let at = |fault: Fault| Fault { at: Some((entry.place.clone(), key.to_string())), ..fault };
        seed.deserialize(BorrowedStrDeserializer::new(&entry.key)).map(Some).map_err(at)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some(entry) = self.current else { return Err(de::Error::custom("a value without a key")) };
        let key = Key { under: Some(self.key), name: &entry.key };
        seed.deserialize(Reader { node: &entry.node, key: &key, faults: self.faults }).map_err(|fault| fault.at(&entry.node, &key))
    }
}

/// The items of a list, being read.
struct Items<'a, 'de> {
    rest: std::slice::Iter<'de, Node>,
    reader: Reader<'a, 'de>,
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(node) = self.rest.next() else { return Ok(None) };
        seed.deserialize(Reader { node, ..self.reader }).map(Some).map_err(|fault| fault.at(node, self.reader.key))
    }
}
