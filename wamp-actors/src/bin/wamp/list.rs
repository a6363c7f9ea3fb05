use crate::connection::Connection;
use crate::failure::Failure;
use crate::json;
use clap::{Args, ValueEnum};
use serde_json::Value;
use wamp_actors::error::CallError;
use wamp_actors::session::Session;

/// `wamp list procedures`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Of what.
    #[arg(value_enum)]
    what: What,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    Sessions,
    Procedures,
    Topics,
}

impl List {
    pub(crate) async fn run(self, connection: &Connection) -> Result<(), Failure> {
        let session = connection.join().await?;
        let (family, lists) = match self.what {
            What::Sessions => ("session", None),
            What::Procedures => ("registration", Some("callees")),
            What::Topics => ("subscription", Some("subscribers")),
        };
        let listed: Value = session.call(format!("wamp.{family}.list"), ()).await?;
        let ids: Vec<u64> = match listed {
            Value::Array(ids) => ids.iter().filter_map(Value::as_u64).collect(),
            // By match policy.
            Value::Object(by_policy) => by_policy.values().filter_map(Value::as_array).flatten().filter_map(Value::as_u64).collect(),
            _ => Vec::new(),
        };
        for id in ids {
            if let Some(mut details) = get(&session, family, id).await? {
                if let (Some(lists), Value::Object(details)) = (lists, &mut details) {
                    let count: u64 = session.call(format!("wamp.{family}.count_{lists}"), (id,)).await.unwrap_or_default();
                    details.insert((*lists).to_owned(), count.into());
                }
                json::print(details)?;
            }
        }
        session.leave().await;
        Ok(())
    }
}

/// What the router tells of one; nothing, if it has gone meanwhile.
async fn get(session: &Session, family: &str, id: u64) -> Result<Option<Value>, Failure> {
    match session.call::<Value>(format!("wamp.{family}.get"), (id,)).await {
        Ok(details) => Ok(Some(details)),
        Err(CallError::Error(error)) if error.uri().starts_with("wamp.error.no_such_") => Ok(None),
        Err(error) => Err(error.into()),
    }
}
