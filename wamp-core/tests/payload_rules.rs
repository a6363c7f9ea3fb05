//! How Rust values become arguments and back, in each format alike.

#![allow(clippy::unwrap_used, reason = "test helpers")]

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Debug;
use wamp_core::payload::{Binary, Kwargs, PayloadBuilder, PayloadError, Position, RawValue};
use wamp_core::serializer::{Kind, WriteError};
use wamp_core::{Format, Payload, PayloadRef, Value};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Point {
    x: i64,
    y: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Options {
    unit: String,
    #[serde(default)]
    scale: Option<f64>,
}

/// What `value` is in JSON: the list and the dictionary.
fn json<T: Serialize + ?Sized>(value: &T) -> (String, String) {
    let payload = Payload::encode(Format::Json, value).unwrap();
    let text = |part: &[u8]| String::from_utf8(part.to_vec()).unwrap();
    (text(payload.as_ref().args), text(payload.as_ref().kwargs))
}

fn args<T: Serialize + ?Sized>(value: &T) -> String {
    let (args, kwargs) = json(value);
    assert_eq!(kwargs, "");
    args
}

/// The value comes back from each format, and from each format by way of each other.
fn comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T) {
    for format in Format::ALL {
        let payload = Payload::encode(format, &value).unwrap();
        for other in Format::ALL {
            let decoded: T = payload.to_format(other).unwrap().decode().unwrap();
            assert_eq!(decoded, value, "{format:?} {other:?}");
        }
    }
}

/// The arguments of two JSON texts, in every format.
fn every_format(args: &str, kwargs: &str) -> Vec<Payload> {
    let payload = PayloadRef { format: Format::Json, args: args.as_bytes(), kwargs: kwargs.as_bytes() }.to_payload();
    Format::ALL.iter().map(|format| payload.to_format(*format).unwrap()).collect()
}

fn decode_all<T: DeserializeOwned + PartialEq + Debug>(args: &str, kwargs: &str) -> Result<T, PayloadError> {
    let mut results: Vec<_> = every_format(args, kwargs).iter().map(Payload::decode::<T>).collect();
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]), "{results:?}");
    results.pop().unwrap()
}

#[test]
fn unit_is_no_arguments() {
    assert_eq!(json(&()), (String::new(), String::new()));
    comes_back(());
    assert_eq!(decode_all("", ""), Ok(()));
    assert_eq!(decode_all("[]", ""), Ok(()));
}

#[test]
fn unit_takes_one_null_as_other_languages_return_it() {
    assert_eq!(decode_all("[null]", ""), Ok(()));
    assert_eq!(decode_all::<()>("[1]", ""), Err(PayloadError::Extra { expected: 0, found: 1 }));
    assert_eq!(decode_all::<()>("[null,null]", ""), Err(PayloadError::Extra { expected: 1, found: 2 }));
}

#[test]
fn a_tuple_is_positional_arguments() {
    assert_eq!(args(&(2, "three")), r#"[2,"three"]"#);
    assert_eq!(args(&(Point { x: 1, y: 2 },)), r#"[{"x":1,"y":2}]"#);
    comes_back((2, "three".to_owned(), [1.5, 2.5], Point { x: 1, y: -2 }));
}

#[test]
fn an_array_of_fixed_size_is_a_tuple_and_a_vec_is_one_argument() {
    assert_eq!(args(&[1, 2, 3]), "[1,2,3]");
    assert_eq!(args(&vec![1, 2, 3]), "[[1,2,3]]");
    comes_back([1, 2, 3]);
    comes_back(vec![1, 2, 3]);
}

#[test]
fn anything_else_is_one_positional_argument() {
    assert_eq!(args(&5), "[5]");
    assert_eq!(args("text"), r#"["text"]"#);
    assert_eq!(args(&Point { x: 1, y: 2 }), r#"[{"x":1,"y":2}]"#);
    assert_eq!(args(&None::<i64>), "[null]");
    assert_eq!(args(&Some((1, 2))), "[[1,2]]");
    assert_eq!(args(&BTreeMap::from([("a", 1)])), r#"[{"a":1}]"#);
    comes_back(5_i64);
    comes_back("text".to_owned());
    comes_back(Point { x: 1, y: 2 });
    comes_back(None::<i64>);
    comes_back(Some((1, 2)));
    comes_back(BTreeMap::from([("a".to_owned(), 1)]));
}

#[test]
fn kwargs_are_keyword_arguments() {
    let options = Options { unit: "mm".to_owned(), scale: None };
    assert_eq!(json(&Kwargs(&options)), (String::new(), r#"{"unit":"mm","scale":null}"#.to_owned()));
    assert_eq!(json(&(1, Kwargs(&options))), ("[1]".to_owned(), r#"{"unit":"mm","scale":null}"#.to_owned()));
    comes_back(Kwargs(options.clone()));
    comes_back((1, "two".to_owned(), Kwargs(options)));
    comes_back(Kwargs(BTreeMap::from([("a".to_owned(), 1)])));
}

#[test]
fn kwargs_of_something_else_than_a_struct_or_map_are_refused() {
    for format in Format::ALL {
        assert_eq!(Payload::encode(format, &Kwargs(5)), Err(PayloadError::NotADictionary));
        assert_eq!(Payload::encode(format, &(1, Kwargs("text"))), Err(PayloadError::NotADictionary));
    }
}

#[test]
fn options_missing_at_the_end_are_none() {
    assert_eq!(decode_all("[1]", ""), Ok((1, None::<i64>, None::<String>)));
    assert_eq!(decode_all("[1,2]", ""), Ok((1, Some(2), None::<String>)));
    assert_eq!(decode_all("", ""), Ok(None::<i64>));
    assert_eq!(decode_all("[1]", ""), Ok((1, None::<i64>, Kwargs(None::<Point>))));
}

#[test]
fn a_missing_argument_is_named_by_its_index() {
    assert_eq!(decode_all::<(i64, i64)>("[1]", ""), Err(PayloadError::Missing { position: 1 }));
    assert_eq!(decode_all::<(Option<i64>, i64)>("", ""), Err(PayloadError::Missing { position: 1 }));
    assert_eq!(decode_all::<i64>("", r#"{"a":1}"#), Err(PayloadError::Missing { position: 0 }));
}

#[test]
fn extra_positionals_are_refused_unless_ignored() {
    assert_eq!(decode_all::<(i64, i64)>("[1,2,3,[4]]", ""), Err(PayloadError::Extra { expected: 2, found: 4 }));
    assert_eq!(decode_all::<i64>("[1,2]", ""), Err(PayloadError::Extra { expected: 1, found: 2 }));
    assert_eq!(decode_all::<Kwargs<Options>>("[1]", r#"{"unit":"m"}"#), Err(PayloadError::Extra { expected: 0, found: 1 }));
    for payload in every_format("[1,2,[3]]", "") {
        assert_eq!(payload.as_ref().decode_ignoring_extra::<(i64,)>(), Ok((1,)));
        assert_eq!(payload.as_ref().decode_ignoring_extra::<i64>(), Ok(1));
        assert_eq!(payload.as_ref().decode_ignoring_extra::<()>(), Ok(()));
    }
}

#[test]
fn a_wrong_argument_is_named_by_index_or_name() {
    let position = |result: Result<(i64, i64), _>| match result {
        Err(PayloadError::Wrong { position, message }) => (position, message),
        other => panic!("{other:?}"),
    };
    let (index, message) = position(decode_all("[1,\"two\"]", ""));
    assert_eq!(index, Position::Index(1));
    assert_eq!(message, "invalid type: string \"two\", expected i64");
    let name = decode_all::<Kwargs<Options>>("", r#"{"unit":5}"#).unwrap_err();
    assert!(matches!(&name, PayloadError::Wrong { position: Position::Name(name), .. } if name == "unit"), "{name:?}");
    let missing = decode_all::<Kwargs<Options>>("", r#"{"scale":5}"#).unwrap_err();
    assert_eq!(missing, PayloadError::MissingKeyword { name: "unit".to_owned() });
    let absent = decode_all::<(i64, Kwargs<Options>)>("[1]", "").unwrap_err();
    assert_eq!(absent, PayloadError::MissingKeyword { name: "unit".to_owned() });
    // The field of a nested struct is no keyword.
    let nested = decode_all::<Kwargs<BTreeMap<String, Point>>>("", r#"{"p":{"x":1}}"#).unwrap_err();
    assert!(matches!(&nested, PayloadError::Wrong { position: Position::Name(name), .. } if name == "p"), "{nested:?}");
}

#[test]
fn keywords_not_asked_for_are_passed_over() {
    assert_eq!(decode_all("[1]", r#"{"a":1}"#), Ok((1,)));
    assert_eq!(decode_all("", r#"{"unit":"m","more":[{}]}"#), Ok(Kwargs(Options { unit: "m".to_owned(), scale: None })));
}

#[test]
fn binary_is_octets_in_every_format() {
    comes_back(Binary::from(vec![0, 1, 2, 255]));
    comes_back(Binary::default());
    comes_back((1, Binary::from(&b"abc"[..]), vec![Binary::from(&b"d"[..])]));
    assert_eq!(args(&Binary::from(&[1, 2, 3][..])), r#"["\u0000AQID"]"#);
    let binary = Payload::encode(Format::MsgPack, &Binary::from(&b"abc"[..])).unwrap();
    assert_eq!(binary.as_ref().args, b"\x91\xc4\x03abc");
    // Neither is text bent to octets nor octets to text.
    assert!(matches!(decode_all::<Binary>("[\"abc\"]", ""), Err(PayloadError::Wrong { .. })));
    assert!(matches!(decode_all::<String>(r#"["\u0000YWJj"]"#, ""), Err(PayloadError::Wrong { .. })));
}

#[test]
fn what_a_format_cannot_carry_is_refused() {
    assert_eq!(Payload::encode(Format::Json, &f64::NAN), Err(WriteError::NotFinite("NaN").into()));
    assert_eq!(Payload::encode(Format::Json, &(1, f32::INFINITY)), Err(WriteError::NotFinite("infinity").into()));
    assert_eq!(Payload::encode(Format::Json, "\0abc"), Err(WriteError::LeadingNul.into()));
    for format in Format::ALL {
        assert_eq!(Payload::encode(format, &BTreeMap::from([(1, 2)])), Err(WriteError::Key.into()));
        assert_eq!(Payload::encode(format, &i128::MAX), Err(WriteError::BigInteger.into()));
        assert_eq!(Payload::encode(format, &(i128::from(i64::MIN) - 1)), Err(WriteError::BigInteger.into()));
    }
    let text = Payload::encode(Format::MsgPack, "\0abc").unwrap();
    assert_eq!(text.decode::<String>().as_deref(), Ok("\0abc"));
    assert_eq!(text.to_format(Format::Json), Err(WriteError::LeadingNul));
}

#[test]
fn integers_of_64_bits_and_their_128_bit_spellings_are_exact() {
    comes_back((u64::MAX, i64::MIN, i64::MAX, 0_u8, -1_i8));
    comes_back((i128::from(u64::MAX), i128::from(i64::MIN), u128::from(u64::MAX)));
    comes_back((f64::MIN_POSITIVE, f64::MAX, -0.0_f64, 0.1_f32, 1e300));
    assert!(matches!(decode_all::<i8>("[200]", ""), Err(PayloadError::Wrong { .. })));
    assert!(matches!(decode_all::<i64>("[1.0]", ""), Err(PayloadError::Wrong { .. })), "a float is no integer");
    assert_eq!(decode_all::<f64>("[3]", ""), Ok(3.0), "an integer is a real number");
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shape {
    Empty,
    Circle(f64),
    Line(i64, i64),
    Rect { w: i64, h: i64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Loose {
    Number(i64),
    Text(String),
    Point(Point),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    A { x: i64 },
    B,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Flat {
    id: u64,
    #[serde(flatten)]
    point: Point,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Marker;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Meters(f64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Pair(i64, String);

#[test]
fn enums_newtypes_and_flattened_structs_look_as_serde_json_has_them() {
    let shapes = [Shape::Empty, Shape::Circle(1.5), Shape::Line(1, 2), Shape::Rect { w: 1, h: 2 }];
    for shape in shapes {
        assert_eq!(args(&shape), format!("[{}]", serde_json::to_string(&shape).unwrap()));
        comes_back(shape);
    }
    comes_back(vec![Loose::Number(1), Loose::Text("a".to_owned()), Loose::Point(Point { x: 1, y: 2 })]);
    comes_back(vec![Tagged::A { x: 1 }, Tagged::B]);
    let flat = Flat { id: 7, point: Point { x: 1, y: 2 }, rest: BTreeMap::from([("z".to_owned(), Value::from(3))]) };
    assert_eq!(args(&flat), format!("[{}]", serde_json::to_string(&flat).unwrap()));
    comes_back(flat);
    comes_back(Marker);
    comes_back(Meters(2.5));
    comes_back(Pair(1, "b".to_owned()));
    assert_eq!(args(&Pair(1, "b".to_owned())), r#"[[1,"b"]]"#);
    comes_back(BTreeMap::from([('c', Some(Some(1))), ('d', None)]));
    comes_back(std::net::Ipv4Addr::LOCALHOST);
}

#[test]
fn a_value_of_any_shape_is_one_argument() {
    let value = Value::from([
        ("null", Value::Null),
        ("binary", Value::Binary(vec![1, 2].into())),
        ("list", Value::from(vec![1.5, 2.0])),
        ("big", Value::from(u64::MAX)),
        ("negative", Value::from(-5)),
    ]);
    comes_back(value.clone());
    comes_back((1, Kwargs(value.as_dict().unwrap().clone())));
    assert_eq!(value.get("big").and_then(Value::as_u64), Some(u64::MAX));
    assert_eq!(value.get("negative").and_then(Value::as_i64), Some(-5));
}

#[test]
fn lists_of_any_length_and_unknown_length_have_right_heads() {
    struct Unannounced(usize);
    impl Serialize for Unannounced {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(std::iter::repeat_n(1_u8, self.0).filter(|_| true))
        }
    }
    for len in [0, 1, 15, 16, 23, 24, 255, 256, 65535, 65536] {
        let list = vec![1_u8; len];
        comes_back(list.clone());
        for format in Format::ALL {
            let unannounced = Payload::encode(format, &Unannounced(len)).unwrap();
            assert_eq!(unannounced, Payload::encode(format, &list).unwrap(), "{format:?} {len}");
        }
    }
}

#[test]
fn nesting_is_capped_in_both_ways() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Nest(Vec<Nest>);
    let nest = |depth: usize| (1..depth).fold(Nest(vec![]), |inner, _| Nest(vec![inner]));
    for format in Format::ALL {
        // The message's array and the list of arguments are two levels of the 128.
        assert!(Payload::encode(format, &nest(126)).is_ok());
        assert_eq!(Payload::encode(format, &nest(127)), Err(WriteError::TooDeep(128).into()));
    }
    let deep = "[".repeat(129) + &"]".repeat(129);
    let payload = PayloadRef { format: Format::Json, args: deep.as_bytes(), kwargs: &[] };
    assert!(matches!(payload.decode::<Nest>(), Err(PayloadError::Wrong { .. })));
    assert!(matches!(payload.decode::<Value>(), Err(PayloadError::Wrong { .. })));
}

#[test]
fn single_arguments_are_reached_without_decoding_the_rest() {
    for payload in every_format(r#"[1,"two",{"x":3,"y":4},null]"#, r#"{"unit":"mm","point":{"x":1,"y":2}}"#) {
        let payload = payload.as_ref();
        let args: Vec<_> = payload.positionals().collect();
        assert_eq!(args.iter().map(|arg| arg.kind().unwrap()).collect::<Vec<_>>(), [Kind::Integer, Kind::String, Kind::Map, Kind::Null]);
        assert_eq!(args[2].decode(), Ok(Point { x: 3, y: 4 }));
        assert_eq!(args[1].to_value(), Ok(Value::from("two")));
        assert_eq!(payload.keywords().map(|(key, _)| key.into_owned()).collect::<Vec<_>>(), ["unit", "point"]);
        assert_eq!(payload.keyword("point").unwrap().decode(), Ok(Point { x: 1, y: 2 }));
        assert!(payload.keyword("none").is_none());
        let wrong = args[1].decode::<i64>().map_err(|error| error.at(Position::Name("count".to_owned())));
        assert!(matches!(wrong, Err(PayloadError::Wrong { position: Position::Name(name), .. }) if name == "count"));
    }
    assert_eq!(PayloadRef::EMPTY.positionals().count(), 0);
    assert_eq!(PayloadRef::EMPTY.keywords().count(), 0);
}

#[test]
fn a_builder_makes_what_a_tuple_makes() {
    let raw = RawValue { format: Format::Json, bytes: br#"{"x":3,"y":4}"# };
    for format in Format::ALL {
        let mut builder = PayloadBuilder::new(format);
        builder.arg(&1).unwrap().arg("two").unwrap().raw_arg(raw).unwrap();
        assert!(builder.arg(&BTreeMap::from([(1, 2)])).is_err(), "what fails leaves no trace");
        builder.kwarg("unit", "mm").unwrap().kwarg("scale", &None::<f64>).unwrap();
        let options = Options { unit: "mm".to_owned(), scale: None };
        let tuple = Payload::encode(format, &(1, "two", Point { x: 3, y: 4 }, Kwargs(options))).unwrap();
        assert_eq!(builder.finish(), tuple);
        assert!(builder.finish().is_empty());
    }
}
