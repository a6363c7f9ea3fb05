use crate::failure::Failure;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;
use wamp_actors::Format;
use wamp_actors::auth::{Anonymous, Certificate};
use wamp_actors::session::{Credentials, SecretSource, Session, SessionBuilder};
use wamp_actors::transport::{Proxy, Tls};

/// Where to, and as whom: the same for each command, before or after its name.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// The router.
    #[arg(long, global = true, env = "WAMP_URL", default_value = "ws://127.0.0.1:8080/ws")]
    pub(crate) url: String,
    /// The realm [default: realm1].
    #[arg(long, global = true, env = "WAMP_REALM", hide_default_value = true)]
    pub(crate) realm: Vec<String>,
    /// The serializer to speak [default: what the router likes best of msgpack, cbor, json].
    #[arg(long, global = true, value_enum)]
    serializer: Option<Serializer>,
    /// Who to join as; needed for each kind of secret but a key.
    #[arg(long, global = true, env = "WAMP_AUTHID")]
    authid: Option<String>,
    /// The role to ask for.
    #[arg(long, global = true, env = "WAMP_AUTHROLE")]
    authrole: Option<String>,
    /// The ticket, for the method `ticket`. Better by the environment: others on the machine can read a command line.
    #[arg(long, global = true, env = "WAMP_TICKET", hide_env_values = true)]
    ticket: Option<String>,
    /// The secret or password, for `wampcra` and `wamp-scram`.
    #[arg(long, global = true, env = "WAMP_SECRET", hide_env_values = true)]
    secret: Option<String>,
    /// The file of the private key, for `cryptosign`: 64 hexadecimal digits, or OpenSSH's format. WAMP_PRIVATE_KEY may hold the key itself.
    #[arg(long, global = true, env = "WAMP_PRIVATE_KEY_FILE", value_name = "FILE")]
    private_key_file: Option<PathBuf>,
    /// Binds the proof of `cryptosign` and `wamp-scram` to the TLS 1.3 connection, if the router can.
    #[arg(long, global = true)]
    channel_binding: bool,
    /// Trusts the certificates of this PEM file with wss://, rss:// and https://, in place of the machine's own; may be repeated.
    #[arg(long, global = true, env = "WAMP_CA", value_name = "FILE")]
    ca: Vec<PathBuf>,
    /// The certificate shown to a router that asks for one (PEM), which is also offered as a proof of who we are.
    #[arg(long, global = true, env = "WAMP_CLIENT_CERT", value_name = "FILE", requires = "client_key")]
    client_cert: Option<PathBuf>,
    /// The private key of --client-cert (PEM).
    #[arg(long, global = true, env = "WAMP_CLIENT_KEY", value_name = "FILE", requires = "client_cert")]
    client_key: Option<PathBuf>,
    /// The proxy to go through: http://, https://, socks5:// or socks5h:// [default: what HTTPS_PROXY, HTTP_PROXY and ALL_PROXY say].
    #[arg(long, global = true, value_name = "URL")]
    proxy: Option<Proxy>,
    /// How long an answer may take, in seconds [default: 30].
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
    /// Tells more of what happens, on the standard error; again for still more.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Serializer {
    Json,
    Msgpack,
    Cbor,
}

/// A positive number of seconds.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).ok().filter(|duration| !duration.is_zero()).ok_or_else(|| "not a time to wait".to_owned())
}

impl Connection {
    /// How long an answer may take.
    pub(crate) fn patience(&self) -> Duration {
        self.timeout.unwrap_or(Duration::from_secs(30))
    }

    /// Joins the realm.
    pub(crate) async fn join(&self) -> Result<Session, Failure> {
        Ok(self.builder()?.connect().await?)
    }

    /// The options of a session.
    pub(crate) fn builder(&self) -> Result<SessionBuilder, Failure> {
        let realm = match &*self.realm {
            [] => "realm1",
            [realm] => realm,
            _ => return Err(Failure::Usage("--realm is given more than once, and a session has one".to_owned())),
        };
        let mut builder = Session::builder().url(&self.url).realm(realm).call_timeout(self.patience()).request_timeout(self.patience());
        if let Some(serializer) = self.serializer {
            builder = builder.serializers([match serializer {
                Serializer::Json => Format::Json,
                Serializer::Msgpack => Format::MsgPack,
                Serializer::Cbor => Format::Cbor,
            }]);
        }
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(proxy.clone());
        }
        let (builder, credentials) = (builder.tls(self.tls()?), self.credentials()?);
        // Where TLS alone asks for the certificate, the realm asks for nothing.
        let proves_by_certificate_only = self.client_cert.is_some() && !self.has_secret();
        Ok(if proves_by_certificate_only {
            builder.authenticate(credentials).credentials(|| vec![Box::new(Certificate), Box::new(Anonymous::default())])
        } else {
            builder.authenticate(credentials)
        })
    }

    fn has_secret(&self) -> bool {
        self.ticket.is_some() || self.secret.is_some() || self.key().is_some()
    }

    fn tls(&self) -> Result<Tls, Failure> {
        let wrong = |error| Failure::Usage(format!("{error}"));
        let mut tls = self.ca.iter().try_fold(Tls::new(), Tls::root_file).map_err(wrong)?;
        if let (Some(certificate), Some(key)) = (&self.client_cert, &self.client_key) {
            tls = tls.identity_files(certificate, key).map_err(wrong)?;
        }
        Ok(tls)
    }

    /// A method for each secret there is; the router takes the one that it wants.
    fn credentials(&self) -> Result<Credentials, Failure> {
        if (self.ticket.is_some() || self.secret.is_some()) && self.authid.is_none() {
            return Err(Failure::Usage("a ticket or secret needs --authid (or WAMP_AUTHID): whose is it?".to_owned()));
        }
        let mut credentials = Credentials::new().channel_binding(self.channel_binding);
        if let Some(authid) = &self.authid {
            credentials = credentials.authid(authid);
        }
        if let Some(authrole) = &self.authrole {
            credentials = credentials.authrole(authrole);
        }
        // Beside other proofs: what the router wants of them is for it to say.
        credentials = credentials.certificate(self.client_cert.is_some());
        if let Some(key) = self.key() {
            credentials = credentials.private_key(key);
        }
        if let Some(secret) = &self.secret {
            credentials = credentials.secret(secret.as_str());
        }
        if let Some(ticket) = &self.ticket {
            credentials = credentials.ticket(ticket.as_str());
        }
        credentials.check().map_err(|error| Failure::Usage(format!("the credentials: {error}")))?;
        Ok(credentials)
    }

    /// The file of the command line, or else what the environment holds. Never the key itself on the command line: others on the machine
    /// can read it.
    fn key(&self) -> Option<SecretSource> {
        let held = || std::env::var(PRIVATE_KEY).ok().filter(|key| !key.is_empty()).map(SecretSource::text);
        self.private_key_file.as_ref().map(SecretSource::file).or_else(held)
    }
}

/// The variable that holds a private key itself.
const PRIVATE_KEY: &str = "WAMP_PRIVATE_KEY";
