//! One suite over every transport and serializer, and a table of what passed.
//!
//! Without arguments our router is started here, and reached by all its transports. Another router is tried by naming its URLs, apart by
//! spaces, in `WAMP_SUITE_URLS` (realm `WAMP_SUITE_REALM`, otherwise `realm1`; it must let anybody do anything there): what it lacks
//! is then counted as lacking, if it answers so, and the program fails only where something goes wrong otherwise.
//!
//! The runtime is tokio's, of many threads, without an actix system: sessions run on a thread of their own.

#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

mod cases;
mod ours;

use cases::{CASES, Outcome};
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
    /// Of the router's table.
    urls: Vec<String>,
    realm: String,
    tls: Tls,
    /// Whether it may lack something.
    foreign: bool,
}

impl Target {
    fn options(&self, url: &str, format: proto::Format) -> SessionBuilder {
        Session::builder().url(url).realm(&self.realm).tls(self.tls.clone()).serializers([format]).connect_timeout(PATIENCE)
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    match std::env::var("WAMP_SUITE_URLS") {
        Ok(urls) => {
            let urls = urls.split_whitespace().map(str::to_owned).collect();
            let realm = std::env::var("WAMP_SUITE_REALM").unwrap_or_else(|_| "realm1".to_owned());
            run(Target { urls, realm, tls: Tls::new(), foreign: true }).await
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
    let width = target.urls.iter().map(String::len).max().unwrap_or(0);
    println!("{:width$}  {:8}{}", "", "", CASES.iter().map(|(name, _)| format!(" {name}")).collect::<String>());
    for url in &target.urls {
        // Within the process nothing is serialized.
        let formats = if url.starts_with("inproc:") { &[proto::Format::MsgPack][..] } else { &FORMATS };
        for &format in formats {
            print!("{url:width$}  {:8}", format.as_str());
            for (name, case) in CASES {
                let outcome = attempt(&target, url, format, *case).await;
                print!(" {:1$}", tally.count(&outcome, target.foreign, || format!("{name} on {url} in {}", format.as_str())), name.len());
            }
            println!();
        }
    }
    tally.tell()
}

/// One case between two sessions of its own.
async fn attempt(target: &Target, url: &str, format: proto::Format, case: cases::Case) -> Outcome {
    let both = async {
        let one = target.options(url, format).connect().await?;
        let other = target.options(url, format).connect().await?;
        if (one.format(), other.format()) != (format, format) {
            return Err("another serializer was agreed on".into());
        }
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
