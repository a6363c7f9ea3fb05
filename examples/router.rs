//! A router by itself: `cargo run --release --example router -- 127.0.0.1:8080 [workers]`.

use wamp_actors::router::{Router, RouterError};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), RouterError> {
    tracing_subscriber::fmt().with_env_filter(tracing_subscriber::EnvFilter::from_default_env()).init();
    let mut args = std::env::args().skip(1);
    let address = args.next().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let mut router = Router::builder().realm("realm1").listen(address);
    if let Some(workers) = args.next().and_then(|workers| workers.parse().ok()) {
        router = router.workers(workers);
    }
    let router = router.start().await?;
    println!("listening on {}", router.url());
    // Until Ctrl-C; where there are no signals, for ever.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
    router.stop().await;
    println!("{:?}", router.stats());
    Ok(())
}
