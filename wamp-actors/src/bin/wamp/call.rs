use crate::connection::Connection;
use crate::failure::Failure;
use crate::json;
use clap::Args;
use futures_util::StreamExt;

/// `wamp call com.example.calc.add2 2 3`.
#[derive(Debug, Args)]
pub(crate) struct Call {
    /// The procedure.
    uri: String,
    /// Arguments: JSON, or text; `key=…` by keyword.
    #[arg(allow_negative_numbers = true)]
    arguments: Vec<String>,
    /// Prints progressive results, a line each, before the final one.
    #[arg(long)]
    progress: bool,
    /// Lets the callee know who calls.
    #[arg(long)]
    disclose_me: bool,
    /// Prints always `{"args": …, "kwargs": …}`.
    #[arg(long)]
    full: bool,
}

impl Call {
    pub(crate) async fn run(self, connection: &Connection) -> Result<(), Failure> {
        let payload = json::payload(&self.arguments)?;
        let session = connection.join().await?;
        let mut call = session.call::<()>(&self.uri, ()).payload(payload);
        if self.disclose_me {
            call = call.disclose_me(true);
        }
        let shown = |payload: &_| if self.full { json::arguments(payload) } else { json::shortest(payload) };
        if self.progress {
            let mut results = call.receive_progress().raw_stream();
            while let Some(result) = results.next().await {
                let result = result?;
                if !result.last || !result.payload.is_empty() {
                    json::print(shown(&result.payload))?;
                }
            }
        } else {
            json::print(shown(&call.raw().await?))?;
        }
        session.leave().await;
        Ok(())
    }
}
