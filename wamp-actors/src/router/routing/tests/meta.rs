//! What tests of the meta API share: calls that the realm answers at once, and its events.

use super::net::{Name, Net, uri};
use proto::message::Call;
use proto::{Message, Payload, RawUri};
use serde::Serialize;
use serde::de::DeserializeOwned;

impl Net {
    /// Calls a procedure of the realm.
    #[track_caller]
    pub(super) fn ask<T: Serialize, R: DeserializeOwned>(&mut self, peer: Name, procedure: &str, arguments: T) -> Result<R, RawUri> {
        let payload = Payload::encode(proto::Format::Json, &arguments).unwrap();
        self.ask_raw(peer, procedure, &payload).map(|payload| payload.decode().unwrap())
    }

    #[track_caller]
    pub(super) fn ask_raw(&mut self, peer: Name, procedure: &str, payload: &Payload) -> Result<Payload, RawUri> {
        let request = self.next_id(peer);
        self.send_args(peer, Call { request, options: Default::default(), procedure: uri(procedure) }, payload);
        let (last, payload) = self.take_with_args(peer).pop().unwrap();
        match last {
            Message::CallResult(result) if result.request == request => Ok(payload),
            Message::Error(error) if error.request == request => Err(error.error),
            other => panic!("{other:?}"),
        }
    }

    /// The arguments of the one event that was written to the peer.
    #[track_caller]
    pub(super) fn told<R: DeserializeOwned>(&mut self, peer: Name) -> R {
        let all = self.take_with_args(peer);
        let [(Message::Event(_), payload)] = &all[..] else { panic!("{all:?}") };
        payload.decode().unwrap()
    }
}
