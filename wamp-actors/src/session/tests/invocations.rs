use super::{args, joined, play, recv, settle};
use crate::error::{RegisterError, WampError};
use crate::session::{Invocation, Invocations, ProgressError, RegisterBuilder, Registration, Session, Stats};
use crate::transport::scripted::Peer;
use proto::message::{
    Error, ErrorDetails, Interrupt, InterruptOptions, InvocationDetails, OptionalRequest, Registered, Unregistered, UnregisteredDetails,
};
use proto::uri::wamp;
use proto::{MessageType, Payload, RawUri, RegistrationId, RequestId};
use std::future::Future;
use tokio::task::spawn_local;

fn registration() -> RegistrationId {
    RegistrationId::new(21).unwrap()
}

fn request(n: u64) -> RequestId {
    RequestId::new(n).unwrap()
}

fn invoke(router: &Peer, n: u64, payload: Payload) {
    invoke_with(router, n, payload, InvocationDetails::default());
}

fn invoke_with(router: &Peer, n: u64, payload: Payload, details: InvocationDetails) {
    router.send_with(proto::message::Invocation { request: request(n), registration: registration(), details }, payload);
}

fn interrupt(router: &Peer, n: u64) {
    router.send(Interrupt { request: request(n), options: InterruptOptions::default() });
}

fn procedure(session: &Session) -> RegisterBuilder {
    session.register("com.example.p").queue(2)
}

async fn registered<T: 'static>(router: &mut Peer, registering: impl Future<Output = Result<T, RegisterError>> + 'static) -> T {
    let registering = spawn_local(registering);
    let (register, _) = recv!(router, Register);
    router.send(Registered { request: register.request, registration: registration() });
    registering.await.unwrap().unwrap()
}

async fn adder(session: &Session, router: &mut Peer) -> Registration {
    let add = |invocation: Invocation| async move {
        let (a, b): (i64, i64) = invocation.decode()?;
        Ok::<_, WampError>(a + b)
    };
    registered(router, procedure(session).handler(add)).await
}

async fn stream(session: &Session, router: &mut Peer) -> Invocations {
    registered(router, procedure(session).stream()).await
}

/// Receives an ERROR to an invocation.
async fn recv_error(router: &mut Peer, n: u64) -> String {
    let (error, _) = recv!(router, Error);
    assert_eq!((error.request_type, error.request), (MessageType::Invocation, request(n)));
    error.error.to_string()
}

#[test]
fn a_handler_answers_with_its_result() {
    play(async {
        let (session, mut router) = joined().await;
        let _registration = adder(&session, &mut router).await;
        invoke(&router, 1, args((2, 3)));
        let (answer, payload) = recv!(router, Yield);
        assert_eq!((answer.request, payload.decode::<i64>().unwrap()), (request(1), 5));
    });
}

#[test]
fn wrong_arguments_are_answered_invalid_argument() {
    play(async {
        let (session, mut router) = joined().await;
        let _registration = adder(&session, &mut router).await;
        invoke(&router, 1, args(("two", 3)));
        assert_eq!(recv_error(&mut router, 1).await, wamp::INVALID_ARGUMENT);
    });
}

#[test]
fn a_panic_is_answered_runtime_error_and_the_next_invocation_is_handled() {
    play(async {
        let (session, mut router) = joined().await;
        let odd = |invocation: Invocation| {
            let n: i64 = invocation.decode().unwrap();
            assert_ne!(n, 1, "before the first await");
            async move {
                tokio::task::yield_now().await;
                assert_ne!(n, 2, "after it");
                Ok::<_, WampError>(n)
            }
        };
        let _registration = registered(&mut router, session.register("com.example.p").handler(odd)).await;
        (1..=3).for_each(|n| invoke(&router, n, args((n,))));
        let first = recv!(router, Error).0;
        assert_eq!((first.request, first.error.as_str()), (request(1), wamp::RUNTIME_ERROR));
        let mut rest = vec![router.recv().await.0.message_type(), router.recv().await.0.message_type()];
        rest.sort();
        assert_eq!(rest, [MessageType::Error, MessageType::Yield]);
    });
}

#[test]
fn a_handler_works_on_no_more_at_a_time_than_its_concurrency() {
    play(async {
        let (session, mut router) = joined().await;
        let (started, mut starts) = tokio::sync::mpsc::unbounded_channel();
        let (release, gate) = tokio::sync::watch::channel(false);
        let wait = move |invocation: Invocation| {
            let (started, mut gate) = (started.clone(), gate.clone());
            async move {
                let _ = started.send(invocation.decode::<u64>()?);
                drop(gate.wait_for(|open| *open).await);
                Ok::<_, WampError>(())
            }
        };
        let _registration = registered(&mut router, session.register("com.example.p").concurrency(2).handler(wait)).await;
        (1..=4).for_each(|n| invoke(&router, n, args((n,))));
        settle().await;
        assert_eq!((starts.try_recv(), starts.try_recv()), (Ok(1), Ok(2)));
        assert!(starts.try_recv().is_err());
        release.send_replace(true);
        for _ in 0..4 {
            recv!(router, Yield);
        }
    });
}

#[test]
fn an_interrupted_invocation_is_dropped_and_answered_canceled() {
    play(async {
        let (session, mut router) = joined().await;
        let (dropped, on_drop) = tokio::sync::oneshot::channel::<()>();
        let dropped = std::sync::Arc::new(std::sync::Mutex::new(Some(dropped)));
        let forever = move |_: Invocation| {
            let held = dropped.lock().unwrap().take();
            async move {
                let _held = held;
                std::future::pending::<Result<(), WampError>>().await
            }
        };
        let _registration = registered(&mut router, procedure(&session).handler(forever)).await;
        invoke(&router, 1, Payload::EMPTY);
        settle().await;
        interrupt(&router, 1);
        assert_eq!(recv_error(&mut router, 1).await, wamp::CANCELED);
        assert!(on_drop.await.is_err());
    });
}

#[test]
fn over_the_bound_of_the_queue_an_invocation_is_answered_unavailable() {
    play(async {
        let (session, mut router) = joined().await;
        let invocations = stream(&session, &mut router).await;
        (1..=4).for_each(|n| invoke(&router, n, Payload::EMPTY));
        assert_eq!(recv_error(&mut router, 3).await, wamp::UNAVAILABLE);
        assert_eq!(recv_error(&mut router, 4).await, wamp::UNAVAILABLE);
        assert_eq!(invocations.refused(), 2);
        assert_eq!(session.actor().send(Stats).await.unwrap().invocations_refused, 2);
        settle().await;
        assert_eq!(router.try_recv(), None);
    });
}

#[test]
fn the_first_answer_counts_and_a_dropped_invocation_is_answered_canceled() {
    play(async {
        let (session, mut router) = joined().await;
        let mut invocations = stream(&session, &mut router).await;
        (1..=2).for_each(|n| invoke(&router, n, Payload::EMPTY));
        let first = invocations.next().await.unwrap();
        let responder = first.responder().clone();
        responder.finish(Ok(args((1,))));
        first.respond(Ok(args((2,))));
        assert_eq!(recv!(router, Yield).1.decode::<i64>().unwrap(), 1);
        drop(invocations.next().await.unwrap());
        assert_eq!(recv_error(&mut router, 2).await, wamp::CANCELED);
        settle().await;
        assert_eq!(router.try_recv(), None);
    });
}

#[test]
fn progressive_results_precede_the_final_one() {
    play(async {
        let (session, mut router) = joined().await;
        let mut invocations = stream(&session, &mut router).await;
        invoke_with(&router, 1, Payload::EMPTY, InvocationDetails { receive_progress: true, ..InvocationDetails::default() });
        let invocation = invocations.next().await.unwrap();
        for n in 1..=2 {
            invocation.progress(n).await.unwrap();
        }
        invocation.respond(Ok(Payload::EMPTY));
        for progress in [true, true, false] {
            assert_eq!(recv!(router, Yield).0.options.progress, progress);
        }
    });
}

#[test]
fn progress_that_the_caller_did_not_ask_for_is_refused_here() {
    play(async {
        let (session, mut router) = joined().await;
        let mut invocations = stream(&session, &mut router).await;
        invoke(&router, 1, Payload::EMPTY);
        let invocation = invocations.next().await.unwrap();
        assert!(matches!(invocation.progress(1).await, Err(ProgressError::Unasked)));
    });
}

#[test]
fn an_invocation_is_canceled_when_the_link_is_cut() {
    play(async {
        let (session, mut router) = joined().await;
        let mut invocations = stream(&session, &mut router).await;
        invoke(&router, 1, Payload::EMPTY);
        let invocation = invocations.next().await.unwrap();
        assert!(!invocation.responder().is_canceled());
        drop(router);
        invocation.responder().canceled().await;
        assert!(invocations.next().await.is_none());
    });
}

#[test]
fn unregistering_gives_what_was_not_taken_and_ends_a_handler_with_what_it_has() {
    play(async {
        let (session, mut router) = joined().await;
        let invocations = stream(&session, &mut router).await;
        invoke(&router, 1, Payload::EMPTY);
        settle().await;
        let unregistering = spawn_local(invocations.unregister());
        let (unregister, _) = recv!(router, Unregister);
        assert_eq!(unregister.registration, registration());
        // It crossed the UNREGISTER: nobody is there to take it.
        invoke(&router, 2, Payload::EMPTY);
        let request = OptionalRequest(Some(unregister.request));
        router.send(Unregistered { request, details: UnregisteredDetails::default() });
        let left = unregistering.await.unwrap().unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(recv_error(&mut router, 2).await, wamp::UNAVAILABLE);
        drop(left);
        assert_eq!(recv_error(&mut router, 1).await, wamp::CANCELED);
    });
}

#[test]
fn dropping_a_stream_answers_what_is_in_it_unavailable() {
    play(async {
        let (session, mut router) = joined().await;
        let invocations = stream(&session, &mut router).await;
        invoke(&router, 1, Payload::EMPTY);
        settle().await;
        drop(invocations);
        assert_eq!(recv_error(&mut router, 1).await, wamp::UNAVAILABLE);
        recv!(router, Unregister);
    });
}

#[test]
fn dropping_a_registration_unregisters() {
    play(async {
        let (session, mut router) = joined().await;
        drop(adder(&session, &mut router).await);
        assert_eq!(recv!(router, Unregister).0.registration, registration());
    });
}

#[test]
fn a_procedure_that_is_taken_is_an_error_with_its_uri() {
    play(async {
        let (session, mut router) = joined().await;
        let registering = spawn_local(procedure(&session).stream());
        let (register, _) = recv!(router, Register);
        let (details, error) = (ErrorDetails::default(), RawUri::from_static(wamp::PROCEDURE_ALREADY_EXISTS));
        router.send(Error { request_type: MessageType::Register, request: register.request, details, error });
        assert_eq!(registering.await.unwrap().unwrap_err().uri(), Some(wamp::PROCEDURE_ALREADY_EXISTS));
    });
}
