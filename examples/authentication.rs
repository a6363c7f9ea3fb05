//! A router whose realm asks for credentials, and a session by each method.
//!
//! ```text
//! cargo run --example authentication             # joins by each method, and ends
//! cargo run --example authentication -- serve    # goes on, for other clients
//! ```
//!
//! The principals stand in the program here; a service would look them up in a file or database. None of these secrets is one.

use std::sync::Arc;

use wamp_actors::auth::{
    Anonymous, Authenticator, Cra, CraMethod, CraRecord, Cryptosign, CryptosignKey, CryptosignMethod, Decoy, Identity, InvalidCredentials,
    Kdf, Method, Salting, Scram, ScramDialect, ScramMethod, ScramRecord, Secret, Ticket, TicketMethod,
};
use wamp_actors::prelude::*;
use wamp_actors::router::{Router, RouterBuilder};

/// Alice's private key, in octets; the router knows her public key only.
const ALICE: [u8; 32] = [7; 32];

fn identity(authid: &str, authrole: &str) -> Identity {
    Identity::new(authid, authrole)
}

/// Susan's password by WAMP-SCRAM, in one dialect: that of the specification, and that of Autobahn|Python and Crossbar.io.
fn scram(dialect: ScramDialect) -> Result<ScramMethod, InvalidCredentials> {
    let kdf = Kdf::Argon2id { iterations: 2, memory: 4096 };
    let susan = ScramRecord::derive("susans password", *b"susans own salt.", kdf, dialect)?;
    let susan = move |_: &_, authid: &str| (authid == "susan").then(|| (susan.clone(), identity("susan", "clerk")));
    Ok(ScramMethod::new(susan, Decoy::new([42; 32]), kdf).with_dialect(dialect))
}

fn router() -> Result<RouterBuilder, InvalidCredentials> {
    let tickets = TicketMethod::new(|_realm, authid| match authid {
        "joe" => Some((Secret::from("joes ticket"), identity("joe", "clerk"))),
        _ => None,
    });
    // Who does not exist is challenged as if they did; the key must be random, and the same after a restart.
    let decoy = Decoy::new([42; 32]);
    let salting = Salting { salt: "marys own salt, 1".into(), iterations: 1000, key_len: 32 };
    let mary = CraRecord::salted("marys password", salting);
    let cra = CraMethod::new(
        move |_realm, authid| match authid {
            "peter" => Some((CraRecord::plain("peters secret"), identity("peter", "clerk"))),
            "mary" => Some((mary.clone(), identity("mary", "manager"))),
            _ => None,
        },
        decoy,
    );
    let alice = CryptosignKey::from_seed(ALICE).public_key();
    let cryptosign = CryptosignMethod::new(move |_realm, authid, key| {
        (*key == alice && authid.is_none_or(|authid| authid == "alice")).then(|| identity("alice", "manager"))
    });
    let (spec, autobahn) = (scram(ScramDialect::Spec)?, scram(ScramDialect::Autobahn)?);
    let methods: [Arc<dyn Method>; 5] = [Arc::new(tickets), Arc::new(cra), Arc::new(cryptosign), Arc::new(spec), Arc::new(autobahn)];
    let open: [Arc<dyn Method>; 1] = [Arc::new(Anonymous::default())];
    Ok(Router::builder().realm_with("realm1", methods).realm_with("lobby", open))
}

async fn join(router: &Router, authid: &str, credentials: impl Fn() -> Box<dyn Authenticator> + Send + Sync + 'static) {
    let session = Session::builder().transport(router.transport()).realm("realm1").authid(authid);
    match session.credentials(move || vec![credentials()]).connect().await {
        Ok(session) => {
            let welcome = session.welcome();
            let [method, role] = [&welcome.authmethod, &welcome.authrole].map(|text| text.as_deref().unwrap_or("?"));
            println!("{authid} joined by {method} as {role}");
            session.leave().await;
        }
        Err(error) => println!("{authid} did not join: {error}"),
    }
}

#[wamp_actors::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    wamp_examples::log();
    let mut args = std::env::args().skip(1);
    if args.next().as_deref() == Some("serve") {
        let address = args.next().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let router = router()?.listen(address).start().await?;
        println!("listening on {}", router.url());
        tokio::signal::ctrl_c().await?;
        router.stop().await;
        return Ok(());
    }
    let router = router()?.start().await?;
    join(&router, "joe", || Box::new(Ticket::new("joes ticket"))).await;
    join(&router, "peter", || Box::new(Cra::new("peters secret"))).await;
    join(&router, "mary", || Box::new(Cra::new("marys password"))).await;
    join(&router, "alice", || Box::new(Cryptosign::new(CryptosignKey::from_seed(ALICE)))).await;
    // A nonce serves once: a program takes it from its source of randomness, at each join.
    join(&router, "susan", || Box::new(Scram::new("susan", "susans password", [9; 16]))).await;
    join(&router, "joe", || Box::new(Ticket::new("not joes ticket"))).await;
    join(&router, "nobody", || Box::new(Cra::new("a guess"))).await;
    router.stop().await;
    Ok(())
}
