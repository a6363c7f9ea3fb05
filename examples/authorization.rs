//! What the roles of a realm may do: by rules, by code, and by a procedure that is asked.
//!
//! ```text
//! cargo run --example authorization
//! ```

use std::sync::Arc;

use wamp_actors::auth::{Authenticator, Decoy, Method, Principal, Principals, Ticket};
use wamp_actors::component::ComponentOptions;
use wamp_actors::prelude::*;
use wamp_actors::router::{Action, AuthorizerError, Decision, Permissions, Question, Roles, Router, RouterBuilder, Rule};
use wamp_actors::session::SessionBuilder;

/// Decides for the role `partner`; a service would look into its database.
#[derive(Default)]
struct Contracts;

#[component(prefix = "com.example.contracts")]
impl Contracts {
    /// com.example.contracts.authorize: the session's details, the URI, the action, the options.
    #[procedure]
    async fn authorize(&self, session: Value, uri: String, action: String, _options: Value) -> bool {
        let authid = session.as_dict().and_then(|session| session.get("authid")?.as_str()).unwrap_or_default();
        authid == "acme" && action == "call" && uri == "com.example.prices.list"
    }
}

#[derive(Default)]
struct Prices;

#[component(prefix = "com.example.prices")]
impl Prices {
    #[procedure]
    async fn list(&self) -> Vec<u32> {
        vec![3, 5, 8]
    }

    #[procedure]
    async fn set(&self, prices: Vec<u32>) -> usize {
        prices.len()
    }
}

fn roles() -> Roles {
    // Everybody publishes under a topic of their own; the decision holds for a minute.
    let own_topics = |question: Question| async move {
        let own = format!("com.example.chat.{}.", question.subject.authid);
        let decision = Decision::from(question.action == Action::Publish && question.uri.starts_with(&own));
        Ok::<_, AuthorizerError>(decision.cached().disclosing())
    };
    Roles::new()
        .role("service", Permissions::rules([Rule::prefix("com.example.").allow_all()]))
        .role(
            "clerk",
            Permissions::rules([
                Rule::prefix("com.example.").allow([Action::Call, Action::Subscribe]).disclose_caller(),
                // More specific: what it does not allow is refused.
                Rule::exact("com.example.prices.set"),
            ]),
        )
        .role("partner", Permissions::procedure("com.example.contracts.authorize"))
        .role("guest", Permissions::ask(own_topics))
}

fn router() -> RouterBuilder {
    let principal = |role: &str, ticket: &str| {
        let mut principal = Principal::new(role);
        principal.ticket = Some(ticket.into());
        principal
    };
    let principals = Principals::new([
        ("backend", principal("service", "backends ticket")),
        ("joe", principal("clerk", "joes ticket")),
        ("acme", principal("partner", "acmes ticket")),
        ("ann", principal("guest", "anns ticket")),
    ]);
    let methods: Vec<Arc<dyn Method>> = principals.methods(Decoy::new([42; 32]));
    Router::builder().realm_with("realm1", methods).roles("realm1", roles())
}

/// A session as that principal.
fn session(router: &Router, authid: &str) -> SessionBuilder {
    let ticket = format!("{authid}s ticket");
    let credentials = move || vec![Box::new(Ticket::new(&ticket)) as Box<dyn Authenticator>];
    Session::builder().transport(router.transport()).realm("realm1").authid(authid).credentials(credentials)
}

/// Tries what the roles are about.
async fn tries(router: &Router, authid: &str) -> Result<(), Error> {
    let session = session(router, authid).connect().await?;
    let told = |outcome: Result<String, String>| outcome.unwrap_or_else(|refusal| refusal);
    let list = session.call::<Vec<u32>>("com.example.prices.list", ()).await;
    println!("{authid} lists: {}", told(list.map(|prices| format!("{prices:?}")).map_err(|error| error.uri().unwrap_or("?").to_owned())));
    let set = session.call::<usize>("com.example.prices.set", (vec![1, 2],)).await;
    println!("{authid} sets: {}", told(set.map(|count| count.to_string()).map_err(|error| error.uri().unwrap_or("?").to_owned())));
    for topic in ["com.example.chat.ann.mood", "com.example.chat.joe.mood"] {
        let published = session.publish(topic, "fine").acknowledge().await;
        println!("{authid} publishes {topic}: {}", if published.is_ok() { "yes" } else { "no" });
    }
    session.leave().await;
    Ok(())
}

#[wamp_actors::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    wamp_examples::log();
    let router = router().start().await?;
    let backend = |options: ComponentOptions| options.session(session(&router, "backend"));
    let service = Service::new().transport(router.transport()).realm("realm1");
    let service = service.component_with(Contracts::default, backend).component_with(Prices::default, backend).start().await?;
    service.ready().await?;
    for authid in ["backend", "joe", "acme", "ann"] {
        tries(&router, authid).await?;
    }
    service.stop().await;
    router.stop().await;
    Ok(())
}
