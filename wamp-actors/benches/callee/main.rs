//! What a component's process costs for each invocation of `add2`: CPU time of the whole process, 128 invocations under way, MessagePack over
//! WebSocket, beside a bare loop that reads frames and answers them with no framework at all.
//!
//! The router is a stand-in of this program that sends INVOCATIONs as fast as they are answered; the callees are processes of their own.
//! `cargo bench -p wamp-actors --bench callee [-- --others 'PROGRAM']`: a program of yours, given `WAMP_URL`, that registers one
//! procedure which adds two integers, is measured beside them.

mod bare;
mod frames;
mod stand_in;

use std::net::TcpListener;
use std::process::{Child, Command};
use std::time::Duration;
use wamp_actors::prelude::*;

const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(3);
const ROUNDS: usize = 3;
/// 8 callers with 16 calls each.
const IN_FLIGHT: usize = 128;
/// Says which callee this process is to be.
const ROLE: &str = "WAMP_BENCH_CALLEE";

#[derive(Default)]
struct Calculator;

#[component(prefix = "com.example.calc")]
impl Calculator {
    #[procedure]
    async fn add2(&self, a: i64, b: i64) -> i64 {
        a + b
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("WAMP_URL").unwrap_or_default();
    match std::env::var(ROLE).as_deref() {
        Ok("bare loop") => return Ok(bare::serve(url.trim_start_matches("ws://").trim_end_matches("/ws"))?),
        Ok(_) => {
            actix_rt::System::new().block_on(Service::new().component(Calculator::default).run())?;
            return Ok(());
        }
        Err(_) => {}
    }
    let others = std::env::args().skip_while(|arg| arg != "--others").nth(1);
    let mut names = vec!["bare loop", "component"];
    names.extend(others.as_deref());
    let mut figures = vec![Vec::new(); names.len()];
    for _ in 0..ROUNDS {
        for (name, figures) in names.iter().zip(&mut figures) {
            figures.push(measure(name, others.as_deref() == Some(name))?);
        }
    }
    let bare = least(&figures[0]);
    for (name, figures) in names.iter().zip(&figures) {
        let rounds: Vec<String> = figures.iter().map(|micros| format!("{micros:.2}")).collect();
        println!("{name:<12} {} µs of CPU an invocation; the least {:.2}x of the bare loop's", rounds.join(", "), least(figures) / bare);
    }
    Ok(())
}

fn least(figures: &[f64]) -> f64 {
    figures.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Microseconds of CPU that a process takes for each invocation.
fn measure(name: &str, foreign: bool) -> std::io::Result<f64> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("ws://{}/ws", listener.local_addr()?);
    let program = if foreign { name.into() } else { std::env::current_exe()? };
    let mut child = Callee(Command::new(program).env("WAMP_URL", url).env("WAMP_REALM", "realm1").env(ROLE, name).spawn()?);
    let mut peer = stand_in::accept(&listener)?;
    peer.invoke(IN_FLIGHT, WARM_UP)?;
    let before = child.cpu()?;
    let answered = peer.invoke(IN_FLIGHT, MEASURED)?;
    Ok((child.cpu()? - before).as_secs_f64() * 1e6 / answered as f64)
}

struct Callee(Child);

impl Callee {
    /// CPU time of all its threads, as the scheduler counts it.
    fn cpu(&mut self) -> std::io::Result<Duration> {
        let mut nanoseconds = 0;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.0.id()))? {
            let figures = std::fs::read_to_string(task?.path().join("schedstat"))?;
            nanoseconds += figures.split(' ').next().and_then(|first| first.parse::<u64>().ok()).unwrap_or_default();
        }
        Ok(Duration::from_nanos(nanoseconds))
    }
}

impl Drop for Callee {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
