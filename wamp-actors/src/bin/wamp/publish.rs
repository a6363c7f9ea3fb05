use crate::connection::Connection;
use crate::failure::Failure;
use crate::json;
use clap::Args;

/// `wamp publish com.example.hello Joe`.
#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// The topic.
    uri: String,
    /// Arguments: JSON, or text; `key=…` by keyword.
    #[arg(allow_negative_numbers = true)]
    arguments: Vec<String>,
    /// Asks the router to keep the event for those who subscribe later.
    #[arg(long)]
    retain: bool,
    /// Lets subscribers know who publishes.
    #[arg(long)]
    disclose_me: bool,
}

impl Publish {
    pub(crate) async fn run(self, connection: &Connection) -> Result<(), Failure> {
        let payload = json::payload(&self.arguments)?;
        let session = connection.join().await?;
        let mut publish = session.publish(&self.uri, ()).payload(payload).retain(self.retain);
        if self.disclose_me {
            publish = publish.disclose_me(true);
        }
        // Acknowledged, so that a refusal is told.
        let publication = publish.acknowledge().await?;
        json::print(publication)?;
        session.leave().await;
        Ok(())
    }
}
