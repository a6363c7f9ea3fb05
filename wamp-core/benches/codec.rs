//! What a router does with one call: the CALL is decoded, the INVOCATION encoded, the arguments passed through.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde::{Deserialize, Serialize};
use std::hint::black_box;
use wamp_core::message::{Call, CallOptions, Invocation, InvocationDetails, decode, encode};
use wamp_core::payload::Binary;
use wamp_core::serializer::DEFAULT_MAX_DEPTH;
use wamp_core::{Format, Message, Payload, RawUri, RegistrationId, RequestId};

#[derive(Serialize, Deserialize, Clone)]
struct Order {
    id: u64,
    customer: String,
    paid: bool,
    total: f64,
    lines: Vec<Line>,
}

#[derive(Serialize, Deserialize, Clone)]
struct Line {
    article: String,
    count: u32,
    price: f64,
    tags: Vec<String>,
}

/// About 3 KiB in JSON.
fn orders() -> Vec<Order> {
    let line = |n: u32| Line {
        article: format!("article number {n}"),
        count: n * 37,
        price: f64::from(n) * 1.37,
        tags: vec!["blue".to_owned(), "large \"XL\"".to_owned(), "würfel".to_owned()],
    };
    (0..6)
        .map(|id| Order {
            id: 7_000_000 + id,
            customer: "Ann Example".to_owned(),
            paid: id % 2 == 0,
            total: 99.5,
            lines: (0..5).map(line).collect(),
        })
        .collect()
}

fn payloads(format: Format) -> Vec<(&'static str, Payload)> {
    let encode = |payload: Result<Payload, _>| payload.unwrap_or_default();
    vec![
        ("16 B", encode(Payload::encode(format, "sixteen octets.."))),
        ("4 KiB", encode(Payload::encode(format, &"x".repeat(4096)))),
        ("3 KiB structured", encode(Payload::encode(format, &orders()))),
        ("4 KiB binary", encode(Payload::encode(format, &Binary::from(vec![7; 4096])))),
    ]
}

fn call(format: Format, payload: &Payload) -> Vec<u8> {
    let message =
        Call { request: RequestId::FIRST, options: CallOptions::default(), procedure: RawUri::from_static("com.example.orders.store") };
    let mut bytes = Vec::new();
    encode(&message.into(), payload.as_ref(), format, &mut bytes).unwrap_or_default();
    bytes
}

/// One call through a router: `to` is the callee's format.
fn route(from: Format, to: Format, call: &[u8], registration: RegistrationId, out: &mut Vec<u8>) {
    let Ok((Message::Call(call), payload)) = decode(from, call, DEFAULT_MAX_DEPTH) else { return };
    let invocation = Invocation { request: call.request, registration, details: InvocationDetails::default() };
    out.clear();
    let _ = encode(&invocation.into(), payload, to, out);
}

fn call_to_invocation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("CALL to INVOCATION");
    let registration = RegistrationId::new(4711);
    for from in Format::ALL {
        for (name, payload) in payloads(from) {
            let (call, mut out) = (call(from, &payload), Vec::new());
            group.throughput(Throughput::Bytes(call.len() as u64));
            for to in Format::ALL {
                let id = BenchmarkId::new(format!("{} to {}", from.as_str(), to.as_str()), name);
                group.bench_function(id, |bencher| {
                    bencher.iter(|| registration.map(|registration| route(from, to, black_box(&call), registration, &mut out)));
                });
            }
        }
    }
    group.finish();
}

fn arguments(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("arguments");
    let orders = orders();
    for format in Format::ALL {
        let payload = Payload::encode(format, &orders).unwrap_or_default();
        group.bench_function(BenchmarkId::new("encode 3 KiB structured", format.as_str()), |bencher| {
            bencher.iter(|| Payload::encode(format, black_box(&orders)));
        });
        group.bench_function(BenchmarkId::new("decode 3 KiB structured", format.as_str()), |bencher| {
            bencher.iter(|| black_box(&payload).decode::<Vec<Order>>());
        });
    }
    // What it is measured by.
    let json = serde_json::to_vec(&orders).unwrap_or_default();
    group.bench_function("serde_json encodes", |bencher| bencher.iter(|| serde_json::to_vec(black_box(&orders))));
    group.bench_function("serde_json decodes", |bencher| bencher.iter(|| serde_json::from_slice::<Vec<Order>>(black_box(&json))));
    let msgpack = rmp_serde::to_vec_named(&orders).unwrap_or_default();
    group.bench_function("rmp-serde encodes", |bencher| bencher.iter(|| rmp_serde::to_vec_named(black_box(&orders))));
    group.bench_function("rmp-serde decodes", |bencher| bencher.iter(|| rmp_serde::from_slice::<Vec<Order>>(black_box(&msgpack))));
    group.finish();
}

criterion_group!(benches, call_to_invocation, arguments);
criterion_main!(benches);
