use crate::connection::Connection;
use crate::failure::Failure;
use crate::json;
use clap::{ArgGroup, Args};
use serde::Serialize;
use wamp_actors::Kwargs;

/// `wamp kill 123`, `wamp kill --authid joe`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("whom").required(true))]
pub(crate) struct Kill {
    /// A session, by its id.
    #[arg(group = "whom")]
    session: Option<u64>,
    /// All of that identity (but this one).
    #[arg(long = "of-authid", group = "whom", value_name = "AUTHID")]
    authid: Option<String>,
    /// All of that role (but this one).
    #[arg(long = "of-authrole", group = "whom", value_name = "AUTHROLE")]
    authrole: Option<String>,
    /// All of the realm (but this one).
    #[arg(long, group = "whom")]
    all: bool,
    /// The reason they are told, a URI [default: wamp.close.killed].
    #[arg(long)]
    reason: Option<String>,
    /// A word to their users.
    #[arg(long)]
    message: Option<String>,
}

#[derive(Debug, Serialize)]
struct Why {
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl Kill {
    pub(crate) async fn run(self, connection: &Connection) -> Result<(), Failure> {
        let session = connection.join().await?;
        let why = Kwargs(Why { reason: self.reason, message: self.message });
        let call = match (self.session, self.authid, self.authrole) {
            (Some(id), ..) => session.call::<()>("wamp.session.kill", (id, why)),
            (_, Some(authid), _) => session.call::<()>("wamp.session.kill_by_authid", (authid, why)),
            (.., Some(authrole)) => session.call::<()>("wamp.session.kill_by_authrole", (authrole, why)),
            _ => session.call::<()>("wamp.session.kill_all", (why,)),
        };
        // How many, or which; one by its id is told by nothing.
        json::print(json::shortest(&call.raw().await?))?;
        session.leave().await;
        Ok(())
    }
}
