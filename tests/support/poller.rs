//! A long-poll client by hand: each request goes by a connection of its own, written and read octet by octet.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::place::{Place, Way};
use crate::raw::patient;

/// A transport that has been opened.
#[derive(Debug)]
pub struct Poller {
    place: Place,
    way: Way,
    path: String,
}

impl Poller {
    /// Opens a transport at `/lp`.
    pub async fn open(place: Place, way: Way, subprotocol: &str) -> Self {
        let mut poller = Self { place, way, path: "/lp".to_owned() };
        let (status, body) = poller.post("open", json!({ "protocols": [subprotocol] }).to_string().as_bytes()).await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        let opened: Value = serde_json::from_slice(&body).expect("an open is answered in JSON");
        assert_eq!(opened["protocol"], subprotocol);
        poller.path = format!("/lp/{}", opened["transport"].as_str().expect("a transport has an id"));
        poller
    }

    /// Posts `body`; gives the status and the body of the answer.
    pub async fn post(&self, action: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let head = format!("POST {}/{action} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", self.path);
        let request = [format!("{head}Content-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat();
        let mut io = self.place.connect(self.way).await;
        patient("send", io.write_all(&request)).await.expect("the router reads requests");
        patient("send", io.flush()).await.expect("the router reads requests");
        let mut answer = Vec::new();
        // Whether TLS is closed in order is for others to test.
        let _ = patient("an answer", io.read_to_end(&mut answer)).await;
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head") + 4;
        let body = answer.split_off(end);
        let head = String::from_utf8(answer).expect("an HTTP head is text");
        (head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status"), body)
    }

    /// Sends octets; what the router says of them is told by the status, and by what it sends.
    pub async fn send_octets(&self, octets: &[u8]) {
        let (status, body) = self.post("send", octets).await;
        assert!(matches!(status, 204 | 400 | 404), "{status}: {}", String::from_utf8_lossy(&body));
    }

    /// What comes next; `None` at the end.
    pub async fn next(&self) -> Option<Vec<u8>> {
        loop {
            match self.post("receive", b"").await {
                (200, body) => return Some(body),
                (204, _) => {}
                (404, _) => return None,
                (status, body) => panic!("{status}: {}", String::from_utf8_lossy(&body)),
            }
        }
    }
}
