use crate::connection::Connection;
use crate::failure::Failure;
use crate::{json, signal};
use clap::{Args, ValueEnum};
use wamp_actors::MatchPolicy;
use wamp_actors::session::Event;

/// `wamp subscribe com.example. --match prefix`.
#[derive(Debug, Args)]
pub(crate) struct Subscribe {
    /// The topic, or pattern.
    uri: String,
    /// How the URI is compared.
    #[arg(long = "match", value_enum, default_value_t)]
    matching: Match,
    /// Asks for the event that the router kept.
    #[arg(long)]
    get_retained: bool,
    /// Ends after so many events.
    #[arg(long, value_name = "EVENTS")]
    count: Option<u64>,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Match {
    #[default]
    Exact,
    Prefix,
    Wildcard,
}

impl From<Match> for MatchPolicy {
    fn from(matching: Match) -> Self {
        match matching {
            Match::Exact => Self::Exact,
            Match::Prefix => Self::Prefix,
            Match::Wildcard => Self::Wildcard,
        }
    }
}

impl Subscribe {
    pub(crate) async fn run(self, connection: &Connection) -> Result<(), Failure> {
        let session = connection.join().await?;
        let mut events = session.subscribe(&self.uri).matching(self.matching.into()).get_retained(self.get_retained).stream().await?;
        eprintln!("subscribed to {} ({})", self.uri, connection.url);
        let mut signal = std::pin::pin!(signal::until());
        let mut left = self.count.unwrap_or(u64::MAX);
        let mut lost = 0;
        while left > 0 {
            let event = tokio::select! {
                event = events.next() => event,
                ended = &mut signal => { ended?; break }
            };
            let Some(event) = event else { return Err(session.closed().await.into()) };
            json::print(line(&event))?;
            left -= 1;
            if events.dropped() > lost {
                eprintln!("warning: {} events came faster than they were written, and are lost", events.dropped() - lost);
                lost = events.dropped();
            }
        }
        drop(events);
        session.leave().await;
        Ok(())
    }
}

fn line(event: &Event) -> String {
    let publisher = event.details.publisher.map(|publisher| format!(r#""publisher":{publisher},"#)).unwrap_or_default();
    let topic = serde_json::Value::from(event.topic());
    format!(r#"{{"topic":{topic},"publication":{},{publisher}{}}}"#, event.publication, json::members(&event.payload))
}
