//! What the tests of macros share: a call that goes to a component's handler directly.
// Each test file is a crate of its own and uses a part.
#![allow(dead_code)]

use futures_util::StreamExt;
use proto::message::{EventDetails, InvocationDetails};
use proto::{Format, Payload, PublicationId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wamp_actors::component::{Bindings, Call, Component, Invoked, Outcome, Reply};
#[cfg(feature = "router")]
use wamp_actors::{router::Router, service::RunningService, service::Service, session::Session};

pub(crate) async fn call<C: Component>(component: &mut C, uri: &str, arguments: &impl Serialize) -> Outcome {
    run(component, uri, Invoked::Invocation(InvocationDetails::default()), arguments).await
}

pub(crate) async fn event<C: Component>(component: &mut C, uri: &str, arguments: &impl Serialize) -> Outcome {
    let publication = PublicationId::new(1).expect("an id");
    run(component, uri, Invoked::Event { publication, details: EventDetails::default() }, arguments).await
}

pub(crate) async fn run<C: Component>(component: &mut C, uri: &str, invoked: Invoked, arguments: &impl Serialize) -> Outcome {
    let payload = Payload::encode(Format::MsgPack, arguments).expect("arguments that can be written");
    Bindings::answer(component, Call::new(uri, invoked, payload)).await.expect("a handler bound to that URI")
}

/// The result, which is to be one.
pub(crate) fn value<T: DeserializeOwned>(outcome: Outcome) -> T {
    match outcome {
        Ok(Reply::Value(payload)) => payload.decode().expect("a result of that type"),
        other => panic!("a value was expected, not {other:?}"),
    }
}

/// The progressive results, up to the end or the error.
pub(crate) async fn items<T: DeserializeOwned>(outcome: Outcome) -> Vec<Result<T, String>> {
    let Ok(Reply::Stream(stream)) = outcome else { panic!("a stream was expected, not {outcome:?}") };
    let item = |item: Result<Payload, wamp_actors::component::Failure>| match item {
        Ok(payload) => Ok(payload.decode().expect("an item of that type")),
        Err(failure) => Err(failure.uri().as_str().to_owned()),
    };
    stream.map(item).collect().await
}

/// The error's URI and text.
pub(crate) fn told(outcome: Outcome) -> (String, String) {
    let Err(failure) = outcome else { panic!("an error was expected, not {outcome:?}") };
    let (text,) = failure.payload().decode::<(String,)>().expect("a text");
    (failure.uri().as_str().to_owned(), text)
}

/// The component in a service on a router of its own, and a session that calls it.
#[cfg(feature = "router")]
pub(crate) async fn served<C: Component>(factory: impl Fn() -> C + Send + Sync + 'static) -> (Router, RunningService, Session) {
    let router = Router::builder().realm("realm1").start().await.expect("a router");
    let service = Service::new().transport(router.transport()).component(factory).start().await.expect("a service");
    service.ready().await.expect("a service that is ready");
    let session = Session::builder().transport(router.transport()).realm("realm1").connect().await.expect("a session");
    (router, service, session)
}
