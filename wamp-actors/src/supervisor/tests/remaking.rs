use super::{Client, SECOND, joined};
use crate::error::WampError;
use crate::session::tests::{args, play, recv, settle, welcome};
use crate::session::{Invocation, Registration, Subscription};
use crate::transport::scripted::Peer;
use proto::message::{Error, Event};
use proto::message::{
    ErrorDetails, EventDetails, InvocationDetails, InvokePolicy, RegisterOptions, Registered, SubscribeOptions, Subscribed,
};
use proto::uri::wamp;
use proto::{MatchPolicy, MessageType, PublicationId, RawUri, RegistrationId, RequestId, SubscriptionId};
use std::time::Duration;
use tokio::time::Instant;

fn subscription(id: u64) -> SubscriptionId {
    SubscriptionId::new(id).unwrap()
}

async fn recv_subscribe(router: &mut Peer, id: u64) -> (RawUri, SubscribeOptions) {
    let (subscribe, _) = recv!(router, Subscribe);
    router.send(Subscribed { request: subscribe.request, subscription: subscription(id) });
    (subscribe.topic, subscribe.options)
}

async fn recv_register(router: &mut Peer, id: u64) -> (RawUri, RegisterOptions) {
    let (register, _) = recv!(router, Register);
    router.send(Registered { request: register.request, registration: RegistrationId::new(id).unwrap() });
    (register.procedure, register.options)
}

fn send_event(router: &Peer, id: u64, value: i64) {
    let publication = PublicationId::new(1).unwrap();
    let event = Event { subscription: subscription(id), publication, details: EventDetails::default() };
    router.send_with(event, args((value,)));
}

async fn subscribed(client: &Client, router: &mut Peer) -> Subscription {
    let subscribing = tokio::task::spawn_local(client.subscribe("com.example").matching(MatchPolicy::Prefix).option("x_k", 1).stream());
    recv_subscribe(router, 11).await;
    subscribing.await.unwrap().unwrap()
}

async fn registered(client: &Client, router: &mut Peer) -> Registration {
    let builder = client.register("com.example.add2").invoke(InvokePolicy::RoundRobin).concurrency(3);
    let handler = |invocation: Invocation| async move {
        let (a, b): (i64, i64) = invocation.decode()?;
        Ok::<_, WampError>(a + b)
    };
    let registering = tokio::task::spawn_local(builder.handler(handler));
    recv_register(router, 21).await;
    registering.await.unwrap().unwrap()
}

#[test]
fn subscriptions_are_made_again_with_the_same_options_and_their_stream_goes_on() {
    play(async {
        let (client, mut router, mut connections) = joined().await;
        let mut events = subscribed(&client, &mut router).await;
        send_event(&router, 11, 1);
        assert_eq!(events.next().await.unwrap().decode::<i64>().unwrap(), 1);
        drop(router);
        let mut router = welcome(&mut connections).await;
        let (topic, options) = recv_subscribe(&mut router, 12).await;
        assert_eq!((topic.as_str(), options.match_policy), ("com.example", MatchPolicy::Prefix));
        assert_eq!(options.extra.get("x_k"), Some(&proto::Value::from(1)));
        send_event(&router, 12, 2);
        let event = events.next().await.unwrap();
        assert_eq!((event.decode::<i64>().unwrap(), event.subscription), (2, subscription(12)));
        assert_eq!(events.id(), Some(subscription(12)));
    });
}

#[test]
fn registrations_are_made_again_with_the_same_options_and_answer() {
    play(async {
        let (client, mut router, mut connections) = joined().await;
        let registration = registered(&client, &mut router).await;
        drop(router);
        let mut router = welcome(&mut connections).await;
        let (procedure, options) = recv_register(&mut router, 22).await;
        assert_eq!(procedure.as_str(), "com.example.add2");
        assert_eq!((options.invoke, options.concurrency), (InvokePolicy::RoundRobin, Some(3)));
        let invocation = proto::message::Invocation {
            request: RequestId::FIRST,
            registration: RegistrationId::new(22).unwrap(),
            details: InvocationDetails::default(),
        };
        router.send_with(invocation, args((2, 3)));
        let (_, payload) = recv!(router, Yield);
        assert_eq!(payload.decode::<i64>().unwrap(), 5);
        assert_eq!(registration.id(), RegistrationId::new(22));
    });
}

#[test]
fn a_client_counts_as_joined_once_all_is_made_again() {
    play(async {
        let (client, mut router, mut connections) = joined().await;
        let _events = subscribed(&client, &mut router).await;
        drop(router);
        let mut router = welcome(&mut connections).await;
        let (subscribe, _) = recv!(router, Subscribe);
        settle().await;
        assert!(client.state().borrow().session().is_none());
        router.send(Subscribed { request: subscribe.request, subscription: subscription(12) });
        client.joined().await.unwrap();
    });
}

#[test]
fn they_are_made_again_in_the_order_in_which_they_were_made() {
    play(async {
        let (client, mut router, mut connections) = joined().await;
        let _events = subscribed(&client, &mut router).await;
        let _registration = registered(&client, &mut router).await;
        let _more = subscribed(&client, &mut router).await;
        drop(router);
        let mut router = welcome(&mut connections).await;
        recv_subscribe(&mut router, 12).await;
        recv_register(&mut router, 22).await;
        recv_subscribe(&mut router, 12).await;
    });
}

#[test]
fn what_was_dropped_while_there_was_no_session_is_not_made_again() {
    play(async {
        let (client, mut router, mut connections) = joined().await;
        let events = subscribed(&client, &mut router).await;
        drop(router);
        drop(events);
        let mut router = welcome(&mut connections).await;
        client.joined().await.unwrap();
        assert_eq!(router.try_recv(), None);
    });
}

#[test]
fn dropping_a_subscription_of_a_client_unsubscribes_it() {
    play(async {
        let (client, mut router, _connections) = joined().await;
        drop(subscribed(&client, &mut router).await);
        assert_eq!(recv!(router, Unsubscribe).0.subscription, subscription(11));
    });
}

#[test]
fn a_registration_that_is_refused_in_a_new_session_is_tried_again() {
    play(async {
        let (client, mut router, mut connections) = joined().await;
        let registration = registered(&client, &mut router).await;
        drop(router);
        let mut router = welcome(&mut connections).await;
        let (register, _) = recv!(router, Register);
        let (details, error) = (ErrorDetails::default(), RawUri::from_static(wamp::PROCEDURE_ALREADY_EXISTS));
        router.send(Error { request_type: MessageType::Register, request: register.request, details, error });
        client.joined().await.unwrap();
        assert_eq!(registration.id(), None);
        let start = Instant::now();
        recv_register(&mut router, 22).await;
        assert_eq!(start.elapsed(), 3 * SECOND);
        settle().await;
        assert_eq!(registration.id(), RegistrationId::new(22));
    });
}

#[test]
fn a_registration_that_is_refused_the_first_time_is_an_error() {
    play(async {
        let (client, mut router, _connections) = joined().await;
        let registering = tokio::task::spawn_local(client.register("com.example.add2").stream());
        let (register, _) = recv!(router, Register);
        let (details, error) = (ErrorDetails::default(), RawUri::from_static(wamp::PROCEDURE_ALREADY_EXISTS));
        router.send(Error { request_type: MessageType::Register, request: register.request, details, error });
        let error = registering.await.unwrap().unwrap_err();
        assert_eq!(error.uri(), Some(wamp::PROCEDURE_ALREADY_EXISTS));
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(router.try_recv(), None);
    });
}

#[test]
fn a_subscription_made_without_a_session_waits_for_one() {
    play(async {
        let (client, mut connections) = super::client();
        let subscribing = tokio::task::spawn_local(client.subscribe("com.example.t").stream());
        settle().await;
        let mut router = welcome(&mut connections).await;
        recv_subscribe(&mut router, 11).await;
        assert_eq!(subscribing.await.unwrap().unwrap().id(), Some(subscription(11)));
    });
}
