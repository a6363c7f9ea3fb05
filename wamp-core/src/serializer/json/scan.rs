//! The grammar of JSON: passes over tokens and values, allocating nothing and recursing not at all.

use super::string::plain_run;
use crate::serializer::{DEFAULT_MAX_DEPTH, ReadError};

/// A position in JSON text, which is UTF-8 as a whole already.
#[derive(Debug, Clone)]
pub(super) struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    depth: usize,
    max_depth: usize,
}

/// A string's characters as they stand between its quotes.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawStr<'a> {
    pub(super) raw: &'a str,
    /// Whether there are escapes in it.
    pub(super) escaped: bool,
}

/// A number's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawNumber<'a> {
    pub(super) raw: &'a str,
    /// Whether it has no fraction, no exponent, and is not -0 (which only a float can be).
    pub(super) integer: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, max_depth: usize) -> Self {
        Self { text, at: 0, depth: 0, max_depth: max_depth.min(DEFAULT_MAX_DEPTH) }
    }

    pub(super) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    pub(super) fn here(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Passes over white space; what stands next.
    pub(super) fn token(&mut self) -> Result<u8, ReadError> {
        self.space();
        self.here().ok_or(ReadError::Truncated)
    }

    pub(super) fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.here() {
            self.at += 1;
        }
    }

    pub(super) fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), ReadError> {
        if self.token()? != byte {
            return Err(self.malformed(what));
        }
        self.at += 1;
        Ok(())
    }

    pub(super) const fn enter(&mut self) -> Result<(), ReadError> {
        if self.depth >= self.max_depth {
            return Err(ReadError::TooDeep(self.max_depth));
        }
        self.depth += 1;
        Ok(())
    }

    pub(super) const fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    pub(super) const fn malformed(&self, what: &'static str) -> ReadError {
        ReadError::Malformed { at: self.at, what }
    }

    pub(super) fn literal(&mut self, literal: &'static str) -> Result<(), ReadError> {
        let rest = self.rest();
        if rest.starts_with(literal.as_bytes()) {
            self.at += literal.len();
            return Ok(());
        }
        Err(if literal.as_bytes().starts_with(rest) { ReadError::Truncated } else { self.malformed("no value") })
    }

    /// A string, from its opening quote.
    pub(super) fn string(&mut self) -> Result<RawStr<'a>, ReadError> {
        self.expect(b'"', "a string begins with a quote")?;
        let (start, mut escaped) = (self.at, false);
        loop {
            self.at += plain_run(self.rest());
            match self.here() {
                None => return Err(ReadError::Truncated),
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(_) => return Err(self.malformed("a control character in a string")),
            }
            escaped = true;
        }
        let raw = self.since(start);
        self.at += 1;
        Ok(RawStr { raw, escaped })
    }

    fn escape(&mut self) -> Result<(), ReadError> {
        self.at += 1;
        match self.here().ok_or(ReadError::Truncated)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => match self.unit()? {
                0xD800..0xDC00 => self.low_surrogate()?,
                0xDC00..0xE000 => return Err(self.malformed("a lone surrogate")),
                _ => {}
            },
            _ => return Err(self.malformed("no such escape")),
        }
        Ok(())
    }

    fn low_surrogate(&mut self) -> Result<(), ReadError> {
        for expected in *b"\\u" {
            if self.here().ok_or(ReadError::Truncated)? != expected {
                return Err(self.malformed("a lone surrogate"));
            }
            self.at += 1;
        }
        self.at -= 1;
        match self.unit()? {
            0xDC00..0xE000 => Ok(()),
            _ => Err(self.malformed("a lone surrogate")),
        }
    }

    /// `u` and four hexadecimal digits.
    fn unit(&mut self) -> Result<u32, ReadError> {
        self.at += 1;
        let digits = self.rest().first_chunk::<4>().ok_or(ReadError::Truncated)?;
        let mut unit = 0;
        for digit in digits {
            unit = unit * 16 + char::from(*digit).to_digit(16).ok_or(self.malformed("no hexadecimal digit"))?;
        }
        self.at += 4;
        Ok(unit)
    }

    pub(super) fn number(&mut self) -> Result<RawNumber<'a>, ReadError> {
        let start = self.at;
        if self.here() == Some(b'-') {
            self.at += 1;
        }
        match self.here() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.here().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.malformed("a number begins with 0"));
        }
        let mut integer = self.since(start) != "-0";
        if self.here() == Some(b'.') {
            (self.at, integer) = (self.at + 1, false);
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.here() {
            (self.at, integer) = (self.at + 1, false);
            if let Some(b'+' | b'-') = self.here() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(RawNumber { raw: self.since(start), integer })
    }

    fn digits(&mut self) -> Result<(), ReadError> {
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += digits;
        match (digits, self.here()) {
            (1.., _) => Ok(()),
            (0, None) => Err(ReadError::Truncated),
            (0, Some(_)) => Err(self.malformed("a digit is missing")),
        }
    }

    /// Passes over one value.
    pub(super) fn value(&mut self) -> Result<(), ReadError> {
        // Which of the open containers are maps, the innermost last. The limit of nesting is its width.
        let (mut maps, mut open) = (0_u128, 0_u32);
        loop {
            match self.token()? {
                opening @ (b'{' | b'[') => {
                    let map = opening == b'{';
                    self.enter()?;
                    self.at += 1;
                    (maps, open) = (maps << 1 | u128::from(map), open + 1);
                    if !self.closes(map)? {
                        self.first_of(map)?;
                        continue;
                    }
                    (maps, open) = (maps >> 1, open - 1);
                }
                _ => self.scalar()?,
            }
            while open > 0 && self.closes_or_continues(maps & 1 == 1)? {
                (maps, open) = (maps >> 1, open - 1);
            }
            if open == 0 {
                return Ok(());
            }
        }
    }

    fn scalar(&mut self) -> Result<(), ReadError> {
        match self.here().ok_or(ReadError::Truncated)? {
            b'"' => self.string().map(drop),
            b'n' => self.literal("null"),
            b't' => self.literal("true"),
            b'f' => self.literal("false"),
            b'-' | b'0'..=b'9' => self.number().map(drop),
            _ => Err(self.malformed("no value")),
        }
    }

    /// Whether the container ends here; then its end is passed.
    pub(super) fn closes(&mut self, map: bool) -> Result<bool, ReadError> {
        let closes = self.token()? == if map { b'}' } else { b']' };
        if closes {
            self.at += 1;
            self.leave();
        }
        Ok(closes)
    }

    /// After an item: whether the container ends here. If not, passes the comma, and the key that follows it in a map.
    fn closes_or_continues(&mut self, map: bool) -> Result<bool, ReadError> {
        if self.closes(map)? {
            return Ok(true);
        }
        self.expect(b',', "a comma is missing")?;
        self.first_of(map)?;
        Ok(false)
    }

    fn first_of(&mut self, map: bool) -> Result<(), ReadError> {
        if map {
            self.key()?;
        }
        Ok(())
    }

    /// A key and its colon.
    pub(super) fn key(&mut self) -> Result<RawStr<'a>, ReadError> {
        let key = self.string()?;
        self.expect(b':', "a colon is missing")?;
        Ok(key)
    }
}
