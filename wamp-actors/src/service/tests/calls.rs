use super::{Service, ready};
use crate::component::{Bindings, Call, Component, Extract, Failure, IntoReply, Progress, stream};
use crate::error::CallError;
use futures_util::StreamExt;
use futures_util::stream::iter;
use proto::uri::wamp;
use std::future::IntoFuture;
use std::sync::Arc;
use tokio::sync::Notify;

/// What a test and its component share.
#[derive(Default)]
struct Signs {
    started: Notify,
    dropped: Notify,
    told: Notify,
}

struct Streams(Arc<Signs>);

struct OnDrop(Arc<Signs>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.dropped.notify_one();
    }
}

impl Component for Streams {
    const NAME: &'static str = "streams";

    fn bind(bindings: &mut Bindings<Self>) {
        bindings.procedure("com.example.countdown").collect(5).run(async |_: &Self, from: u32| stream(iter((0..from).rev())));
        bindings
            .procedure("com.example.fails")
            .run(async |_: &Self, (): ()| stream(iter([Ok(1), Err(Failure::new("com.example.error.stuck")), Ok(2)])));
        bindings.procedure("com.example.progress").shared(|_, call: Call| {
            Box::pin(async move {
                let progress = Progress::<u32>::extract(&call)?;
                for percent in [25, 50] {
                    progress.send(percent).await?;
                }
                if progress.is_wanted() { "done" } else { "done, untold" }.into_reply(call.format())
            })
        });
        bindings.procedure("com.example.waits").run(async |streams: &Self, (): ()| {
            let _sign = OnDrop(Arc::clone(&streams.0));
            streams.0.started.notify_one();
            std::future::pending::<()>().await;
        });
        bindings.procedure("com.example.waits_alone").exclusive(|streams: &mut Self, call: Call| {
            Box::pin(async move {
                streams.0.started.notify_one();
                call.cancellation().canceled().await;
                streams.0.told.notify_one();
                ().into_reply(call.format())
            })
        });
    }
}

fn streams() -> (Service, Arc<Signs>) {
    let signs = Arc::<Signs>::default();
    let shared = Arc::clone(&signs);
    (Service::new().component(move || Streams(Arc::clone(&shared))), signs)
}

#[actix_rt::test]
async fn a_stream_is_progressive_results() {
    let (running, session) = ready(streams().0).await;
    let results = session.call("com.example.countdown", 9).receive_progress().stream::<u32>();
    let results: Vec<_> = results.map(|result| result.expect("a result")).collect().await;
    assert_eq!(results, [8, 7, 6, 5, 4, 3, 2, 1, 0]);
    running.stop().await;
}

#[actix_rt::test]
async fn a_stream_that_fails_ends_with_its_error() {
    let (running, session) = ready(streams().0).await;
    let results = session.call("com.example.fails", ()).receive_progress().stream::<u32>();
    let results: Vec<_> = results.map(|result| result.map_err(|error| error.uri().map(str::to_owned))).collect().await;
    assert_eq!(results, [Ok(1), Err(Some("com.example.error.stuck".into()))]);
    running.stop().await;
}

#[actix_rt::test]
async fn a_caller_without_progress_gets_a_stream_as_one_list_within_bounds() {
    let (running, session) = ready(streams().0).await;
    let list: Vec<u32> = session.call("com.example.countdown", 5).await.expect("a list");
    assert_eq!(list, [4, 3, 2, 1, 0]);
    let error = session.call::<Vec<u32>>("com.example.countdown", 6).await.expect_err("too many");
    assert_eq!(error.uri(), Some(wamp::FEATURE_NOT_SUPPORTED));
    running.stop().await;
}

#[actix_rt::test]
async fn a_handler_may_tell_its_progress_and_give_a_result_of_another_type() {
    let (running, session) = ready(streams().0).await;
    let mut results = session.call("com.example.progress", ()).receive_progress().raw_stream();
    let mut told = Vec::new();
    let last = loop {
        let result = results.next().await.expect("a last one").expect("a result");
        if result.last {
            break result.payload.decode::<String>().expect("text");
        }
        told.push(result.payload.decode::<u32>().expect("a number"));
    };
    assert_eq!((told, last.as_str()), (vec![25, 50], "done"));
    let untold: String = session.call("com.example.progress", ()).await.expect("a result");
    assert_eq!(untold, "done, untold");
    running.stop().await;
}

#[actix_rt::test]
async fn dropping_a_call_drops_a_shared_handler_and_tells_an_exclusive_one() {
    let (service, signs) = streams();
    let (running, session) = ready(service).await;
    for (procedure, sign) in [("com.example.waits", &signs.dropped), ("com.example.waits_alone", &signs.told)] {
        let call = session.call::<()>(procedure, ()).into_future();
        let canceled: Result<(), CallError> = tokio::select! {
            answer = call => answer,
            () = signs.started.notified() => Ok(()),
        };
        canceled.expect("still under way");
        sign.notified().await;
    }
    let list: Vec<u32> = session.call("com.example.countdown", 1).await.expect("it lives");
    assert_eq!(list, [0]);
    running.stop().await;
}
