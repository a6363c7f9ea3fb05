//! A method of authentication of one's own, by the two traits that the others are made of: a countersign. The router names a word of a
//! book that both sides have, and the client answers with what stands beside it. The words of the book are few here; a real method has
//! more to ask for than can be overheard.
//!
//! ```text
//! cargo run --example custom_authentication
//! ```

use std::sync::Arc;

use wamp_actors::auth::{
    Attempt, AuthError, Authenticate, AuthenticateExtra, Authenticator, Begin, Challenge, ChallengeExtra, Claim, Denial, Finish, Identity,
    Method, Secret,
};
use wamp_actors::prelude::*;
use wamp_actors::router::Router;
use wamp_examples::Problem;

/// The method's name in `authmethods`.
const NAME: &str = "countersign";

const BOOK: [(&str, &str); 3] = [("flash", "thunder"), ("salt", "pepper"), ("lock", "key")];
const OTHER_BOOK: [(&str, &str); 3] = [("flash", "flood"), ("salt", "lake"), ("lock", "stock")];

type Book = [(&'static str, &'static str); 3];

/// The client's half, for one session.
#[derive(Debug)]
struct Answers(Book);

impl Authenticator for Answers {
    fn method(&self) -> &str {
        NAME
    }

    fn challenge(&mut self, challenge: &Challenge) -> Result<Authenticate, AuthError> {
        let asked = challenge.extra.extra.get("word").and_then(Value::as_str);
        let (_, answer) = self.0.iter().find(|(word, _)| Some(*word) == asked).ok_or(AuthError::Malformed { field: "word" })?;
        Ok(Authenticate { signature: (*answer).into(), extra: AuthenticateExtra::default() })
    }
}

/// The router's half, for all sessions of a realm.
#[derive(Debug)]
struct Guard(Book);

impl Method for Guard {
    fn name(&self) -> &str {
        NAME
    }

    /// Whoever asks is challenged: who is known and who is not must not show.
    fn begin(&self, claim: &Claim<'_>) -> Begin {
        let Some(authid) = claim.details.authid.clone() else { return Begin::Unfit };
        let [drawn, ..] = claim.occasion.random;
        let Some((word, answer)) = self.0.get(usize::from(drawn) % self.0.len()) else { return Begin::Deny(Denial::Failed) };
        let mut extra = ChallengeExtra::default();
        extra.extra.insert("word", (*word).into());
        let identity = (authid == "joe").then(|| Identity::new(authid, "guard"));
        Begin::Challenge { extra, attempt: Box::new(Expected { answer: Secret::from(*answer), identity }) }
    }
}

/// What one client was asked; it serves once.
#[derive(Debug)]
struct Expected {
    answer: Secret,
    identity: Option<Identity>,
}

impl Attempt for Expected {
    fn finish(self: Box<Self>, answer: &Authenticate) -> Finish {
        // In constant time.
        let right = self.answer == Secret::from(answer.signature.as_str());
        self.identity.filter(|_| right).ok_or(Denial::Denied).into()
    }
}

async fn join(router: &Router, authid: &str, book: Book) {
    let session = Session::builder().transport(router.transport()).realm("realm1").authid(authid);
    match session.credentials(move || vec![Box::new(Answers(book))]).connect().await {
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
async fn main() -> Result<(), Problem> {
    wamp_examples::log();
    let method: Arc<dyn Method> = Arc::new(Guard(BOOK));
    let router = Router::builder().realm_with("realm1", [method]).start().await?;
    join(&router, "joe", BOOK).await;
    join(&router, "joe", OTHER_BOOK).await;
    join(&router, "ann", BOOK).await;
    router.stop().await;
    Ok(())
}
