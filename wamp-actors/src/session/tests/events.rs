use super::{args, joined, play, recv, settle};
use crate::error::{PublishError, SubscribeError};
use crate::session::{Overflow, Session, Stats, Subscription};
use crate::transport::scripted::Peer;
use futures_util::StreamExt;
use proto::message::{Error, ErrorDetails, Event, EventDetails, Published, Subscribed, Unsubscribed, UnsubscribedDetails};
use proto::uri::wamp;
use proto::{MessageType, PublicationId, RawUri, SessionId, SubscriptionId};
use std::cell::Cell;
use std::rc::Rc;
use tokio::task::spawn_local;

fn subscription(id: u64) -> SubscriptionId {
    SubscriptionId::new(id).unwrap()
}

fn send_event(router: &Peer, id: u64, value: i64) {
    let publication = PublicationId::new(1).unwrap();
    router.send_with(Event { subscription: subscription(id), publication, details: EventDetails::default() }, args((value,)));
}

async fn recv_subscribe(router: &mut Peer, id: u64) {
    let (subscribe, _) = recv!(router, Subscribe);
    router.send(Subscribed { request: subscribe.request, subscription: subscription(id) });
}

async fn recv_unsubscribe(router: &mut Peer) -> SubscriptionId {
    let (unsubscribe, _) = recv!(router, Unsubscribe);
    let request = proto::message::OptionalRequest(Some(unsubscribe.request));
    router.send(Unsubscribed { request, details: UnsubscribedDetails::default() });
    unsubscribe.subscription
}

async fn subscribed(session: &Session, router: &mut Peer) -> Subscription {
    let subscribing = spawn_local(session.subscribe("com.example.t").queue(3).stream());
    recv_subscribe(router, 11).await;
    subscribing.await.unwrap().unwrap()
}

async fn values(events: &mut Subscription, n: usize) -> Vec<i64> {
    events.by_ref().take(n).map(|event| event.decode::<i64>().unwrap()).collect().await
}

#[test]
fn events_come_in_order_with_their_topic() {
    play(async {
        let (session, mut router) = joined().await;
        let mut events = subscribed(&session, &mut router).await;
        (1..=3).for_each(|value| send_event(&router, 11, value));
        let first = events.next().await.unwrap();
        assert_eq!((first.topic(), first.decode::<i64>().unwrap()), ("com.example.t", 1));
        assert_eq!(values(&mut events, 2).await, [2, 3]);
    });
}

#[test]
fn two_subscriptions_of_one_id_both_get_the_event_and_the_router_is_told_at_the_last() {
    play(async {
        let (session, mut router) = joined().await;
        let (mut first, mut second) = (subscribed(&session, &mut router).await, subscribed(&session, &mut router).await);
        send_event(&router, 11, 1);
        assert_eq!((values(&mut first, 1).await, values(&mut second, 1).await), (vec![1], vec![1]));
        drop(first);
        settle().await;
        assert_eq!(router.try_recv(), None);
        send_event(&router, 11, 2);
        assert_eq!(values(&mut second, 1).await, [2]);
        drop(second);
        assert_eq!(recv_unsubscribe(&mut router).await, subscription(11));
    });
}

#[test]
fn a_full_queue_drops_the_newest_events_and_counts_them() {
    play(async {
        let (session, mut router) = joined().await;
        let mut events = subscribed(&session, &mut router).await;
        (1..=5).for_each(|value| send_event(&router, 11, value));
        settle().await;
        assert_eq!(events.dropped(), 2);
        assert_eq!(session.actor().send(Stats).await.unwrap().events_dropped, 2);
        assert_eq!(values(&mut events, 3).await, [1, 2, 3]);
    });
}

#[test]
fn a_full_queue_drops_the_oldest_events_if_asked_to() {
    play(async {
        let (session, mut router) = joined().await;
        let builder = session.subscribe("com.example.t").queue(3).overflow(Overflow::DropOldest);
        let subscribing = spawn_local(builder.stream());
        recv_subscribe(&mut router, 11).await;
        let mut events = subscribing.await.unwrap().unwrap();
        (1..=5).for_each(|value| send_event(&router, 11, value));
        settle().await;
        assert_eq!((events.dropped(), values(&mut events, 3).await), (2, vec![3, 4, 5]));
    });
}

#[test]
fn a_subscription_that_nobody_reads_does_not_hold_replies_up() {
    play(async {
        let (session, mut router) = joined().await;
        let _events = subscribed(&session, &mut router).await;
        (0..10_000).for_each(|value| send_event(&router, 11, value));
        let publishing = super::spawn(session.publish("com.example.u", ()).acknowledge());
        let (publish, _) = recv!(router, Publish);
        router.send(Published { request: publish.request, publication: PublicationId::new(5).unwrap() });
        assert_eq!(publishing.await.unwrap().unwrap().as_u64(), 5);
    });
}

#[test]
fn unsubscribing_waits_for_the_answer_and_a_stream_ends_with_its_session() {
    play(async {
        let (session, mut router) = joined().await;
        let (first, mut second) = (subscribed(&session, &mut router).await, subscribed(&session, &mut router).await);
        first.unsubscribe().await.unwrap();
        send_event(&router, 11, 1);
        settle().await;
        drop(router);
        assert_eq!(values(&mut second, 10).await, [1]);
    });
}

#[test]
fn a_subscription_that_the_router_revokes_ends_its_stream() {
    play(async {
        let (session, mut router) = joined().await;
        let mut events = subscribed(&session, &mut router).await;
        let details = UnsubscribedDetails { subscription: Some(subscription(11)), ..UnsubscribedDetails::default() };
        router.send(Unsubscribed { request: proto::message::OptionalRequest(None), details });
        assert!(events.next().await.is_none());
        drop(events);
        settle().await;
        assert_eq!(router.try_recv(), None);
    });
}

#[test]
fn a_refused_subscription_is_an_error_with_its_uri() {
    play(async {
        let (session, mut router) = joined().await;
        let subscribing = spawn_local(session.subscribe("com.example.t").stream());
        let (subscribe, _) = recv!(router, Subscribe);
        let (details, error) = (ErrorDetails::default(), RawUri::from_static(wamp::NOT_AUTHORIZED));
        router.send(Error { request_type: MessageType::Subscribe, request: subscribe.request, details, error });
        let error = subscribing.await.unwrap().unwrap_err();
        assert!(matches!(error, SubscribeError::Error(_)) && error.uri() == Some(wamp::NOT_AUTHORIZED), "{error:?}");
    });
}

#[test]
fn giving_a_subscription_up_while_it_is_made_ends_it_once_it_is_made() {
    play(async {
        let (session, mut router) = joined().await;
        let subscribing = spawn_local(session.subscribe("com.example.t").stream());
        let (subscribe, _) = recv!(router, Subscribe);
        subscribing.abort();
        settle().await;
        router.send(Subscribed { request: subscribe.request, subscription: subscription(11) });
        assert_eq!(recv_unsubscribe(&mut router).await, subscription(11));
    });
}

#[test]
fn a_handler_gets_events_one_after_the_other_and_survives_a_panic() {
    play(async {
        let (session, mut router) = joined().await;
        let (seen, mut values) = tokio::sync::mpsc::unbounded_channel();
        let subscribing = spawn_local(session.subscribe("com.example.t").handler(move |event| {
            let (seen, value) = (seen.clone(), event.decode::<i64>().unwrap());
            // Not `Send`: it stays on the session's thread.
            let running = Rc::new(Cell::new(value));
            async move {
                tokio::task::yield_now().await;
                assert_ne!(running.get(), 2, "a value that the handler does not like");
                let _ = seen.send(running.get());
            }
        }));
        recv_subscribe(&mut router, 11).await;
        let handle = subscribing.await.unwrap().unwrap();
        (1..=3).for_each(|value| send_event(&router, 11, value));
        assert_eq!((values.recv().await, values.recv().await), (Some(1), Some(3)));
        drop(handle);
        recv_unsubscribe(&mut router).await;
        assert_eq!(values.recv().await, None);
    });
}

#[test]
fn publishing_carries_arguments_and_options() {
    play(async {
        let (session, mut router) = joined().await;
        let eligible = [SessionId::new(1).unwrap(), SessionId::new(2).unwrap()];
        let publish = session.publish("com.example.t", ("text", 1)).exclude_me(false).eligible(eligible).exclude_authid(["joe"]);
        publish.await.unwrap();
        let (publish, payload) = recv!(router, Publish);
        assert_eq!(payload.decode::<(String, i64)>().unwrap(), ("text".to_owned(), 1));
        assert!(!publish.options.acknowledge && publish.options.exclude_me == Some(false));
        assert_eq!(publish.options.receivers.eligible().unwrap()[..], eligible);
        assert_eq!(publish.options.receivers.exclude_authid().unwrap()[..], ["joe"]);
    });
}

#[test]
fn a_refused_publication_is_told_if_it_was_to_be_acknowledged() {
    play(async {
        let (session, mut router) = joined().await;
        let publishing = super::spawn(session.publish("com.example.t", ()).acknowledge());
        let (publish, _) = recv!(router, Publish);
        let (details, error) = (ErrorDetails::default(), RawUri::from_static(wamp::NOT_AUTHORIZED));
        router.send(Error { request_type: MessageType::Publish, request: publish.request, details, error });
        let error = publishing.await.unwrap().unwrap_err();
        assert!(matches!(error, PublishError::Error(_)) && error.uri() == Some(wamp::NOT_AUTHORIZED), "{error:?}");
    });
}
