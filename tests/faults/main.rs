//! Faults, with processes that are really killed: this program starts itself as the router and as the service, hence `main`.
//!
//! Nothing sleeps: each step waits for a line that a process prints or logs.

#![allow(clippy::unwrap_used, reason = "a check that cannot go on has failed")]

mod process;
mod roles;

use futures_util::future::join_all;
use process::{Process, ROLE};
use roles::{LISTEN, REALMS};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;
use wamp_actors::error::CallError;
use wamp_actors::prelude::*;

fn main() -> ExitCode {
    if let Ok(role) = std::env::var(ROLE) {
        return roles::play(&role);
    }
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let checks = CHECKS.iter().filter(|(name, _)| wanted.as_ref().is_none_or(|wanted| name.contains(wanted.as_str())));
    for (name, check) in checks {
        println!("test {name} ...");
        actix_rt::System::new().block_on(check());
    }
    ExitCode::SUCCESS
}

type Check = (&'static str, fn() -> futures_util::future::LocalBoxFuture<'static, ()>);

macro_rules! checks {
    ($($name:ident)*) => { &[$((stringify!($name), || Box::pin($name()))),*] };
}

const CHECKS: &[Check] = checks! {
    a_service_outlives_a_router_that_is_killed
    a_service_waits_for_a_router_that_is_not_up_yet
    a_service_ends_when_its_router_comes_back_without_the_realm
    a_service_ends_when_its_credentials_are_refused
    a_session_that_is_killed_is_joined_anew
    a_procedure_that_a_lingering_session_holds_is_waited_for_or_taken_over
    a_service_that_may_not_register_tells_so_and_ends
    sigterm_answers_all_calls_that_run
    a_handler_that_never_returns_is_canceled_when_its_service_ends
    a_service_with_a_wrong_configuration_tells_what_and_ends
    no_call_runs_twice_or_ends_twice_whoever_is_killed
};

async fn router(listen: &str, realms: &str) -> (Process, String) {
    let mut router = Process::start("router", &[(LISTEN, listen), (REALMS, realms)]);
    let line = router.until("listening ").await;
    let address = line.strip_prefix("listening ").unwrap().to_owned();
    (router, address)
}

/// A service at the router of that address that comes back soon, with this besides.
fn service(address: &str, besides: &[(&str, &str)]) -> Process {
    let url = format!("ws://{address}/ws");
    let pauses = [("WAMP_RECONNECT__INITIAL", "10ms"), ("WAMP_RECONNECT__MAX", "50ms"), ("WAMP_URL", url.as_str())];
    Process::start("service", &[&pauses[..], besides].concat())
}

async fn client(address: &str) -> Client {
    let backoff = wamp_actors::supervisor::BackoffOptions {
        initial: Duration::from_millis(10),
        max: Duration::from_millis(50),
        ..Default::default()
    };
    let client = Client::builder().url(format!("ws://{address}/ws")).realm("realm1").backoff(backoff).build();
    client.joined().await.unwrap();
    client
}

/// What the log says of a component that is ready.
const READY: &str = "INFO ready component=\"callee\"";
/// What it says of one that has no session.
const NOT_JOINED: &str = "WARN not joined";

async fn a_service_outlives_a_router_that_is_killed() {
    let (mut first, address) = router("127.0.0.1:0", "realm1").await;
    let mut service = service(&address, &[]);
    for kill in 0..3 {
        service.until(READY).await;
        let client = client(&address).await;
        assert_eq!(client.call::<u64>("com.example.run", kill).await.unwrap(), kill);
        client.close().await;
        first.kill();
        service.until(NOT_JOINED).await;
        (first, _) = router(&address, "realm1").await;
    }
    service.until(READY).await;
    service.signal("TERM");
    assert_eq!(service.exit_code().await, Some(0));
}

async fn a_service_waits_for_a_router_that_is_not_up_yet() {
    let (nobody, address) = router("127.0.0.1:0", "realm1").await;
    nobody.kill();
    let mut service = service(&address, &[]);
    service.until(NOT_JOINED).await;
    let (_router, _) = router(&address, "realm1").await;
    service.until(READY).await;
}

async fn a_service_ends_when_its_router_comes_back_without_the_realm() {
    let (first, address) = router("127.0.0.1:0", "realm1").await;
    let mut stays = service(&address, &[("WAMP_RECONNECT__RETRY_REFUSED", "true")]);
    stays.until(READY).await;
    let mut ends = service(&address, &[("WAMP_COMPONENT__CALLEE__ON_REFUSAL", "take_over")]);
    ends.until(READY).await;
    first.kill();
    let (without, _) = router(&address, "realm2").await;
    ends.until("wamp.error.no_such_realm").await;
    assert_eq!(ends.exit_code().await, Some(77));
    // Another one was told that the realm may come back.
    stays.until("wamp.error.no_such_realm").await;
    without.kill();
    let (_with, _) = router(&address, "realm1").await;
    stays.until(READY).await;
}

async fn a_service_ends_when_its_credentials_are_refused() {
    let (_router, address) = router("127.0.0.1:0", "!realm1").await;
    let mut service = service(&address, &[("WAMP_CREDENTIALS__AUTHID", "joe"), ("WAMP_CREDENTIALS__TICKET", "a guess")]);
    service.until("error: component callee cannot join: the router refused the session").await;
    assert_eq!(service.exit_code().await, Some(77));
}

async fn a_session_that_is_killed_is_joined_anew() {
    let (_router, address) = router("127.0.0.1:0", "realm1").await;
    let mut service = service(&address, &[]);
    let session = |line: &str| line.rsplit_once("session=").unwrap().1.parse::<u64>().unwrap();
    let first = session(&service.until(READY).await);
    let client = client(&address).await;
    client.call::<()>("wamp.session.kill", first).await.unwrap();
    service.until("wamp.close.killed").await;
    let second = session(&service.until(READY).await);
    assert_ne!(first, second);
    assert_eq!(client.call::<u64>("com.example.run", 7).await.unwrap(), 7);
}

async fn a_procedure_that_a_lingering_session_holds_is_waited_for_or_taken_over() {
    let (_router, address) = router("127.0.0.1:0", "realm1").await;
    let mut first = service(&address, &[]);
    first.until(READY).await;
    // It does not answer any more, and its router does not know.
    first.signal("STOP");
    let mut retries = service(&address, &[("WAMP_COMPONENT__CALLEE__ON_REFUSAL", "retry")]);
    retries.until("wamp.error.procedure_already_exists").await;
    retries.until("WARN degraded").await;
    let mut takes = service(&address, &[("WAMP_COMPONENT__CALLEE__ON_REFUSAL", "take_over")]);
    takes.until("taken over from another session").await;
    takes.until(READY).await;
    let client = client(&address).await;
    assert_eq!(client.call::<u64>("com.example.run", 1).await.unwrap(), 1);
    takes.until("ran 1").await;
    takes.signal("TERM");
    assert_eq!(takes.exit_code().await, Some(0));
    retries.until(READY).await;
    assert_eq!(client.call::<u64>("com.example.run", 2).await.unwrap(), 2);
    retries.until("ran 2").await;
    first.kill();
}

async fn a_service_that_may_not_register_tells_so_and_ends() {
    let (_router, address) = router("127.0.0.1:0", "realm1").await;
    let mut first = service(&address, &[]);
    first.until(READY).await;
    let mut second = service(&address, &[]);
    second.until("error: component callee cannot register `com.example.run`: wamp.error.procedure_already_exists").await;
    assert_eq!(second.exit_code().await, Some(77));
}

async fn sigterm_answers_all_calls_that_run() {
    const CALLS: u64 = 100;
    let (_router, address) = router("127.0.0.1:0", "realm1").await;
    let mut service = service(&address, &[("WAMP_SERVICE__DRAIN", "60s")]);
    service.until(READY).await;
    let client = client(&address).await;
    let calls = (1..=CALLS).map(|id| actix_rt::spawn(client.call::<u64>("com.example.wait", id).into_future()));
    let calls: Vec<_> = calls.collect();
    service.until_count("ran ", 100).await;
    service.signal("TERM");
    service.until("INFO stopping").await;
    // It takes no more, and ends what it has.
    service.tell("100");
    let answers = join_all(calls).await.into_iter().map(|answer| answer.unwrap().unwrap());
    assert_eq!(answers.collect::<Vec<_>>(), (1..=CALLS).collect::<Vec<_>>());
    assert_eq!(service.exit_code().await, Some(0));
    let refused = client.call::<u64>("com.example.run", 1).await.unwrap_err();
    assert_eq!(refused.uri(), Some("wamp.error.no_such_procedure"));
}

async fn a_handler_that_never_returns_is_canceled_when_its_service_ends() {
    let (_router, address) = router("127.0.0.1:0", "realm1").await;
    let mut service = service(&address, &[("WAMP_SERVICE__DRAIN", "50ms")]);
    service.until(READY).await;
    let client = client(&address).await;
    let call = actix_rt::spawn(client.call::<()>("com.example.hang", ()).into_future());
    service.until("hangs").await;
    service.signal("TERM");
    assert_eq!(call.await.unwrap().unwrap_err().uri(), Some("wamp.error.canceled"));
    assert_eq!(service.exit_code().await, Some(0));
}

async fn a_service_with_a_wrong_configuration_tells_what_and_ends() {
    let mut service = service("127.0.0.1:9", &[("WAMP_SERVICE__DRIAN", "50ms")]);
    service.until("error: WAMP_SERVICE__DRIAN: unknown key `service.drian`; allowed: ").await;
    assert_eq!(service.exit_code().await, Some(78));
}

/// How a call ended, for its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Answered,
    Unknown,
    /// Nobody had the procedure: it was not run.
    Refused,
}

/// Kills, of the router and of the service in turn, with so many calls running at each, and so many more made in the outage.
const KILLS: u64 = 6;
const RUNNING: u64 = 64;
const MEANWHILE: u64 = 32;

/// Each id is called once. What the callers were told is compared with what the callees ran.
async fn no_call_runs_twice_or_ends_twice_whoever_is_killed() {
    let (mut first, address) = router("127.0.0.1:0", "realm1").await;
    let mut callee = service(&address, &[]);
    callee.until(READY).await;
    let client = client(&address).await;
    let (mut ended, mut ran, mut next) = (BTreeMap::new(), Vec::new(), 1);
    for kill in 0..KILLS {
        // All run; half of them are answered; then somebody is killed.
        let running = call(&client, "com.example.wait", next, RUNNING);
        while ran_of(&callee).iter().filter(|&&id| id >= next).count() < RUNNING as usize {
            callee.until("ran ").await;
        }
        let through = next + RUNNING / 2 - 1;
        callee.tell(&through.to_string());
        let (half, rest): (Vec<_>, Vec<_>) = running.into_iter().partition(|(id, _)| *id <= through);
        settle(half, &mut ended).await;
        next += RUNNING;
        if kill % 2 == 0 {
            first.kill();
            settle(rest, &mut ended).await;
            // Calls of the outage wait for the next session, and for the callee's.
            let meanwhile = call(&client, "com.example.run", next, MEANWHILE);
            callee.until(NOT_JOINED).await;
            (first, _) = router(&address, "realm1").await;
            callee.until(READY).await;
            settle(meanwhile, &mut ended).await;
            next += MEANWHILE;
        } else {
            ran.extend(ran_of(&callee));
            callee.kill();
            settle(rest, &mut ended).await;
            callee = service(&address, &[]);
            callee.until(READY).await;
        }
    }
    callee.signal("TERM");
    assert_eq!(callee.exit_code().await, Some(0));
    ran.extend(ran_of(&callee));
    compare(&ended, ran, next - 1);
}

type Calls = Vec<(u64, actix_rt::task::JoinHandle<Result<u64, CallError>>)>;

fn call(client: &Client, procedure: &str, from: u64, count: u64) -> Calls {
    let call = |id| (id, actix_rt::spawn(client.call::<u64>(procedure, id).into_future()));
    (from..from + count).map(call).collect()
}

/// Waits for the ends of calls, each of which is noted once.
async fn settle(calls: Calls, ended: &mut BTreeMap<u64, Ended>) {
    for (id, call) in calls {
        let end = match call.await.unwrap() {
            Ok(answer) => {
                assert_eq!(answer, id);
                Ended::Answered
            }
            Err(CallError::OutcomeUnknown(_)) => Ended::Unknown,
            // The router tells it where the callee is gone, and the callee may have run it.
            Err(error) if error.uri() == Some("wamp.error.canceled") => Ended::Unknown,
            // The caller's session was there before the callee's.
            Err(error) if error.uri() == Some("wamp.error.no_such_procedure") => Ended::Refused,
            Err(error) => panic!("call {id}: {error}"),
        };
        assert_eq!(ended.insert(id, end), None, "call {id} ended twice");
    }
}

fn ran_of(callee: &Process) -> Vec<u64> {
    callee.lines().iter().filter_map(|line| line.strip_prefix("ran ")?.parse().ok()).collect()
}

fn compare(ended: &BTreeMap<u64, Ended>, ran: Vec<u64>, last: u64) {
    let mut runs: BTreeMap<u64, usize> = BTreeMap::new();
    ran.into_iter().for_each(|id| *runs.entry(id).or_default() += 1);
    assert_eq!(ended.keys().copied().collect::<Vec<_>>(), (1..=last).collect::<Vec<_>>(), "each call ended");
    for (id, end) in ended {
        let runs = runs.get(id).copied().unwrap_or_default();
        let right = match end {
            Ended::Answered => runs == 1,
            Ended::Unknown => runs <= 1,
            Ended::Refused => runs == 0,
        };
        assert!(right, "call {id} ended {end:?} and ran {runs} times");
    }
    assert!(runs.keys().all(|id| ended.contains_key(id)), "nothing ran that was not called");
    let unknown = ended.values().filter(|end| **end == Ended::Unknown).count() as u64;
    // All that ran at a kill, and nothing else.
    assert_eq!(unknown, KILLS * RUNNING / 2);
}
