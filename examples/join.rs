//! Joins a realm by one method, and tells what came of it: for trying credentials on any router.
//!
//! ```text
//! cargo run --example join -- ws://127.0.0.1:8080/ws realm1 wampcra peter "peters secret" [json|msgpack|cbor]
//! ```
//!
//! The method is one of anonymous, ticket, wampcra, scram (Autobahn's and Crossbar.io's), wamp-scram (the specification's) and cryptosign (the
//! secret is the private key in 64 hexadecimal digits, or the path of its file). Prints `joined as peter, role clerk, by wampcra, 42` or
//! `refused: wamp.error.…`, in which case the exit code is 1.

use std::process::ExitCode;

use wamp_actors::Format;
use wamp_actors::auth::{Anonymous, Authenticator, Cra, Cryptosign, CryptosignKey, Scram, ScramDialect, Ticket};
use wamp_actors::error::JoinError;
use wamp_actors::prelude::*;
use wamp_actors::session::{Invocation, SessionBuilder};

const USAGE: &str = "usage: join URL REALM METHOD [AUTHID SECRET [json|msgpack|cbor]]";

fn authenticator(method: &str, authid: &str, secret: &str) -> Result<Box<dyn Authenticator>, String> {
    let scram = |dialect| -> Result<Box<dyn Authenticator>, String> {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|why| why.to_string())?;
        Ok(Box::new(Scram::new(authid, secret, nonce).with_dialect(dialect)))
    };
    match method {
        "anonymous" => Ok(Box::new(Anonymous::default())),
        "ticket" => Ok(Box::new(Ticket::new(secret))),
        "wampcra" => Ok(Box::new(Cra::new(secret))),
        "scram" => scram(ScramDialect::Autobahn),
        "wamp-scram" => scram(ScramDialect::Spec),
        "cryptosign" => {
            let text = std::fs::read_to_string(secret).unwrap_or_else(|_| secret.to_owned());
            let key: CryptosignKey = text.parse().map_err(|why| format!("{why}"))?;
            Ok(Box::new(Cryptosign::new(key)))
        }
        other => Err(format!("no method {other}")),
    }
}

fn session(args: &[String]) -> Result<SessionBuilder, String> {
    let [url, realm, method, rest @ ..] = args else { return Err(USAGE.to_owned()) };
    let text = |at: usize| rest.get(at).cloned().unwrap_or_default();
    let (method, authid, secret) = (method.clone(), text(0), text(1));
    let mut session = Session::builder().url(url).realm(realm);
    if !authid.is_empty() {
        session = session.authid(&authid);
    }
    if let Some(format) = rest.get(2) {
        let known = [("json", Format::Json), ("msgpack", Format::MsgPack), ("cbor", Format::Cbor)];
        let (_, format) = known.into_iter().find(|(name, _)| name == format).ok_or(USAGE)?;
        session = session.serializers([format]);
    }
    // Tried once, so that a wrong key is told here and not at the join.
    authenticator(&method, &authid, &secret)?;
    Ok(session.credentials(move || authenticator(&method, &authid, &secret).into_iter().collect()))
}

async fn add(invocation: Invocation) -> Result<i64, WampError> {
    let (a, b): (i64, i64) = invocation.decode()?;
    Ok(a + b)
}

/// Calls itself through the router.
async fn prove(session: &Session) -> Result<i64, Box<dyn std::error::Error>> {
    let procedure = format!("com.example.join.add{}", session.id());
    let _registration = session.register(&procedure).handler(add).await?;
    Ok(session.call(&procedure, (19, 23)).await?)
}

#[wamp_actors::main]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    wamp_examples::log();
    let args: Vec<String> = std::env::args().skip(1).collect();
    let session = match session(&args)?.connect().await {
        Ok(session) => session,
        Err(JoinError::Aborted { reason, .. }) => {
            println!("refused: {reason}");
            return Ok(ExitCode::FAILURE);
        }
        Err(error) => return Err(error.into()),
    };
    let welcome = session.welcome();
    let [authid, role, method] = [&welcome.authid, &welcome.authrole, &welcome.authmethod].map(|text| text.as_deref().unwrap_or("?"));
    println!("joined as {authid}, role {role}, by {method}, {}", prove(&session).await?);
    session.leave().await;
    Ok(ExitCode::SUCCESS)
}
