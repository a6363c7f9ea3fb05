//! Between answers as Rust values and as bytes.

use super::Failure;
use proto::payload::PayloadError;
use proto::uri::wamp;
use proto::{Format, Payload, Value};
use serde::Serialize;

/// An answer in `format`. What the format cannot carry is told as `invalid_argument`; what does not serialize is our fault.
pub(crate) fn encode<T: Serialize + ?Sized>(format: Format, value: &T) -> Result<Payload, Failure> {
    Payload::encode(format, value).map_err(|error| match error {
        PayloadError::Write(unfit) => Failure::new(wamp::INVALID_ARGUMENT).with_message(format!("the result cannot be sent: {unfit}")),
        other => Failure::internal(other),
    })
}

/// One list of several results, as one positional argument. A result of one value is that value; any other a list.
pub(crate) fn list(format: Format, results: &[Payload]) -> Result<Payload, Failure> {
    let list = results.iter().map(value).collect::<Result<Vec<_>, _>>()?;
    encode(format, &(list,))
}

fn value(result: &Payload) -> Result<Value, Failure> {
    let result = result.as_ref();
    let mut values = result.positionals().map(|value| value.to_value()).collect::<Result<Vec<_>, _>>()?;
    let keywords = result.keywords().map(|(key, value)| Ok((key.as_ref().into(), value.to_value()?)));
    let keywords = keywords.collect::<Result<proto::Dict, proto::serializer::ReadError>>()?;
    if !keywords.is_empty() {
        values.push(Value::Dict(keywords));
    }
    match values.len() {
        1 => Ok(values.remove(0)),
        _ => Ok(Value::List(values)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::payload::Kwargs;
    use std::collections::BTreeMap;

    #[test]
    fn results_are_gathered_in_one_list() {
        for format in Format::ALL {
            let results = [
                Payload::encode(format, &7).unwrap(),
                Payload::encode(format, &(1, "two")).unwrap(),
                Payload::encode(format, &Kwargs(BTreeMap::from([("k", 1)]))).unwrap(),
            ];
            let (gathered,): (Vec<Value>,) = list(format, &results).unwrap().decode().unwrap();
            let dict = Value::Dict([("k".into(), Value::Int(1))].into());
            assert_eq!(gathered, [Value::Int(7), Value::List(vec![Value::Int(1), Value::String("two".into())]), dict]);
        }
    }

    #[test]
    fn what_a_format_cannot_carry_is_told_as_an_invalid_argument() {
        assert_eq!(encode(Format::Json, &f64::NAN).unwrap_err().uri().as_str(), wamp::INVALID_ARGUMENT);
        assert!(encode(Format::Cbor, &f64::NAN).is_ok());
    }
}
