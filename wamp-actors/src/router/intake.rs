//! What one read brought, decoded.

use super::deliver::Arguments;
use super::framing::Held;
use super::routing::Incoming;
use bytes::Bytes;
use proto::Format;
use proto::framing::batch::{self, BatchError};
use proto::message::{DecodeError, decode};

/// How many messages are decoded before they are routed: a batch of short ones holds many more than a read without batches, and
/// decoded each takes a hundred times as much.
const ROUTED: usize = 4096;

/// What no peer may send.
#[derive(Debug)]
pub(super) enum Offence {
    /// It is no WAMP message.
    Message(DecodeError),
    /// It is no batch of messages.
    Batch(BatchError),
}

/// Some messages of a read.
#[derive(Debug)]
pub(super) struct Intake<'a> {
    pub(super) batch: Vec<Incoming<'a>>,
    pub(super) arguments: Vec<Arguments<'a>>,
    /// What came behind them, if it is an offence.
    pub(super) offence: Option<Offence>,
    /// Whether there may be more.
    pub(super) more: bool,
}

/// A message, and the memory of its own that it came in.
type Found<'a> = Result<(&'a [u8], Option<&'a Bytes>), BatchError>;

/// The messages of a read whose octets are `input` or their own; `batches` is the format of batches, where they come in such.
pub(super) fn messages<'a>(input: &'a [u8], held: &'a [Held], batches: Option<Format>) -> impl Iterator<Item = Found<'a>> {
    held.iter().flat_map(move |held| {
        let octets = held.octets(input);
        let shared = if let Held::Owned(octets) = held { Some(octets) } else { None };
        let alone = batches.is_none().then_some(Ok((octets, shared)));
        // Not shared: one message of a batch that is kept would keep all of it.
        let split = batches.map(|format| batch::split(format, octets).map(|message| message.map(|message| (message, None))));
        alone.into_iter().chain(split.into_iter().flatten())
    })
}

impl<'a> Intake<'a> {
    /// Decodes the next messages, about `expected`.
    pub(super) fn take(messages: &mut impl Iterator<Item = Found<'a>>, expected: usize, format: Format, max_depth: usize) -> Self {
        let expected = expected.min(ROUTED);
        let (batch, arguments) = (Vec::with_capacity(expected), Vec::with_capacity(expected));
        let mut intake = Self { batch, arguments, offence: None, more: true };
        for index in 0..ROUTED as u32 {
            let Some(message) = messages.next() else {
                intake.more = false;
                break;
            };
            if let Err(offence) = message.map_err(Offence::Batch).and_then(|message| intake.push(index, message, format, max_depth)) {
                (intake.offence, intake.more) = (Some(offence), false);
                break;
            }
        }
        intake
    }

    fn push(&mut self, index: u32, (octets, shared): (&'a [u8], Option<&Bytes>), format: Format, max_depth: usize) -> Result<(), Offence> {
        let (message, payload) = decode(format, octets, max_depth).map_err(Offence::Message)?;
        self.arguments.push(Arguments::Read(payload));
        self.batch.push(match shared {
            Some(octets) => Incoming::in_bytes(index, message, payload, octets),
            None => Incoming::new(index, message, payload),
        });
        Ok(())
    }
}
