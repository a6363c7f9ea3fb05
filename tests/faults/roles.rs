//! What the processes are: a router, and a service whose handlers tell what they do.

use std::io::BufRead;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::sync::watch;
use wamp_actors::auth::{Method, Secret, TicketMethod};
use wamp_actors::component::{Bindings, Component};
use wamp_actors::prelude::*;
use wamp_actors::router::Router;

/// The router's realms, apart by commas; one that begins with `!` asks for a ticket that nobody has.
pub(crate) const REALMS: &str = "WAMP_TEST_REALMS";
/// The router's address.
pub(crate) const LISTEN: &str = "WAMP_TEST_LISTEN";

pub(crate) fn play(role: &str) -> ExitCode {
    match role {
        "router" => actix_rt::System::new().block_on(router()),
        // What `#[wamp_actors::main]` expands to.
        _ => wamp_actors::__private::run_main(service()),
    }
}

async fn router() -> ExitCode {
    let variable = |name| std::env::var(name).expect("it is set");
    let mut router = Router::builder().listen(variable(LISTEN)).session_control(true);
    for realm in variable(REALMS).split(',') {
        router = match realm.strip_prefix('!') {
            Some(realm) => router.realm_with(realm, [Arc::new(TicketMethod::new(|_, _| None::<(Secret, _)>)) as Arc<dyn Method>]),
            None => router.realm(realm),
        };
    }
    let router = router.start().await.expect("a router");
    println!("listening {}", router.local_addrs()[0]);
    // It is killed.
    std::future::pending().await
}

/// The service: it is configured by its environment, and released by its input.
async fn service() -> Result<(), Error> {
    let (release, released) = watch::channel(0);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            release.send_replace(line.parse().expect("up to which id"));
        }
    });
    Service::new().component(move || Callee { released: released.clone() }).run().await
}

/// Its procedures tell what they run.
struct Callee {
    /// Calls up to this id may end.
    released: watch::Receiver<u64>,
}

impl Component for Callee {
    const NAME: &'static str = "callee";

    fn bind(bindings: &mut Bindings<Self>) {
        bindings.prefix("com.example");
        bindings.procedure("run").run(async |_: &Self, id: u64| {
            println!("ran {id}");
            id
        });
        bindings.procedure("wait").run(async |callee: &Self, id: u64| {
            println!("ran {id}");
            let mut released = callee.released.clone();
            let _ = released.wait_for(|&up_to| up_to >= id).await;
            id
        });
        bindings.procedure("hang").run(async |_: &Self, (): ()| {
            println!("hangs");
            std::future::pending::<()>().await;
        });
    }
}
