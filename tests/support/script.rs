//! Scripts between named clients: what each sends, and what each must be sent.

use std::collections::HashMap;
use std::net::SocketAddr;

use serde_json::Value;

use crate::carrier::{Carrier, Peer, Serializer};

/// Plays a script: a list of `[name, "sends", message]`, `[name, "gets", message]` and `[name, "goes"]`. Clients join when first named, each
/// over another transport and serializer than the one before.
///
/// In what a client gets, `"*"` is anything, a text that begins with `$` is anything at first and the same from then on (in what is sent,
/// too), and of a dictionary what is named must be there.
pub async fn play(address: SocketAddr, script: Value) {
    let mut stage =
        Stage { address, peers: HashMap::new(), names: HashMap::new(), carriers: Carrier::with_serializers(Carrier::PLAIN).collect() };
    for step in script.as_array().expect("a script is a list") {
        let name = step[0].as_str().expect("a step begins with a name");
        match step[1].as_str() {
            Some("sends") => {
                let message = stage.fill_in(&step[2]);
                stage.peer(name).await.send(&message).await;
            }
            Some("gets") => {
                let found = stage.peer(name).await.recv().await;
                assert!(stage.fits(&step[2], &found), "{name} was to get {} and got {found}; known: {:?}", step[2], stage.names);
            }
            Some("goes") => drop(stage.peers.remove(name)),
            other => panic!("{other:?} is no step"),
        }
    }
}

struct Stage {
    address: SocketAddr,
    peers: HashMap<String, Peer>,
    /// What the texts with `$` stand for.
    names: HashMap<String, Value>,
    carriers: Vec<(Carrier, Serializer)>,
}

impl Stage {
    async fn peer(&mut self, name: &str) -> &mut Peer {
        if !self.peers.contains_key(name) {
            let (carrier, serializer) = self.carriers[self.peers.len() * 4 % self.carriers.len()];
            let peer = Peer::join(self.address, carrier, serializer).await;
            self.peers.insert(name.to_owned(), peer);
        }
        self.peers.get_mut(name).expect("the peer has joined")
    }

    fn fill_in(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.names.get(text).unwrap_or(value).clone(),
            Value::Array(items) => items.iter().map(|item| self.fill_in(item)).collect(),
            Value::Object(items) => items.iter().map(|(key, item)| (key.clone(), self.fill_in(item))).collect(),
            other => other.clone(),
        }
    }

    fn fits(&mut self, wanted: &Value, found: &Value) -> bool {
        match (wanted, found) {
            (Value::String(text), _) if text == "*" => true,
            (Value::String(text), _) if text.starts_with('$') => self.names.entry(text.clone()).or_insert_with(|| found.clone()) == found,
            (Value::Array(wanted), Value::Array(found)) => {
                wanted.len() == found.len() && wanted.iter().zip(found).all(|(wanted, found)| self.fits(wanted, found))
            }
            (Value::Object(wanted), Value::Object(found)) => {
                wanted.iter().all(|(key, wanted)| found.get(key).is_some_and(|found| self.fits(wanted, found)))
            }
            _ => wanted == found,
        }
    }
}
