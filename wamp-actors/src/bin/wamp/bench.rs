use crate::connection::{Connection, seconds};
use crate::failure::Failure;
use crate::json;
use clap::{Args, ValueEnum};
use serde_json::json;
use std::cell::RefCell;
use std::io::IsTerminal;
use std::rc::Rc;
use std::time::{Duration, Instant};
use wamp_actors::session::Session;
use wamp_actors::{Format, Payload};

/// `wamp bench calls`.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Calls that are answered with their arguments, or events to one subscriber each.
    #[arg(value_enum, default_value_t)]
    what: What,
    /// How many sessions call or publish; as many answer or subscribe.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    sessions: u16,
    /// How many calls or events each has under way.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    in_flight: u16,
    /// How long, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    during: Duration,
    /// How large the argument is, in octets.
    #[arg(long, value_name = "OCTETS", default_value_t = 16)]
    size: usize,
    /// Prints one line of JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum What {
    #[default]
    Calls,
    Events,
}

/// What was done, as microseconds each.
type Latencies = Rc<RefCell<Vec<u32>>>;

impl Bench {
    pub(crate) async fn run(self, connection: &Connection) -> Result<(), Failure> {
        let latencies = Latencies::default();
        let argument = Payload::encode(Format::MsgPack, &("x".repeat(self.size),)).map_err(Failure::other)?;
        let mut lanes = Vec::new();
        for number in 0..self.sessions {
            let [near, far] = [connection.join().await?, connection.join().await?];
            let uri = format!("wamp_bench.{}.{number}", near.id());
            lanes.push(Lane { near, far, uri, argument: argument.clone(), latencies: Rc::clone(&latencies) });
        }
        self.progress(&lanes);
        let began = Instant::now();
        let end = began + self.during;
        let runs = lanes.iter().map(|lane| async move {
            match self.what {
                What::Calls => lane.call(self.in_flight, end).await,
                What::Events => lane.publish(self.in_flight, end).await,
            }
        });
        futures_util::future::try_join_all(runs).await?;
        let took = began.elapsed();
        self.report(&mut latencies.borrow_mut(), took)
    }

    /// A word for people, that it takes its time.
    fn progress(&self, lanes: &[Lane]) {
        if std::io::stderr().is_terminal() {
            eprintln!("{} sessions joined; measuring for {:?} …", lanes.len() * 2, self.during);
        }
    }

    fn report(&self, latencies: &mut [u32], took: Duration) -> Result<(), Failure> {
        latencies.sort_unstable();
        let at = |part: f64| -> u32 {
            let index = (part * latencies.len().saturating_sub(1) as f64) as usize;
            latencies.get(index).copied().unwrap_or_default()
        };
        let rate = latencies.len() as f64 / took.as_secs_f64();
        let what = match self.what {
            What::Calls => "calls",
            What::Events => "events",
        };
        let [median, p99, most] = [0.5, 0.99, 1.0].map(at);
        if self.json {
            return json::print(
                json!({ what: latencies.len(), "per_second": rate.round(), "us": { "p50": median, "p99": p99, "max": most } }),
            );
        }
        json::print(format_args!(
            "{} {what} in {took:.1?}: {rate:.0} a second; p50 {median} µs, p99 {p99} µs, max {most} µs",
            latencies.len()
        ))
    }
}

/// Two sessions that talk to each other through the router.
struct Lane {
    near: Session,
    far: Session,
    uri: String,
    argument: Payload,
    latencies: Latencies,
}

impl Lane {
    fn took(&self, since: Instant) {
        self.latencies.borrow_mut().push(u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX));
    }

    async fn call(&self, in_flight: u16, end: Instant) -> Result<(), Failure> {
        let mirror = self.far.register(&self.uri).concurrency(in_flight.into()).stream().await?;
        let answering = async {
            let mut mirror = mirror;
            while let Some(call) = mirror.next().await {
                let payload = call.payload.clone();
                call.respond(Ok(payload));
            }
        };
        let caller = || async {
            while Instant::now() < end {
                let began = Instant::now();
                self.near.call::<()>(&self.uri, ()).payload(self.argument.clone()).raw().await?;
                self.took(began);
            }
            Ok::<_, Failure>(())
        };
        let callers = futures_util::future::try_join_all((0..in_flight).map(|_| caller()));
        tokio::select! {
            done = callers => done.map(drop),
            () = answering => Err(self.far.closed().await.into()),
        }
    }

    /// An event is published again once it was heard, so that none is lost and so many are under way.
    async fn publish(&self, in_flight: u16, end: Instant) -> Result<(), Failure> {
        let mut events = self.far.subscribe(&self.uri).stream().await?;
        let mut sent = std::collections::VecDeque::with_capacity(in_flight.into());
        for _ in 0..in_flight {
            sent.push_back(Instant::now());
            self.near.publish(&self.uri, ()).payload(self.argument.clone()).await?;
        }
        while let Some(began) = sent.pop_front() {
            if events.next().await.is_none() {
                return Err(self.far.closed().await.into());
            }
            self.took(began);
            if Instant::now() < end {
                sent.push_back(Instant::now());
                self.near.publish(&self.uri, ()).payload(self.argument.clone()).await?;
            }
        }
        Ok(())
    }
}
