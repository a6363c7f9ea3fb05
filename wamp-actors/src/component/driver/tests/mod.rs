//! Scripts between callers, publishers and a driver, on a paused clock.

mod admission;
mod cancel;
mod concurrency;
mod drain;
mod log;
mod panics;
mod queues;
mod streams;

use super::{Answer, Asker, Driver, End, Inbox, Job, Limits};
use crate::component::{Bindings, Cancellation, Component, Failure, Invoked, Outcome, ProgressError, Reply};
use futures_util::StreamExt;
use proto::message::{EventDetails, InvocationDetails};
use proto::{Format, Payload, PublicationId, RequestId};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

/// A component whose handlers write down what they do, and wait at gates.
struct Probe {
    world: World,
    /// How many components were built before.
    generation: usize,
}

/// What a test and its component share.
#[derive(Clone, Default)]
struct World(Rc<Shared>);

#[derive(Default)]
struct Shared {
    log: RefCell<Vec<String>>,
    gates: RefCell<HashMap<&'static str, Rc<Notify>>>,
    running: Cell<usize>,
    most: Cell<usize>,
    built: Cell<usize>,
}

impl World {
    fn note(&self, text: impl Into<String>) {
        self.0.log.borrow_mut().push(text.into());
    }

    fn log(&self) -> Vec<String> {
        self.0.log.borrow().clone()
    }

    fn gate(&self, name: &'static str) -> Rc<Notify> {
        Rc::clone(self.0.gates.borrow_mut().entry(name).or_default())
    }

    fn open(&self, name: &'static str) {
        self.gate(name).notify_one();
    }

    /// Counts the handler as running, until the guard is dropped.
    fn enter(&self) -> Inside<'_> {
        self.0.running.set(self.0.running.get() + 1);
        self.0.most.set(self.0.most.get().max(self.0.running.get()));
        Inside(self)
    }
}

struct Inside<'w>(&'w World);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.0.running.set(self.0.0.running.get() - 1);
    }
}

fn done() -> Outcome {
    Ok(Reply::Value(Payload::EMPTY))
}

/// Feeds a driver by hand.
struct Feeder {
    inbox: Inbox<Scripted>,
    names: Vec<String>,
}

/// A call under way, as its caller sees it.
struct Call {
    answer: oneshot::Receiver<Result<Payload, Failure>>,
    canceled: Cancellation,
    progress: Rc<RefCell<Vec<Payload>>>,
}

type AnswerSender = oneshot::Sender<Result<Payload, Failure>>;

/// The driver's end of a call.
#[derive(Clone)]
struct Scripted {
    answer: Rc<RefCell<Option<AnswerSender>>>,
    canceled: Cancellation,
    progress: Rc<RefCell<Vec<Payload>>>,
    progressive: bool,
}

impl Answer for Scripted {
    fn format(&self) -> Format {
        Format::Json
    }
    fn request(&self) -> RequestId {
        RequestId::FIRST
    }
    fn is_progressive(&self) -> bool {
        self.progressive
    }
    fn is_canceled(&self) -> bool {
        self.canceled.is_canceled()
    }
    async fn canceled(&self) {
        self.canceled.canceled().await;
    }
    async fn progress(&self, payload: Payload) -> Result<(), ProgressError> {
        self.progress.borrow_mut().push(payload);
        Ok(())
    }
    fn finish(&self, answer: Result<Payload, Failure>) {
        if let Some(sender) = self.answer.borrow_mut().take() {
            let _ = sender.send(answer);
        }
    }
}

impl Feeder {
    fn binding(&self, name: &str) -> usize {
        self.names.iter().position(|n| n == name).unwrap()
    }

    /// Gives whether there was room; if not, the job is refused, as a session does it.
    fn push(&self, name: &str, invoked: Invoked, asker: Asker<Scripted>) -> bool {
        let job = Job { binding: self.binding(name), invoked, payload: Payload::EMPTY, asker, arrived: Instant::now() };
        self.inbox.push(job).map_err(|job| job.refuse("the queue is full")).is_ok()
    }

    /// An INVOCATION; one for which there is no room is refused, as a session does it.
    fn call(&self, name: &str) -> Call {
        self.call_with(name, InvocationDetails::default())
    }

    fn call_with(&self, name: &str, details: InvocationDetails) -> Call {
        let (sender, answer) = oneshot::channel();
        let (canceled, progress) = (Cancellation::new(), Rc::default());
        let scripted = Scripted {
            answer: Rc::new(RefCell::new(Some(sender))),
            canceled: canceled.clone(),
            progress: Rc::clone(&progress),
            progressive: details.receive_progress,
        };
        self.push(name, Invoked::Invocation(details), Asker::Caller(scripted));
        Call { answer, canceled, progress }
    }

    /// An EVENT; gives whether there was room.
    fn publish(&self, name: &str) -> bool {
        let publication = PublicationId::new(1).unwrap();
        let invoked = Invoked::Event { publication, details: EventDetails::default() };
        self.push(name, invoked, Asker::Publisher)
    }

    /// A task; gives the token of its session, and its outcome.
    fn task(&self, name: &str) -> (Cancellation, oneshot::Receiver<bool>) {
        let (left, (done, outcome)) = (Cancellation::new(), oneshot::channel());
        assert!(self.push(name, Invoked::Run, Asker::Session { left: left.clone(), done }));
        (left, outcome)
    }
}

impl Call {
    async fn end(self) -> Result<Payload, String> {
        match self.answer.await {
            Ok(answer) => answer.map_err(|failure| failure.uri().to_string()),
            Err(_) => Err("unanswered".into()),
        }
    }

    fn is_answered(&mut self) -> bool {
        !matches!(self.answer.try_recv(), Err(oneshot::error::TryRecvError::Empty))
    }
}

/// Lets everything that can go on go on.
async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

/// Runs `script` beside a driver of `C`, which is rebuilt as a component's actor would. Gives why it was given up, each time.
async fn serve<C: Component>(build: impl Fn(World, usize) -> C, script: impl AsyncFnOnce(Feeder, World)) -> Vec<End> {
    serve_within(Limits::default(), build, script).await
}

async fn serve_within<C: Component>(
    limits: Limits,
    build: impl Fn(World, usize) -> C,
    script: impl AsyncFnOnce(Feeder, World),
) -> Vec<End> {
    let world = World::default();
    let (mut driver, feeder) = driver::<C>(limits);
    let inbox = feeder.inbox.clone();
    let mut ends = Vec::new();
    let drive = async {
        loop {
            let generation = world.0.built.replace(world.0.built.get() + 1);
            let end = driver.drive(build(world.clone(), generation)).await;
            ends.push(end);
            if end == End::Drained {
                break;
            }
        }
    };
    let script = async {
        script(feeder, world.clone()).await;
        inbox.close();
    };
    tokio::join!(drive, script);
    ends
}

/// As [`serve`], with the driver in a task of its own: nothing polls it but what it asked to be woken by. In `serve`, each step of the
/// script does.
async fn serve_apart<C: Component>(build: impl Fn(World, usize) -> C, script: impl AsyncFnOnce(Feeder, World)) {
    let world = World::default();
    let (mut driver, feeder) = driver::<C>(Limits::default());
    let (inbox, component) = (feeder.inbox.clone(), build(world.clone(), 0));
    let tasks = tokio::task::LocalSet::new();
    let driving = tasks.spawn_local(async move { driver.drive(component).await });
    let scripted = tasks.run_until(async {
        script(feeder, world).await;
        inbox.close();
        driving.await.unwrap()
    });
    assert_eq!(scripted.await, End::Drained);
}

/// A driver, and who feeds it.
fn driver<C: Component>(limits: Limits) -> (Driver<C, Scripted>, Feeder) {
    let entries: Rc<[_]> = Bindings::<C>::of_component().unwrap().into();
    let inbox = Driver::<C, Scripted>::inbox(&entries);
    let names = entries.iter().map(|entry| entry.name.to_string()).collect();
    (Driver::new(entries, inbox.clone(), limits), Feeder { inbox, names })
}

fn probe(world: World, generation: usize) -> Probe {
    Probe { world, generation }
}

impl Component for Probe {
    const NAME: &'static str = "probe";

    fn bind(bindings: &mut Bindings<Self>) {
        bindings.prefix("t");
        bindings.procedure("now").shared(|probe, _| {
            Box::pin(async {
                probe.world.note("now");
                done()
            })
        });
        bindings.procedure("wait").shared(|probe, call| Box::pin(waits(probe, call)));
        bindings.procedure("two").concurrency(2).queue(3).shared(|probe, call| Box::pin(waits(probe, call)));
        bindings.procedure("brief").timeout(std::time::Duration::from_secs(1)).shared(|probe, call| Box::pin(waits(probe, call)));
        bindings.procedure("set").exclusive(|probe, _| {
            Box::pin(async {
                probe.world.note(format!("set {}", probe.generation));
                done()
            })
        });
        bindings.procedure("hold").exclusive(|probe, call| Box::pin(holds(probe, call)));
        bindings.procedure("hold_brief").timeout(std::time::Duration::from_secs(1)).exclusive(|probe, call| Box::pin(holds(probe, call)));
        bindings.procedure("fragile").on_cancel(crate::component::OnCancel::Rebuild).exclusive(|probe, call| Box::pin(holds(probe, call)));
        bindings.procedure("fails").shared(|_, _| Box::pin(async { Err(std::io::Error::other("disk 7 is gone").into()) }));
        bindings.procedure("panics").shared(|_, _| panic!("before the first await"));
        bindings.procedure("panics_later").shared(|_, _| {
            Box::pin(async {
                tokio::task::yield_now().await;
                panic!("after an await")
            })
        });
        bindings.procedure("breaks").exclusive(|probe, _| {
            Box::pin(async {
                probe.world.note("breaks");
                panic!("half-changed")
            })
        });
        bindings.procedure("streams").collect(3).shared(|probe, _| Box::pin(async { Ok(streamed(&probe.world)) }));
        bindings.procedure("streams_mut").exclusive(|probe, _| Box::pin(async { Ok(streamed(&probe.world)) }));
        bindings.topic("heard").queue(2).shared(|probe, call| Box::pin(waits(probe, call)));
        bindings.topic("heard_mut").shared(|probe, call| Box::pin(waits(probe, call)));
        bindings.procedure("ready_stream").shared(|_, _| {
            let items = futures_util::stream::repeat_with(|| Ok(Payload::EMPTY)).take(3);
            Box::pin(async { Ok(Reply::Stream(items.boxed_local())) })
        });
        bindings.procedure("ready_stream_mut").exclusive(|_, _| {
            let items = futures_util::stream::repeat_with(|| Ok(Payload::EMPTY)).take(3);
            Box::pin(async { Ok(Reply::Stream(items.boxed_local())) })
        });
        bindings.task("ready_task").detached(|_, _| Box::pin(async { done() }));
        bindings.task("ticks").detached(|probe, call| {
            let world = probe.world.clone();
            Box::pin(async move {
                world.note("task");
                call.cancellation().canceled().await;
                done()
            })
        });
    }
}

/// Waits at the gate `shared`.
async fn waits(probe: &Probe, _: super::Call) -> Outcome {
    let _inside = probe.world.enter();
    probe.world.note("start");
    probe.world.gate("shared").notified().await;
    probe.world.note("end");
    done()
}

/// Waits at the gate `exclusive`, and says whether it was told that nobody waits.
async fn holds(probe: &mut Probe, call: super::Call) -> Outcome {
    probe.world.note("hold");
    probe.world.gate("exclusive").notified().await;
    probe.world.note(format!("held, told {}", call.cancellation().is_canceled()));
    done()
}

/// An item for each time the gate `stream` is opened.
fn streamed(world: &World) -> Reply {
    let gate = world.gate("stream");
    let end = world.gate("stream end");
    Reply::Stream(Box::pin(futures_util::stream::unfold((), move |()| {
        let (gate, end) = (Rc::clone(&gate), Rc::clone(&end));
        async move {
            tokio::select! {
                () = gate.notified() => Some((Ok(Payload::EMPTY), ())),
                () = end.notified() => None,
            }
        }
    })))
}
