//! The same component as in `wamp-actors/tests/macros_streams.rs`, in edition 2021: there `impl Trait` would not capture
//! `self` by itself, an `async fn` would, and `Future` is not in the prelude of the language.

use futures_util::stream;
use std::future::Future;
use wamp_actors::component::Bindings;
use wamp_actors::prelude::*;

struct Counter<T> {
    items: Vec<T>,
    taken: usize,
}

#[component(prefix = "com.example.counter")]
impl<T: Clone + serde::Serialize + 'static> Counter<T> {
    #[procedure]
    fn all(&self) -> impl Stream<Item = T> {
        stream::iter(self.items.clone())
    }

    #[procedure]
    fn from(&mut self, at: usize) -> Result<impl Stream<Item = T>, WampError> {
        self.taken += 1;
        let items = self.items.get(at..).ok_or_else(|| WampError::new("com.example.error.too_far"))?;
        Ok(stream::iter(items.to_vec()))
    }

    #[procedure]
    async fn later(&self) -> impl Stream<Item = T> {
        stream::iter(self.items.clone())
    }

    #[procedure]
    fn count(&self) -> usize {
        self.items.len() + self.taken
    }

    #[topic]
    async fn added(&mut self, _count: Option<u32>) {
        self.taken = 0;
    }

    #[task]
    fn watch(&self, cancellation: Cancellation) -> impl Future<Output = ()> {
        async move { cancellation.canceled().await }
    }
}

#[derive(WampError)]
#[wamp_error(prefix = "com.example.error")]
enum CounterError {
    Empty,
    TooFar(u64),
    OutOf { left: u64, right: Option<String> },
}

#[test]
fn a_component_with_streams_binds() {
    let uris: Vec<_> = Bindings::<Counter<u8>>::uris().into_iter().map(|bound| bound.uri).collect();
    assert_eq!(uris, ["all", "from", "later", "count", "added"].map(|name| format!("com.example.counter.{name}")));
}

#[test]
fn an_error_has_a_uri_for_each_variant() {
    let errors = [CounterError::Empty, CounterError::TooFar(3), CounterError::OutOf { left: 1, right: None }];
    let uris = errors.map(|error| error.into_wamp_error().uri().to_owned());
    assert_eq!(uris, ["empty", "too_far", "out_of"].map(|name| format!("com.example.error.{name}")));
}
