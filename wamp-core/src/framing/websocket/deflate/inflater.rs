use flate2::{Decompress, FlushDecompress, Status};

use super::super::Violation;
use super::{Flow, MAX_WINDOW_BITS, MIN_WINDOW_BITS};

/// What the sender left out.
const TAIL: [u8; 4] = [0x00, 0x00, 0xFF, 0xFF];

/// The first octets of a message get so much room; more as they come.
const FIRST: usize = 512;

/// The receiving half of what was agreed on. Without context takeover it owns an inflater during a message only.
#[derive(Debug)]
pub(in super::super) struct Inflation {
    flow: Flow,
    inflater: Option<Box<Decompress>>,
}

impl Inflation {
    pub(in super::super) const fn new(flow: Flow) -> Self {
        Self { flow, inflater: None }
    }

    /// How many octets a message of at most `limit` octets may have in compressed form: an eighth more is what the worst encoder
    /// makes of it. Blocks without content would otherwise have no end.
    pub(in super::super) const fn compressed_limit(limit: usize) -> usize {
        limit.saturating_add(limit / 8).saturating_add(64)
    }

    /// Appends what a piece of a message comes to. Stops at the limit.
    pub(in super::super) fn inflate(&mut self, piece: &[u8], out: &mut Vec<u8>, limit: usize) -> Result<(), Violation> {
        let window_bits = self.flow.window_bits.clamp(MIN_WINDOW_BITS, MAX_WINDOW_BITS);
        let inflater = self.inflater.get_or_insert_with(|| Box::new(Decompress::new_with_window_bits(false, window_bits)));
        let mut rest = piece;
        loop {
            let before = (inflater.total_in(), out.len());
            let status = step(inflater, rest, out, limit)?;
            let used = usize::try_from(inflater.total_in() - before.0).unwrap_or(usize::MAX);
            rest = rest.get(used..).unwrap_or_default();
            if status == Status::StreamEnd {
                // A last block is no end of the message (RFC 7692, 7.2.3.4): what follows begins anew.
                inflater.reset(false);
            }
            let full = out.len() == out.capacity() && out.len() > before.1;
            if rest.is_empty() && !full {
                return Ok(());
            }
            if used == 0 && out.len() == before.1 {
                return Err(Violation::Deflated);
            }
        }
    }

    /// Ends a message.
    pub(in super::super) fn finish(&mut self, out: &mut Vec<u8>, limit: usize) -> Result<(), Violation> {
        self.inflate(&TAIL, out, limit)?;
        if !self.flow.context_takeover {
            self.inflater = None;
        }
        Ok(())
    }
}

/// Inflates into what room there is, at most to the limit; one octet more is too much.
fn step(inflater: &mut Decompress, input: &[u8], out: &mut Vec<u8>, limit: usize) -> Result<Status, Violation> {
    let room = limit.saturating_sub(out.len());
    if room == 0 {
        let (mut one, before) = ([0], inflater.total_out());
        let status = inflater.decompress(input, &mut one, FlushDecompress::Sync).map_err(|_| Violation::Deflated)?;
        return if inflater.total_out() > before { Err(Violation::TooBig { limit }) } else { Ok(status) };
    }
    if out.len() == out.capacity() {
        out.reserve_exact(out.capacity().max(FIRST).min(room));
    }
    let status = inflater.decompress_vec(input, out, FlushDecompress::Sync).map_err(|_| Violation::Deflated)?;
    if out.len() > limit { Err(Violation::TooBig { limit }) } else { Ok(status) }
}
