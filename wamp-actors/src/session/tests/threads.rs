use super::{recv, welcome};
use crate::error::WampError;
use crate::session::{CallFuture, Invocation, Invocations, Registration, Session, SessionBuilder, Subscription};
use crate::supervisor::Client;
use crate::transport::scripted::scripted;
use proto::RegistrationId;
use proto::message::{CallResult, Registered, ResultDetails};
use std::cell::Cell;
use std::rc::Rc;

#[test]
fn handles_may_be_sent_and_shared_between_threads() {
    fn send_and_sync<T: Send + Sync>() {}
    fn send<T: Send>(value: T) -> T {
        value
    }
    send_and_sync::<(Session, SessionBuilder, Client, Invocation)>();
    send_and_sync::<(Subscription, Invocations, Registration)>();
    drop(send(Session::connect("ws://127.0.0.1:1/", "realm1")));
    fn future_is_send<T: Send>(_: Option<T>) {}
    future_is_send(None::<CallFuture<i64>>);
}

#[test]
fn a_program_without_actix_gets_a_thread_for_its_sessions() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (transport, mut connections) = scripted();
        let joining = tokio::spawn(Session::builder().transport(transport).realm("realm1").connect());
        let mut router = welcome(&mut connections).await;
        let session = joining.await.unwrap().unwrap();
        let registering = tokio::spawn(session.register("com.example.p").handler(|_: Invocation| {
            // Not `Send`: it lives on the session's thread.
            let name = Rc::new(Cell::new(std::thread::current().name().unwrap_or_default().to_owned()));
            async move {
                tokio::task::yield_now().await;
                Ok::<_, WampError>(name.take())
            }
        }));
        let (register, _) = recv!(router, Register);
        let registration = RegistrationId::new(1).unwrap();
        router.send(Registered { request: register.request, registration });
        let _registration = registering.await.unwrap().unwrap();
        let details = proto::message::InvocationDetails::default();
        router.send(proto::message::Invocation { request: proto::RequestId::FIRST, registration, details });
        assert_eq!(recv!(router, Yield).1.decode::<String>().unwrap(), "wamp-sessions");
        let call = tokio::spawn(session.call::<()>("com.example.x", ()).into_future());
        let (call_message, _) = recv!(router, Call);
        router.send(CallResult { request: call_message.request, details: ResultDetails::default() });
        call.await.unwrap().unwrap();
    });
}

#[test]
fn on_an_actix_thread_a_session_runs_there() {
    let (transport, mut connections) = scripted();
    let here = std::thread::current().id();
    actix_rt::System::new().block_on(async move {
        let joining = actix_rt::spawn(Session::builder().transport(transport).realm("realm1").connect());
        let mut router = welcome(&mut connections).await;
        let session = joining.await.unwrap().unwrap();
        let registering = actix_rt::spawn(session.register("com.example.p").handler(move |_: Invocation| async move {
            assert_eq!(std::thread::current().id(), here);
            Ok::<_, WampError>(())
        }));
        let (register, _) = recv!(router, Register);
        let registration = RegistrationId::new(1).unwrap();
        router.send(Registered { request: register.request, registration });
        let _registration = registering.await.unwrap().unwrap();
        let details = proto::message::InvocationDetails::default();
        router.send(proto::message::Invocation { request: proto::RequestId::FIRST, registration, details });
        recv!(router, Yield);
    });
}
