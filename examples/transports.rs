//! The same call by each transport there is: only the URL differs. One router takes them all, most of them on one port.
//!
//! ```text
//! cargo run --example transports
//! ```

use wamp_actors::prelude::*;
use wamp_actors::router::{ListenOptions, Router};
use wamp_examples::Problem;

#[derive(Default)]
struct Calculator;

#[component(prefix = "com.example.calc")]
impl Calculator {
    #[procedure]
    async fn add2(&self, a: i64, b: i64) -> i64 {
        a.saturating_add(b)
    }
}

/// What it prints is the same each time: where it leads, without the port or file that was free.
async fn calls(form: &str, url: &str) -> Result<(), Problem> {
    let session = Session::connect(url, "realm1").await?;
    let sum: i64 = session.call("com.example.calc.add2", (2, 3)).await?;
    println!("{form}: 2 + 3 = {sum}");
    session.leave().await;
    Ok(())
}

#[wamp_actors::main]
async fn main() -> Result<(), Problem> {
    wamp_examples::log();
    let socket = std::env::temp_dir().join(format!("wamp-transports-{}.sock", std::process::id()));
    let socket = socket.display();
    let router = Router::builder().realm("realm1").name("transports").listen("127.0.0.1:0");
    let router = if cfg!(unix) { router.listen(ListenOptions::new(format!("unix:{socket}")).mode(0o600)) } else { router };
    let router = router.start().await?;
    let service = Service::new().transport(router.transport()).realm("realm1").component(Calculator::default).start().await?;
    service.ready().await?;

    let address = router.local_addrs().first().ok_or("it listens nowhere")?;
    calls("ws://host:port/ws", &format!("ws://{address}/ws")).await?;
    calls("rs://host:port", &format!("rs://{address}")).await?;
    calls("http://host:port/lp", &format!("http://{address}/lp")).await?;
    if cfg!(unix) {
        calls("ws+unix:///path", &format!("ws+unix://{socket}")).await?;
        calls("rs+unix:///path", &format!("rs+unix://{socket}")).await?;
    }
    calls("inproc://name", "inproc://transports").await?;

    service.stop().await;
    router.stop().await;
    Ok(())
}
