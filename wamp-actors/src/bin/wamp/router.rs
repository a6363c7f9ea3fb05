use crate::connection::Connection;
use crate::failure::Failure;
use crate::{json, signal};
use clap::Args;
use std::path::PathBuf;
use wamp_actors::router::{ListenOptions, Router as Running, TlsOptions};

/// `wamp router --listen 127.0.0.1:8080 --realm realm1`.
#[derive(Debug, Args)]
pub(crate) struct Router {
    /// Where to listen; may be repeated. Port 0 takes any that is free.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    listen: Vec<String>,
    /// Speaks all of it over TLS, with this certificate chain (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key of --tls-cert (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Another origin whose pages may connect, such as https://example.com; may be repeated. Pages of the router's own host may always.
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    /// How many threads route [default: one a core].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    workers: Option<u16>,
}

impl Router {
    /// Its realms are those of `--realm`.
    pub(crate) async fn run(self, connection: &Connection) -> Result<(), Failure> {
        let realms = if connection.realm.is_empty() { vec!["realm1".to_owned()] } else { connection.realm.clone() };
        let mut builder = realms.iter().fold(Running::builder(), |builder, realm| builder.realm(realm));
        builder = self.listen.iter().fold(builder, |builder, address| builder.listen(self.place(address)));
        builder = self.allow_origin.iter().fold(builder, |builder, origin| builder.allow_origin(origin));
        if let Some(workers) = self.workers {
            builder = builder.workers(workers.into());
        }
        let router = builder.start().await.map_err(|error| Failure::Other(format!("{error} (--listen ADDR:PORT names another)")))?;
        let scheme = if self.tls_cert.is_some() { "wss" } else { "ws" };
        for address in router.local_addrs() {
            json::print(format_args!("listening on {scheme}://{address}/ws (realm {})", realms.join(", ")))?;
        }
        signal::until().await?;
        router.stop().await;
        Ok(())
    }

    fn place(&self, address: &str) -> ListenOptions {
        let options = ListenOptions::new(address);
        match (&self.tls_cert, &self.tls_key) {
            (Some(chain), Some(key)) => options.tls(TlsOptions::from_pem_files(chain, key)),
            _ => options,
        }
    }
}
