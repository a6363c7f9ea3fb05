use super::clock::PATIENCE;
use parking_lot::Mutex;
use proto::{Message, Payload};
use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::sync::Arc;
use tokio::sync::watch;

/// How many messages are remembered; the oldest are forgotten first.
const REMEMBERED: usize = 100_000;

/// What has passed a [`Network`](super::Network): asked for, and asserted on. The newest 100,000 messages are remembered.
#[derive(Clone)]
pub struct Traffic {
    log: Arc<Mutex<Log>>,
    /// Counts what passes.
    passed: Arc<watch::Sender<u64>>,
}

#[derive(Default)]
struct Log {
    links: u64,
    messages: VecDeque<Passed>,
}

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the router.
    ToRouter,
    /// From the router.
    FromRouter,
}

/// A message that has passed.
#[derive(Debug, Clone)]
pub struct Passed {
    /// The connection's number, from 1.
    pub link: u64,
    /// Which way it went.
    pub direction: Direction,
    /// The message.
    pub message: Message,
    /// Its arguments.
    pub payload: Payload,
}

impl Default for Traffic {
    fn default() -> Self {
        Self { log: Arc::default(), passed: Arc::new(watch::Sender::new(0)) }
    }
}

impl Traffic {
    /// All that is remembered, the oldest first.
    pub fn all(&self) -> Vec<Passed> {
        self.log.lock().messages.iter().cloned().collect()
    }

    /// Forgets what has passed.
    pub fn clear(&self) {
        self.log.lock().messages.clear();
    }

    /// The procedures that were registered: the router has said so. Each time anew.
    pub fn registered(&self) -> Vec<String> {
        let log = self.log.lock();
        let asked = |link, id| {
            log.messages.iter().rev().find_map(|passed| match &passed.message {
                Message::Register(register) if passed.link == link && register.request == id => Some(register.procedure.to_string()),
                _ => None,
            })
        };
        let answers = log.messages.iter().filter_map(|passed| match &passed.message {
            Message::Registered(registered) if passed.direction == Direction::FromRouter => asked(passed.link, registered.request),
            _ => None,
        });
        answers.collect()
    }

    /// The topics that were subscribed to: the router has said so. Each time anew.
    pub fn subscribed(&self) -> Vec<String> {
        let log = self.log.lock();
        let asked = |link, id| {
            log.messages.iter().rev().find_map(|passed| match &passed.message {
                Message::Subscribe(subscribe) if passed.link == link && subscribe.request == id => Some(subscribe.topic.to_string()),
                _ => None,
            })
        };
        let answers = log.messages.iter().filter_map(|passed| match &passed.message {
            Message::Subscribed(subscribed) if passed.direction == Direction::FromRouter => asked(passed.link, subscribed.request),
            _ => None,
        });
        answers.collect()
    }

    /// The arguments of the calls that were made of `procedure`.
    pub fn calls(&self, procedure: &str) -> Vec<Payload> {
        self.sent(|message| matches!(message, Message::Call(call) if call.procedure.as_str() == procedure))
    }

    /// The arguments of the events that were published to `topic`.
    pub fn publications(&self, topic: &str) -> Vec<Payload> {
        self.sent(|message| matches!(message, Message::Publish(publish) if publish.topic.as_str() == topic))
    }

    /// Asserts that `procedure` was registered.
    ///
    /// # Panics
    ///
    /// If it was not: the message has what was.
    #[track_caller]
    pub fn assert_registered(&self, procedure: &str) {
        let seen = self.registered();
        assert!(seen.iter().any(|seen| seen == procedure), "`{procedure}` was not registered; registered were: {}", list(seen));
    }

    /// Asserts that `topic` was subscribed to.
    ///
    /// # Panics
    ///
    /// If it was not: the message has what was.
    #[track_caller]
    pub fn assert_subscribed(&self, topic: &str) {
        let seen = self.subscribed();
        assert!(seen.iter().any(|seen| seen == topic), "`{topic}` was not subscribed to; subscribed were: {}", list(seen));
    }

    /// Asserts that `procedure` was called, and gives the arguments of the last call.
    ///
    /// # Panics
    ///
    /// If it was not: the message has what was.
    #[track_caller]
    pub fn assert_called(&self, procedure: &str) -> Payload {
        let called = || self.named(|message| if let Message::Call(call) = message { Some(call.procedure.to_string()) } else { None });
        self.calls(procedure).pop().unwrap_or_else(|| panic!("`{procedure}` was not called; called were: {}", list(called())))
    }

    /// Asserts that `topic` was published to, and gives the arguments of the last event.
    ///
    /// # Panics
    ///
    /// If it was not: the message has what was.
    #[track_caller]
    pub fn assert_published(&self, topic: &str) -> Payload {
        let published =
            || self.named(|message| if let Message::Publish(publish) = message { Some(publish.topic.to_string()) } else { None });
        self.publications(topic).pop().unwrap_or_else(|| panic!("nothing was published to `{topic}`, but to: {}", list(published())))
    }

    /// Waits until `procedure` is registered `times` times in all, be it in one session or in several.
    ///
    /// # Panics
    ///
    /// If it is not within an hour of the clock.
    pub async fn until_registered(&self, procedure: &str, times: usize) {
        let wanted = || self.registered().iter().filter(|seen| *seen == procedure).count() >= times;
        let seen = || format!("`{procedure}` was not registered {times} times; registered were: {}", list(self.registered()));
        self.until(wanted, seen).await;
    }

    /// Waits until `topic` is subscribed to `times` times in all, be it in one session or in several.
    ///
    /// # Panics
    ///
    /// If it is not within an hour of the clock.
    pub async fn until_subscribed(&self, topic: &str, times: usize) {
        let wanted = || self.subscribed().iter().filter(|seen| *seen == topic).count() >= times;
        let seen = || format!("`{topic}` was not subscribed to {times} times; subscribed were: {}", list(self.subscribed()));
        self.until(wanted, seen).await;
    }

    /// Waits until `procedure` was called `times` times in all.
    ///
    /// # Panics
    ///
    /// If it is not within an hour of the clock.
    pub async fn until_called(&self, procedure: &str, times: usize) {
        let seen = || format!("`{procedure}` was called {} times, not {times}", self.calls(procedure).len());
        self.until(|| self.calls(procedure).len() >= times, seen).await;
    }

    async fn until(&self, wanted: impl Fn() -> bool, seen: impl Fn() -> String) {
        let mut passed = self.passed.subscribe();
        // The sender is ours: it cannot be gone.
        let waited = tokio::time::timeout(PATIENCE, passed.wait_for(|_| wanted())).await;
        assert!(waited.is_ok(), "{}", seen());
    }

    pub(super) fn next_link(&self) -> u64 {
        let mut log = self.log.lock();
        log.links += 1;
        log.links
    }

    pub(super) fn note(&self, link: u64, direction: Direction, message: &Message, payload: &Payload) {
        let mut log = self.log.lock();
        if log.messages.len() == REMEMBERED {
            log.messages.pop_front();
        }
        log.messages.push_back(Passed { link, direction, message: message.clone(), payload: payload.clone() });
        drop(log);
        self.passed.send_modify(|passed| *passed += 1);
    }

    fn sent(&self, is: impl Fn(&Message) -> bool) -> Vec<Payload> {
        let log = self.log.lock();
        let sent = log.messages.iter().filter(|passed| passed.direction == Direction::ToRouter && is(&passed.message));
        sent.map(|passed| passed.payload.clone()).collect()
    }

    fn named(&self, name: impl Fn(&Message) -> Option<String>) -> Vec<String> {
        let log = self.log.lock();
        let sent = log.messages.iter().filter(|passed| passed.direction == Direction::ToRouter);
        sent.filter_map(|passed| name(&passed.message)).collect()
    }
}

/// What was seen instead, each once.
fn list(seen: Vec<String>) -> String {
    let seen: BTreeSet<_> = seen.into_iter().collect();
    if seen.is_empty() { "none".to_owned() } else { seen.into_iter().collect::<Vec<_>>().join(", ") }
}

impl fmt::Debug for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traffic").field("messages", &self.log.lock().messages.len()).finish_non_exhaustive()
    }
}
