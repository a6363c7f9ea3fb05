//! The cases: each has two sessions, and no other knowledge of the router.

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use proto::Role;
use proto::role::Feature;
use std::error::Error;
use std::time::Duration;
use tokio::sync::oneshot;
use wamp_actors::Binary;
use wamp_actors::error::{CallError, WampError};
use wamp_actors::session::{Invocation, Session};

/// What came of a case.
pub(crate) type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// A case between two sessions.
pub(crate) type Case = fn(Session, Session) -> BoxFuture<'static, Outcome>;

/// All of them, by their names in the table.
pub(crate) const CASES: &[(&str, Case)] = &[
    ("rpc", |one, other| rpc(one, other).boxed()),
    ("error", |one, other| error(one, other).boxed()),
    ("progress", |one, other| progress(one, other).boxed()),
    ("cancel", |one, other| cancel(one, other).boxed()),
    ("pubsub", |one, other| pubsub(one, other).boxed()),
    ("binary", |one, other| binary(one, other).boxed()),
    ("1MiB", |one, other| large(one, other).boxed()),
    ("order", |one, other| order(one, other).boxed()),
    ("leave", |one, other| leave(one, other).boxed()),
];

/// Whether the router only lacks the feature.
pub(crate) fn is_lack(error: &(dyn Error + Send + Sync + 'static)) -> bool {
    error.downcast_ref::<Lacking>().is_some()
}

/// That the router lacks this.
pub(crate) fn lacking(what: &'static str) -> Box<dyn Error + Send + Sync> {
    Lacking(what).into()
}

/// The router does not have what a case needs, and says so.
#[derive(Debug, thiserror::Error)]
#[error("the router does not have {0}")]
struct Lacking(&'static str);

fn expect<T: PartialEq + std::fmt::Debug>(found: T, expected: T) -> Outcome {
    if found == expected { Ok(()) } else { Err(format!("found {found:?}, expected {expected:?}").into()) }
}

fn needs(session: &Session, feature: Feature) -> Outcome {
    if session.welcome().roles.supports(Role::Dealer, feature) { Ok(()) } else { Err(lacking(feature.as_str())) }
}

async fn rpc(callee: Session, caller: Session) -> Outcome {
    let add = |invocation: Invocation| async move {
        let (a, b): (i64, i64) = invocation.decode()?;
        Ok::<_, WampError>(a + b)
    };
    let _add = callee.register("com.example.suite.add").handler(add).await?;
    expect(caller.call::<i64>("com.example.suite.add", (2, 3)).await?, 5)
}

async fn error(callee: Session, caller: Session) -> Outcome {
    let fail = |_: Invocation| async { Err::<(), _>(WampError::new("com.example.suite.error").arg("why").arg(7)) };
    let _fail = callee.register("com.example.suite.fail").handler(fail).await?;
    match caller.call::<()>("com.example.suite.fail", ()).await {
        Err(CallError::Error(error)) => {
            expect(error.uri(), "com.example.suite.error")?;
            expect(error.decode_args::<(String, i64)>()?, ("why".to_owned(), 7))?;
        }
        other => return Err(format!("{other:?}").into()),
    }
    match caller.call::<()>("com.example.suite.nobody", ()).await {
        Err(error) => expect(error.uri(), Some("wamp.error.no_such_procedure")),
        Ok(()) => Err("a procedure that nobody registered has answered".into()),
    }
}

async fn progress(callee: Session, caller: Session) -> Outcome {
    needs(&caller, Feature::ProgressiveCallResults)?;
    let count = |invocation: Invocation| async move {
        for number in 1..=3 {
            invocation
                .progress(number)
                .await
                .map_err(|error| WampError::new("com.example.suite.unsent").with_message(error.to_string()))?;
        }
        Ok::<_, WampError>(4)
    };
    let _count = callee.register("com.example.suite.count").handler(count).await?;
    let results: Vec<_> = caller.call::<()>("com.example.suite.count", ()).receive_progress().stream::<i64>().collect().await;
    let results: Vec<_> = results.into_iter().collect::<Result<_, _>>()?;
    expect(results, vec![1, 2, 3, 4])
}

async fn cancel(callee: Session, caller: Session) -> Outcome {
    needs(&caller, Feature::CallCanceling)?;
    let mut invocations = callee.register("com.example.suite.wait").stream().await?;
    let (called, invoked) = oneshot::channel();
    let (told, canceled) = oneshot::channel();
    tokio::spawn(async move {
        let Some(invocation) = invocations.next().await else { return };
        let _ = called.send(());
        invocation.responder().canceled().await;
        let _ = told.send(());
    });
    let call = tokio::spawn(async move { caller.call::<()>("com.example.suite.wait", ()).await });
    invoked.await?;
    // Dropping the call's future cancels it.
    call.abort();
    canceled.await.map_err(|_| "the callee was not told".into())
}

async fn pubsub(subscriber: Session, publisher: Session) -> Outcome {
    let mut events = subscriber.subscribe("com.example.suite.topic").stream().await?;
    publisher.publish("com.example.suite.topic", ("hello", 7)).acknowledge().await?;
    let event = events.next().await.ok_or("the subscription has ended")?;
    expect(event.decode::<(String, i64)>()?, ("hello".to_owned(), 7))?;
    events.unsubscribe().await?;
    Ok(())
}

async fn binary(callee: Session, caller: Session) -> Outcome {
    echo(callee, caller, (0..=255).collect()).await
}

async fn large(callee: Session, caller: Session) -> Outcome {
    echo(callee, caller, vec![0xA5; 1 << 20]).await
}

async fn echo(callee: Session, caller: Session, octets: Vec<u8>) -> Outcome {
    let echo = |invocation: Invocation| async move { invocation.decode::<Binary>() };
    let _echo = callee.register("com.example.suite.echo").handler(echo).await?;
    let back = caller.call::<Binary>("com.example.suite.echo", Binary::from(octets.clone())).await?;
    if back.0[..] == octets[..] { Ok(()) } else { Err("other octets came back".into()) }
}

/// Events of one publisher arrive in their order.
async fn order(subscriber: Session, publisher: Session) -> Outcome {
    const EVENTS: u64 = 200;
    let mut events = subscriber.subscribe("com.example.suite.numbers").stream().await?;
    for number in 0..EVENTS {
        publisher.publish("com.example.suite.numbers", number).await?;
    }
    for expected in 0..EVENTS {
        let event = events.next().await.ok_or("the subscription has ended")?;
        expect(event.decode::<u64>()?, expected)?;
    }
    Ok(())
}

/// A callee that leaves fails the calls that it had not answered.
async fn leave(callee: Session, caller: Session) -> Outcome {
    let mut invocations = callee.register("com.example.suite.never").stream().await?;
    let call = tokio::spawn(async move { caller.call::<()>("com.example.suite.never", ()).timeout(Duration::from_secs(20)).await });
    let invocation = invocations.next().await.ok_or("the registration has ended")?;
    // Unanswered, but not dropped: that would be an answer.
    callee.leave().await;
    let outcome = call.await?;
    drop(invocation);
    match outcome {
        Err(CallError::Error(_)) => Ok(()),
        other => Err(format!("{other:?}").into()),
    }
}
