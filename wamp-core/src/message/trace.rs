use super::Extra;
use crate::value::Value;
use compact_str::CompactString;
use std::fmt;
use std::str::FromStr;

/// The key of the context itself.
const PARENT: &str = "_traceparent";

/// The key of what vendors add to it.
const STATE: &str = "_tracestate";

/// How much of what vendors add is carried, in octets: what the W3C has carriers take at least.
const STATE_LIMIT: usize = 512;

/// Which trace a call or event belongs to ([W3C trace context]): an extension of ours to the specification, which leaves keys that begin
/// with `_` to implementations. It is carried as `_traceparent` and `_tracestate` in `CALL.Options`, `PUBLISH.Options`,
/// `INVOCATION.Details` and `EVENT.Details`, in the form of the HTTP headers of those names.
///
/// [W3C trace context]: https://www.w3.org/TR/trace-context/
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    trace: [u8; 16],
    span: [u8; 8],
    flags: u8,
    state: CompactString,
}

/// A text that is no `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a traceparent is 00-<32 hexadecimal digits>-<16>-<2>, in lower case and not all zero")]
pub struct InvalidTraceParent;

impl TraceContext {
    /// A trace that begins here; `random` must not repeat. It is sampled: somebody wants to see it.
    pub const fn begin(random: [u8; 24]) -> Self {
        let (mut trace, mut span) = ([0; 16], [0; 8]);
        let mut at = 0;
        while at < 16 {
            trace[at] = random[at];
            at += 1;
        }
        while at < 24 {
            span[at - 16] = random[at];
            at += 1;
        }
        // All zero means none.
        trace[0] |= 1;
        span[0] |= 1;
        Self { trace, span, flags: 1, state: CompactString::const_new("") }
    }

    /// A span within this one; `random` must not repeat.
    #[must_use]
    pub fn child(&self, random: [u8; 24]) -> Self {
        Self { span: Self::begin(random).span, ..self.clone() }
    }

    /// The trace's id, as 32 hexadecimal digits.
    pub fn trace_id(&self) -> impl fmt::Display + use<> {
        Hex(self.trace)
    }

    /// The span's id, as 16 hexadecimal digits: of what is called from within it, the parent's.
    pub fn span_id(&self) -> impl fmt::Display + use<> {
        Hex(self.span)
    }

    /// Whether somebody wants to see it.
    pub const fn is_sampled(&self) -> bool {
        self.flags & 1 == 1
    }

    /// What vendors add (`tracestate`); empty, if nothing.
    pub fn state(&self) -> &str {
        &self.state
    }

    /// With what vendors add. What is longer than 512 octets, or not of visible ASCII and spaces, is left out.
    #[must_use]
    pub fn with_state(mut self, state: &str) -> Self {
        let carried = state.len() <= STATE_LIMIT && state.bytes().all(|octet| (b' '..=b'~').contains(&octet));
        self.state = if carried { CompactString::new(state) } else { CompactString::default() };
        self
    }

    /// That of a message, if it has one. One that is not in order is as none.
    pub fn of(extra: &Extra) -> Option<Self> {
        let context: Self = text(extra, PARENT)?.parse().ok()?;
        Some(text(extra, STATE).map_or_else(|| context.clone(), |state| context.clone().with_state(state)))
    }

    /// Has a message carry it, unless it carries one already.
    pub fn carry(&self, extra: &mut Extra) {
        if extra.get(PARENT).is_some() {
            return;
        }
        extra.insert(PARENT, Value::from(self.to_string()));
        if !self.state.is_empty() {
            extra.insert(STATE, Value::from(self.state.as_str()));
        }
    }
}

/// As `traceparent`.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", self.trace_id(), self.span_id(), self.flags)
    }
}

/// From a `traceparent`.
impl FromStr for TraceContext {
    type Err = InvalidTraceParent;

    fn from_str(text: &str) -> Result<Self, InvalidTraceParent> {
        let mut parts = text.split('-');
        let mut next = || parts.next().ok_or(InvalidTraceParent);
        let ([version], trace, span, [flags]) = (hex(next()?)?, hex(next()?)?, hex(next()?)?, hex(next()?)?);
        // A later version may have more; what is known of it is in the same place.
        let more = parts.next().is_some();
        if version == 0xff || (version == 0 && more) || trace == [0; 16] || span == [0; 8] {
            return Err(InvalidTraceParent);
        }
        Ok(Self { trace, span, flags, state: CompactString::default() })
    }
}

fn text<'e>(extra: &'e Extra, key: &str) -> Option<&'e str> {
    extra.get(key).and_then(Value::as_str)
}

fn hex<const N: usize>(text: &str) -> Result<[u8; N], InvalidTraceParent> {
    let mut octets = [0; N];
    if text.len() != 2 * N {
        return Err(InvalidTraceParent);
    }
    for (octet, pair) in octets.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        for &digit in pair {
            let value = match digit {
                b'0'..=b'9' => digit - b'0',
                b'a'..=b'f' => digit - b'a' + 10,
                _ => return Err(InvalidTraceParent),
            };
            *octet = *octet << 4 | value;
        }
    }
    Ok(octets)
}

struct Hex<const N: usize>([u8; N]);

impl<const N: usize> fmt::Display for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn what_is_read_is_written_the_same() {
        let context: TraceContext = TEXT.parse().unwrap();
        assert_eq!((context.to_string().as_str(), context.is_sampled()), (TEXT, true));
        assert_eq!(context.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(context.child([0xa1; 24]).to_string(), "00-4bf92f3577b34da6a3ce929d0e0e4736-a1a1a1a1a1a1a1a1-01");
        let later = format!("01{}-more", &TEXT[2..]);
        assert_eq!(later.parse::<TraceContext>(), Ok(context), "of a later version, what is known");
        assert!(TraceContext::begin([0; 24]).to_string().parse::<TraceContext>().is_ok(), "never all zero");
    }

    #[test]
    fn what_is_not_in_order_is_as_none() {
        for text in [
            "",
            "00",
            &TEXT[..54],
            &format!("{TEXT}-more"),
            &TEXT.to_uppercase(),
            &TEXT.replace("00-", "ff-"),
            &TEXT.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &TEXT.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &TEXT.replace("b7", "é"),
        ] {
            assert_eq!(text.parse::<TraceContext>(), Err(InvalidTraceParent), "{text}");
        }
        let mut extra = Extra::default();
        extra.insert(PARENT, Value::from(7));
        assert_eq!(TraceContext::of(&extra), None);
    }

    #[test]
    fn a_state_that_is_too_long_or_not_plain_is_left_out() {
        let context: TraceContext = TEXT.parse().unwrap();
        assert_eq!(context.clone().with_state("vendor=1").state(), "vendor=1");
        assert_eq!(context.clone().with_state(&"x".repeat(513)).state(), "");
        assert_eq!(context.with_state("a=\n").state(), "");
    }

    #[test]
    fn a_message_that_has_one_keeps_its_own() {
        let (first, mut extra) = (TEXT.parse::<TraceContext>().unwrap().with_state("a=1"), Extra::default());
        first.carry(&mut extra);
        TraceContext::begin([7; 24]).carry(&mut extra);
        assert_eq!(TraceContext::of(&extra), Some(first));
    }
}
