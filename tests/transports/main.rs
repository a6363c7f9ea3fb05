//! One suite over every transport and serializer, and a table of what passed.
//!
//! Without arguments our router is started here, and reached by all its transports. Another router is tried by naming its URLs, apart by
//! spaces, in `WAMP_SUITE_URLS` (realm `WAMP_SUITE_REALM`, otherwise `realm1`; it must let anybody do anything there), with `batched:` in
//! front where messages are to be batched: what it lacks is then counted as lacking, if it answers so, and the program fails only where
//! something goes wrong otherwise.
//!
//! The runtime is tokio's, of many threads, without an actix system: sessions run on a thread of their own.

#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

mod cases;
mod ours;

use cases::{CASES, Outcome};
use std::error::Error;
use std::fmt;
use std::process::ExitCode;
use std::time::Duration;
use wamp_actors::session::{Session, SessionBuilder};
use wamp_actors::transport::Tls;

/// No case takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The serializers, each offered alone.
const FORMATS: [proto::Format; 3] = proto::Format::ALL;

/// Where the suite is run.
struct Target {
    ways: Vec<Way>,
    realm: String,
    tls: Tls,
    /// Whether it may lack something.
    foreign: bool,
}

/// How a router is reached: a URL of its table.
struct Way {
    url: String,
    batched: bool,
}

impl Target {
    fn options(&self, way: &Way, format: proto::Format) -> SessionBuilder {
        let options = Session::builder().url(&way.url).realm(&self.realm).tls(self.tls.clone()).serializers([format]);
        options.batched(way.batched).connect_timeout(PATIENCE)
    }

    /// A session in this way and no other.
    async fn connect(&self, way: &Way, format: proto::Format) -> Result<Session, Box<dyn Error + Send + Sync>> {
        let refused = match self.options(way, format).connect().await {
            Ok(session) if session.format() == format => return Ok(session),
            Ok(_) => return Err("another serializer was agreed on".into()),
            Err(refused) => refused,
        };
        match way.batched && self.options(way, format).batched(false).connect().await.is_ok() {
            true => Err(cases::lacking("batched messages as the specification has them")),
            false => Err(refused.into()),
        }
    }
}

impl From<&str> for Way {
    fn from(text: &str) -> Self {
        let url = text.strip_prefix("batched:");
        Self { url: url.unwrap_or(text).to_owned(), batched: url.is_some() }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.batched { "batched:" } else { "" }, self.url)
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    match std::env::var("WAMP_SUITE_URLS") {
        Ok(urls) => {
            let ways = urls.split_whitespace().map(Way::from).collect();
            let realm = std::env::var("WAMP_SUITE_REALM").unwrap_or_else(|_| "realm1".to_owned());
            run(Target { ways, realm, tls: Tls::new(), foreign: true }).await
        }
        Err(_) => {
            let ours = ours::Ours::start().await;
            let code = run(ours.target()).await;
            ours.stop().await;
            code
        }
    }
}

/// Runs all of it, and prints the table.
async fn run(target: Target) -> ExitCode {
    let mut tally = Tally::default();
    let width = target.ways.iter().map(|way| way.to_string().len()).max().unwrap_or(0);
    println!("{:width$}  {:8}{}", "", "", CASES.iter().map(|(name, _)| format!(" {name}")).collect::<String>());
    for way in &target.ways {
        // Within the process nothing is serialized.
        let formats = if way.url.starts_with("inproc:") { &[proto::Format::MsgPack][..] } else { &FORMATS };
        for &format in formats {
            print!("{:width$}  {:8}", way.to_string(), format.as_str());
            for (name, case) in CASES {
                let outcome = attempt(&target, way, format, *case).await;
                print!(" {:1$}", tally.count(&outcome, target.foreign, || format!("{name} on {way} in {}", format.as_str())), name.len());
            }
            println!();
        }
    }
    tally.tell()
}

/// One case between two sessions of its own.
async fn attempt(target: &Target, way: &Way, format: proto::Format, case: cases::Case) -> Outcome {
    let both = async {
        let one = target.connect(way, format).await?;
        let other = target.connect(way, format).await?;
        let outcome = case(one.clone(), other.clone()).await;
        one.leave().await;
        other.leave().await;
        outcome
    };
    tokio::time::timeout(PATIENCE, both).await.unwrap_or_else(|_| Err(format!("not done within {PATIENCE:?}").into()))
}

/// What passed, what is lacking, what failed.
#[derive(Default)]
struct Tally {
    passed: usize,
    lacking: Vec<String>,
    failed: Vec<String>,
}

impl Tally {
    fn count(&mut self, outcome: &Outcome, foreign: bool, what: impl FnOnce() -> String) -> &'static str {
        match outcome {
            Ok(()) => {
                self.passed += 1;
                "ok"
            }
            Err(error) if foreign && cases::is_lack(&**error) => {
                self.lacking.push(format!("{}: {error}", what()));
                "-"
            }
            Err(error) => {
                self.failed.push(format!("{}: {error}", what()));
                "FAILED"
            }
        }
    }

    fn tell(self) -> ExitCode {
        self.lacking.iter().for_each(|what| println!("lacking: {what}"));
        self.failed.iter().for_each(|what| println!("FAILED: {what}"));
        println!("\n{} passed, {} failed, {} lacking", self.passed, self.failed.len(), self.lacking.len());
        // What ran nothing has shown nothing.
        if self.failed.is_empty() && self.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
