use flate2::{Compress, Compression, FlushCompress};

use super::{Deflate, Flow};

/// What a flush ends with, and the sender leaves out (RFC 7692, 7.2.1).
const TAIL: [u8; 4] = [0x00, 0x00, 0xFF, 0xFF];

/// The room for what comes out keeps no more than this between messages.
const KEPT: usize = 64 << 10;

/// Compresses messages. Without context takeover one may serve many connections that agreed on the same window.
#[derive(Debug)]
pub struct Deflater {
    compress: Compress,
    threshold: usize,
    context_takeover: bool,
    out: Vec<u8>,
}

impl Deflater {
    /// For what was agreed on, with the options that are ours alone. The flow's window is one of those that
    /// [`Deflate`]'s negotiation gives.
    pub fn new(options: &Deflate, flow: Flow) -> Self {
        let window_bits = flow.window_bits.clamp(super::MIN_WINDOW_BITS, super::MAX_WINDOW_BITS);
        let compress = Compress::new_with_window_bits(Compression::new(options.level.into()), false, window_bits);
        Self { compress, threshold: options.threshold, context_takeover: flow.context_takeover, out: Vec::new() }
    }

    /// The compressed message; `None` if it is better sent as it is, which is always legal.
    pub fn deflate(&mut self, message: &[u8]) -> Option<&[u8]> {
        if message.is_empty() || message.len() < self.threshold {
            return None;
        }
        self.out.clear();
        self.out.shrink_to(KEPT);
        let whole = self.run(message);
        if !self.context_takeover || !whole {
            self.compress.reset();
        }
        let length = self.out.len().checked_sub(TAIL.len()).filter(|_| whole && self.out.ends_with(&TAIL))?;
        // With context takeover the peer must see what the window holds now.
        let gains = length < message.len() || self.context_takeover;
        self.out.get(..length).filter(|_| gains)
    }

    /// Whether all of it was compressed.
    fn run(&mut self, mut message: &[u8]) -> bool {
        self.out.reserve(message.len() / 2 + 64);
        loop {
            let before = self.compress.total_in();
            if self.compress.compress_vec(message, &mut self.out, FlushCompress::Sync).is_err() {
                return false;
            }
            let used = self.compress.total_in() - before;
            message = usize::try_from(used).ok().and_then(|used| message.get(used..)).unwrap_or_default();
            if self.out.len() < self.out.capacity() {
                return message.is_empty();
            }
            self.out.reserve(self.out.len());
        }
    }
}
