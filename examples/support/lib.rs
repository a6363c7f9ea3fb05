//! What the example programs share.

use wamp_actors::prelude::*;
use wamp_actors::router::Router;
use wamp_actors::service::RunningService;

/// The router to talk to: the program's first argument, else the environment's `WAMP_URL`, else where the example `hello` listens.
pub fn url() -> String {
    std::env::args().nth(1).or_else(|| std::env::var("WAMP_URL").ok()).unwrap_or_else(|| "ws://127.0.0.1:8080/ws".to_owned())
}

/// The realm to join: the environment's `WAMP_REALM`, else `realm1`.
pub fn realm() -> String {
    std::env::var("WAMP_REALM").unwrap_or_else(|_| "realm1".to_owned())
}

/// Prints the library's log to the standard error, as `RUST_LOG` says (default: warnings).
pub fn log() {
    use tracing_subscriber::EnvFilter;

    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// What an example ends with when something went wrong.
pub type Problem = Box<dyn std::error::Error>;

/// Where an example plays: the router that the environment's `WAMP_URL` names, else one of its own, on a port that is free.
#[derive(Debug)]
pub struct Place {
    url: String,
    router: Option<Router>,
    running: Option<RunningService>,
}

impl Place {
    /// A place without a service.
    ///
    /// # Errors
    ///
    /// If the router did not start.
    pub async fn open() -> Result<Self, Problem> {
        let (url, router) = match std::env::var("WAMP_URL") {
            Ok(url) => (url, None),
            Err(_) => {
                let router = Router::builder().realm(realm()).listen("127.0.0.1:0").start().await?;
                (router.url(), Some(router))
            }
        };
        println!("on {url}");
        Ok(Self { url, router, running: None })
    }

    /// A place where the service runs, and is ready.
    ///
    /// # Errors
    ///
    /// If the router did not start, or a component did not come up.
    pub async fn of(service: Service) -> Result<Self, Problem> {
        let mut place = Self::open().await?;
        let running = service.realm(realm()).url(&place.url).start().await?;
        running.ready().await?;
        place.running = Some(running);
        Ok(place)
    }

    /// A session there.
    ///
    /// # Errors
    ///
    /// If it could not be joined.
    pub async fn join(&self) -> Result<Session, Problem> {
        Ok(Session::connect(&self.url, realm()).await?)
    }

    /// Ends the service, then the router.
    pub async fn close(self) {
        if let Some(running) = self.running {
            running.stop().await;
        }
        if let Some(router) = self.router {
            router.stop().await;
        }
    }
}

/// The README's programs, compiled as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
