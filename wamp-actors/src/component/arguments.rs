use super::Rejection;
use proto::PayloadRef;
use proto::payload::{Kwargs, PayloadError, Positionals, RawValue};
use serde::de::{DeserializeOwned, Deserializer, Visitor};
use std::any::type_name;

/// The arguments of a call, taken one by one in the order of the handler's parameters.
///
/// Each parameter is the next positional argument or, when those are used up, the keyword argument of its name.
#[derive(Debug)]
pub struct Arguments<'a> {
    payload: PayloadRef<'a>,
    positionals: Positionals<'a>,
    /// Whether more positional arguments than parameters are an error (procedures) or ignored (topics).
    strict: bool,
    /// How many positional arguments were taken.
    taken: usize,
}

impl<'a> Arguments<'a> {
    pub(crate) fn new(payload: PayloadRef<'a>, strict: bool) -> Self {
        Self { payload, positionals: payload.positionals(), strict, taken: 0 }
    }

    /// The next parameter. One that is not given is `None` for an `Option`, and missing for other types.
    ///
    /// # Errors
    ///
    /// [`Rejection`] that names the parameter and the type wanted.
    pub fn next<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T, Rejection> {
        match self.take(name) {
            Some(value) => decode(name, value),
            None => T::deserialize(Absent).map_err(|_| Rejection::Missing { parameter: name, wanted: type_name_of::<T>() }),
        }
    }

    /// The next parameter if it is given; null is not, for that is how languages with `undefined` leave one out.
    ///
    /// # Errors
    ///
    /// [`Rejection`] if it is given and of another type.
    pub fn optional<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<Option<T>, Rejection> {
        match self.take(name) {
            Some(value) => decode::<Option<T>>(name, value),
            None => Ok(None),
        }
    }

    /// The next parameter, or its type's default.
    ///
    /// # Errors
    ///
    /// As [`optional`](Self::optional).
    pub fn or_default<T: DeserializeOwned + Default>(&mut self, name: &'static str) -> Result<T, Rejection> {
        Ok(self.optional(name)?.unwrap_or_default())
    }

    /// The next parameter, or what `default` gives.
    ///
    /// # Errors
    ///
    /// As [`optional`](Self::optional).
    pub fn or_else<T: DeserializeOwned>(&mut self, name: &'static str, default: impl FnOnce() -> T) -> Result<T, Rejection> {
        Ok(self.optional(name)?.unwrap_or_else(default))
    }

    /// All keyword arguments as one struct or map; none given are an empty one.
    ///
    /// # Errors
    ///
    /// [`Rejection`] if they do not fit `T`.
    pub fn kwargs<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T, Rejection> {
        let keywords = PayloadRef { args: &[], ..self.payload };
        let decoded = keywords.decode::<Kwargs<T>>().map_err(|error| mismatch::<T>(name, &error))?;
        Ok(decoded.0)
    }

    /// The positional arguments that are left.
    ///
    /// # Errors
    ///
    /// [`Rejection`] if one is not a `T`.
    pub fn rest<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<Vec<T>, Rejection> {
        let mut rest = Vec::new();
        for value in self.positionals.by_ref() {
            self.taken += 1;
            rest.push(decode(name, value)?);
        }
        Ok(rest)
    }

    /// All arguments as one value: `()`, a tuple of positional ones, `Kwargs`, or one argument.
    ///
    /// # Errors
    ///
    /// [`Rejection`] if they do not fit `T`.
    pub fn all<T: DeserializeOwned>(self) -> Result<T, Rejection> {
        let decoded = if self.strict { self.payload.decode() } else { self.payload.decode_ignoring_extra() };
        decoded.map_err(Rejection::Arguments)
    }

    fn take(&mut self, name: &str) -> Option<RawValue<'a>> {
        match self.positionals.next() {
            Some(value) => {
                self.taken += 1;
                Some(value)
            }
            None => self.payload.keyword(name),
        }
    }

    /// To be called after the last parameter.
    ///
    /// # Errors
    ///
    /// [`Rejection::TooMany`] if a procedure got more positional arguments than it has parameters; a topic ignores them.
    pub fn finish(self) -> Result<(), Rejection> {
        if !self.strict {
            return Ok(());
        }
        match self.positionals.count() {
            0 => Ok(()),
            extra => Err(Rejection::TooMany { taken: self.taken, given: self.taken + extra }),
        }
    }
}

fn decode<T: DeserializeOwned>(name: &'static str, value: RawValue<'_>) -> Result<T, Rejection> {
    value.decode().map_err(|error| mismatch::<T>(name, &error))
}

fn mismatch<T>(parameter: &'static str, error: &PayloadError) -> Rejection {
    let why = match error {
        PayloadError::Wrong { message, .. } => message.clone(),
        other => other.to_string(),
    };
    Rejection::Mismatch { parameter, wanted: type_name_of::<T>(), why }
}

/// The name of a type as people write it: without the paths of its parts.
pub(super) fn type_name_of<T>() -> String {
    let (mut short, mut word) = (String::new(), String::new());
    for c in type_name::<T>().chars() {
        match c {
            ':' => word.clear(),
            c if c.is_alphanumeric() || c == '_' => word.push(c),
            c => {
                short.push_str(&word);
                word.clear();
                short.push(c);
            }
        }
    }
    short + &word
}

/// What is not given: an `Option` is `None`, and other types do not exist.
struct Absent;

impl<'de> Deserializer<'de> for Absent {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(serde::de::Error::custom("absent"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::{Format, Payload};
    use serde::Deserialize;
    use std::collections::BTreeMap;

    fn with<T>(payload: &Payload, take: impl FnOnce(&mut Arguments<'_>) -> T) -> T {
        take(&mut Arguments::new(payload.as_ref(), true))
    }

    fn payloads(args: impl serde::Serialize) -> Vec<Payload> {
        Format::ALL.into_iter().map(|format| Payload::encode(format, &args).unwrap()).collect()
    }

    #[derive(serde::Serialize, Deserialize, Debug, PartialEq)]
    struct Size {
        width: u32,
        unit: Option<String>,
    }

    #[test]
    fn parameters_are_positional_arguments_in_their_order() {
        for payload in payloads((2, "three", 4.5)) {
            with(&payload, |arguments| {
                assert_eq!(arguments.next::<i64>("a"), Ok(2));
                assert_eq!(arguments.next::<String>("b").as_deref(), Ok("three"));
                assert_eq!(arguments.next::<f64>("c"), Ok(4.5));
            });
        }
    }

    #[test]
    fn a_parameter_beyond_the_positional_arguments_is_taken_by_name() {
        for payload in payloads((2, Kwargs(BTreeMap::from([("b", 3)])))) {
            with(&payload, |arguments| {
                assert_eq!(arguments.next::<i64>("a"), Ok(2));
                assert_eq!(arguments.next::<i64>("b"), Ok(3));
            });
        }
    }

    #[test]
    fn what_is_not_given_is_none_for_an_option_and_missing_for_other_types() {
        for payload in payloads(()) {
            with(&payload, |arguments| {
                assert_eq!(arguments.next::<Option<i64>>("a"), Ok(None));
                assert_eq!(arguments.or_default::<i64>("b"), Ok(0));
                assert_eq!(arguments.or_else("c", || 7), Ok(7));
                let missing = Rejection::Missing { parameter: "d", wanted: "Vec<String>".into() };
                assert_eq!(arguments.next::<Vec<String>>("d"), Err(missing));
            });
        }
    }

    #[test]
    fn null_is_not_given() {
        for payload in payloads((None::<i64>, None::<i64>, None::<i64>)) {
            with(&payload, |arguments| {
                assert_eq!(arguments.next::<Option<i64>>("a"), Ok(None));
                assert_eq!(arguments.optional::<i64>("b"), Ok(None));
                assert_eq!(arguments.or_else("c", || 7), Ok(7));
            });
        }
    }

    #[test]
    fn an_argument_of_another_type_is_refused_by_its_parameters_name() {
        for payload in payloads((1, "x")) {
            with(&payload, |arguments| {
                assert_eq!(arguments.next::<i64>("a"), Ok(1));
                let rejection = arguments.next::<i64>("b").unwrap_err();
                assert!(matches!(&rejection, Rejection::Mismatch { parameter: "b", wanted, .. } if wanted == "i64"), "{rejection}");
            });
        }
    }

    #[test]
    fn a_procedure_refuses_more_arguments_than_it_has_parameters_and_a_topic_ignores_them() {
        for payload in payloads((1, 2, 3)) {
            for (strict, end) in [(true, Err(Rejection::TooMany { taken: 1, given: 3 })), (false, Ok(()))] {
                let mut arguments = Arguments::new(payload.as_ref(), strict);
                assert_eq!(arguments.next::<i64>("a"), Ok(1));
                assert_eq!(arguments.finish(), end);
                let whole: Result<(i64,), _> = Arguments::new(payload.as_ref(), strict).all();
                assert_eq!(whole.is_ok(), !strict);
            }
        }
    }

    #[test]
    fn the_keyword_arguments_are_a_struct_and_the_rest_a_list() {
        for payload in payloads((1, 2, Kwargs(Size { width: 3, unit: None }))) {
            with(&payload, |arguments| {
                assert_eq!(arguments.rest::<u8>("sizes"), Ok(vec![1, 2]));
                assert_eq!(arguments.kwargs::<Size>("size"), Ok(Size { width: 3, unit: None }));
            });
        }
    }

    #[test]
    fn no_keyword_arguments_are_an_empty_map() {
        for payload in payloads(()) {
            with(&payload, |arguments| assert_eq!(arguments.kwargs::<BTreeMap<String, i64>>("all"), Ok(BTreeMap::new())));
        }
    }

    #[test]
    fn a_type_is_named_as_people_write_it() {
        assert_eq!(type_name_of::<Option<Vec<String>>>(), "Option<Vec<String>>");
        assert_eq!(type_name_of::<(i64, Size)>(), "(i64, Size)");
        assert_eq!(type_name_of::<[u8; 4]>(), "[u8; 4]");
    }
}
