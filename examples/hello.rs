//! A service of four components on the embedded router: they call and publish to one another, and so can anybody else.
//!
//! ```text
//! cargo run --example hello                           # ws://127.0.0.1:8080/ws, a page at http://127.0.0.1:8080/
//! cargo run --example hello -- --listen 127.0.0.1:0   # another address and port
//! cargo run --example hello -- --allow-origin https://app.example.com   # pages from elsewhere may connect
//! ```

use std::cell::Cell;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix_web::{HttpResponse, web};
use futures_util::stream;
use wamp_actors::prelude::*;
use wamp_actors::router::{Router, RouterBuilder, RouterError};
use wamp_actors::service::{RunningService, ServiceError};

const PAGE: &str = include_str!("hello/page.html");

/// Arithmetic, and what can go wrong in it.
#[derive(Default)]
struct Calculator;

/// What a division can fail with: an error URI a variant.
#[derive(Debug, WampError)]
#[wamp_error(prefix = "com.example.calc.error")]
enum CalcError {
    /// com.example.calc.error.division_by_zero
    DivisionByZero,
}

#[component(prefix = "com.example.calc")]
impl Calculator {
    /// Adds two integers.
    #[procedure]
    async fn add2(&self, a: i64, b: i64) -> i64 {
        a.wrapping_add(b)
    }

    /// Divides, unless by zero.
    #[procedure]
    async fn divide(&self, a: f64, b: f64) -> Result<f64, CalcError> {
        if b == 0.0 { Err(CalcError::DivisionByZero) } else { Ok(a / b) }
    }

    /// Counts down to one: a progressive result for each number.
    #[procedure]
    fn countdown(&self, from: u32) -> impl Stream<Item = u32> {
        stream::iter((1..=from).rev())
    }
}

/// Publishes the time once a second.
#[derive(Default)]
struct Clock {
    ticks: u64,
}

#[component(prefix = "com.example.clock")]
impl Clock {
    #[every("1s")]
    async fn tick(&mut self, session: Session) -> Result<(), Failure> {
        self.ticks += 1;
        session.publish("com.example.clock.tick", (self.ticks, unix_time())).await?;
        Ok(())
    }

    /// Seconds since 1970.
    #[procedure]
    fn now(&self) -> u64 {
        unix_time()
    }
}

fn unix_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Greets, and tells everybody; hears the clock and calls the calculator.
///
/// Its own handlers call one another through the router, so they are all `&self`: a `&mut self` handler would wait for the one that
/// calls it. A component lives on one thread, so a `Cell` will do for its state.
#[derive(Default)]
struct Greeter {
    greeted: Cell<u64>,
}

#[component(prefix = "com.example.greeter")]
impl Greeter {
    /// Greets somebody, and publishes that it did.
    #[procedure]
    async fn hello(&self, name: String, session: Session) -> Result<String, Failure> {
        self.greeted.set(session.call("com.example.calc.add2", (self.greeted.get(), 1)).await?);
        session.publish("com.example.greeter.greeted", (&name,)).await?;
        Ok(format!("Hello, {name}!"))
    }

    /// Calls any procedure with one argument and gives its answer.
    #[procedure]
    async fn ask(&self, procedure: String, question: Value, session: Session) -> Result<Value, Failure> {
        Ok(session.call(procedure, (question,)).await?)
    }

    /// Every fifth second somebody is greeted.
    #[topic("com.example.clock.tick")]
    async fn on_tick(&self, ticks: u64, session: Session) -> Result<(), Failure> {
        if ticks.is_multiple_of(5) {
            let _: String = session.call("com.example.greeter.hello", (format!("tick {ticks}"),)).await?;
        }
        Ok(())
    }
}

/// Counts what is published under `com.example.`
struct Counter {
    events: Arc<AtomicU64>,
}

#[component]
impl Counter {
    #[topic("com.example.", match = "prefix")]
    fn on_event(&self, _details: EventDetails) {
        self.events.fetch_add(1, Ordering::Relaxed);
    }
}

#[wamp_actors::main]
async fn main() -> ExitCode {
    wamp_examples::log();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let events = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&events);
    let Options { listen, origins } = options()?;
    let router = origins.into_iter().fold(Router::builder().listen(listen), RouterBuilder::allow_origin).configure(|app| {
        app.route("/", web::get().to(async || HttpResponse::Ok().content_type("text/html; charset=utf-8").body(PAGE)));
    });
    let service = Service::new()
        .realm("realm1")
        .router(router)
        .component(Calculator::default)
        .component(Clock::default)
        .component(Greeter::default)
        .component(move || Counter { events: Arc::clone(&counted) });
    let running = service.start().await.map_err(explain)?;
    running.ready().await.map_err(explain)?;
    introduce(&running);
    let flow = actix_rt::spawn(report(running.router().cloned(), events));
    let ended = running.until_signal().await.map_err(explain);
    flow.abort();
    ended
}

/// What the command line says.
struct Options {
    listen: String,
    origins: Vec<String>,
}

/// `--listen ADDR:PORT`, else 127.0.0.1:8080; any number of `--allow-origin ORIGIN`.
fn options() -> Result<Options, String> {
    let mut options = Options { listen: "127.0.0.1:8080".to_owned(), origins: Vec::new() };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let (name, value) = match arg.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (arg.as_str(), args.next()),
        };
        match (name, value) {
            ("--listen", Some(value)) => options.listen = value,
            ("--allow-origin", Some(value)) => options.origins.push(value),
            ("--listen", None) => return Err("--listen needs an address and port, such as 127.0.0.1:8081".to_owned()),
            ("--allow-origin", None) => return Err("--allow-origin needs an origin, such as https://app.example.com".to_owned()),
            _ => return Err(format!("unknown argument {arg:?}; usage: hello [--listen ADDR:PORT] [--allow-origin ORIGIN]...")),
        }
    }
    Ok(options)
}

fn explain(error: ServiceError) -> String {
    match error {
        ServiceError::Router(error @ (RouterError::Taken { .. } | RouterError::Bind { .. } | RouterError::Address { .. })) => {
            format!("{error} (option --listen ADDR:PORT; port 0 takes any that is free)")
        }
        error => error.to_string(),
    }
}

/// Says where the router listens, and what is registered and subscribed.
fn introduce(running: &RunningService) {
    if let Some(router) = running.router() {
        let url = router.url();
        println!(
            "listening on {url} (realm {}), page at {}/",
            running.realm(),
            url.replacen("ws://", "http://", 1).trim_end_matches("/ws")
        );
    }
    for component in running.components() {
        for bound in component.served() {
            let what = if bound.is_procedure() { "procedure" } else { "topic" };
            let how = if bound.matching == MatchPolicy::Exact { String::new() } else { format!(" ({})", bound.matching) };
            println!("  {:<11} {what:<9} {}{how}", component.name(), bound.uri);
        }
    }
}

/// Prints each second what flowed through the router in it, if anything did.
async fn report(router: Option<Router>, events: Arc<AtomicU64>) {
    let Some(router) = router else { return };
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    let mut before = router.stats();
    loop {
        seconds.tick().await;
        let now = router.stats();
        let [calls, publishes, delivered] = [now.calls - before.calls, now.publishes - before.publishes, now.events - before.events];
        let heard = events.swap(0, Ordering::Relaxed);
        println!(
            "{} sessions; in the last second: {calls} calls, {publishes} publications, {delivered} events (the counter heard {heard})",
            now.sessions
        );
        before = now;
    }
}
