//! `#[derive(WampError)]`: a URI for each variant, and fields that travel as arguments, there and back.
#![cfg(feature = "macros")]

use proto::{Format, Value};
use std::collections::BTreeMap;
use wamp_actors::prelude::*;

#[derive(Debug, Clone, PartialEq, WampError)]
#[wamp_error(prefix = "com.example.error")]
enum StockError {
    SoldOut,
    TooMany(u64, String),
    #[wamp_error("org.other")]
    Other {
        left: u64,
        r#type: Option<String>,
    },
}

#[derive(Debug, Clone, PartialEq, WampError)]
#[wamp_error("com.example.error.closed")]
struct Closed {
    until: String,
}

fn sent_and_received(error: impl IntoWampError) -> WampError {
    let sent = error.into_wamp_error();
    let payload = sent.payload(Format::Cbor).expect("arguments that can be written");
    WampError::with_payload(sent.uri(), payload)
}

#[test]
fn an_error_is_read_back_as_it_was_sent() {
    let errors = [
        ("com.example.error.sold_out", StockError::SoldOut),
        ("com.example.error.too_many", StockError::TooMany(3, "left".into())),
        ("org.other", StockError::Other { left: 3, r#type: Some("pen".into()) }),
        ("org.other", StockError::Other { left: 3, r#type: None }),
    ];
    for (uri, error) in errors {
        let received = sent_and_received(error.clone());
        assert_eq!(received.uri(), uri);
        assert_eq!(StockError::from_wamp_error(received).expect("this error"), error);
    }
    let closed = Closed { until: "noon".into() };
    let received = sent_and_received(closed.clone());
    assert_eq!(received.uri(), "com.example.error.closed");
    assert_eq!(Closed::from_wamp_error(received).expect("this error"), closed);
}

#[test]
fn tuple_fields_are_positional_and_struct_fields_go_by_keyword() {
    let too_many = sent_and_received(StockError::TooMany(3, "left".into()));
    assert_eq!(too_many.decode_args::<(u64, String)>().expect("two arguments"), (3, "left".to_owned()));
    let other = sent_and_received(StockError::Other { left: 3, r#type: Some("pen".into()) });
    let Kwargs(fields) = other.decode_args::<Kwargs<BTreeMap<String, Value>>>().expect("keyword arguments");
    assert_eq!(fields, BTreeMap::from([("left".to_owned(), Value::Int(3)), ("type".to_owned(), Value::String("pen".into()))]));
}

#[test]
fn an_error_of_another_uri_or_shape_is_given_back() {
    let other = StockError::from_wamp_error(WampError::new("com.example.error.unknown")).expect_err("another URI");
    assert_eq!(other.uri(), "com.example.error.unknown");
    let misshapen = StockError::from_wamp_error(WampError::new("com.example.error.too_many").arg("text")).expect_err("other arguments");
    assert_eq!(misshapen.uri(), "com.example.error.too_many");
    assert_eq!(misshapen.message().as_deref(), Some("text"));
}
