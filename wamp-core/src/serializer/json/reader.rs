use super::BINARY_PREFIX;
use super::scan::{RawNumber, RawStr, Scanner};
use super::string::unescape;
use crate::serializer::{BIG_INTEGER, Container, Format, Kind, Read, ReadError};
use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::borrow::Cow;

/// Base64 with its padding or without, for some peers leave it out.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&base64::alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// Reads JSON.
#[derive(Debug, Clone)]
pub struct JsonReader<'a> {
    scanner: Scanner<'a>,
}

impl<'a> JsonReader<'a> {
    fn unexpected<T>(&mut self, expected: &'static str) -> Result<T, ReadError> {
        Err(ReadError::Unexpected { expected, found: self.kind()? })
    }

    fn number(&mut self, expected: &'static str) -> Result<RawNumber<'a>, ReadError> {
        match self.scanner.token()? {
            b'-' | b'0'..=b'9' => self.scanner.number(),
            _ => self.unexpected(expected),
        }
    }

    /// Looks ahead only as far as it must: the number is checked when it is read.
    fn number_kind(&self) -> Kind {
        let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = self.scanner.rest();
        let (negative, number) = number.strip_prefix(b"-").map_or((false, number), |number| (true, number));
        let len = digits(number);
        match number.get(len) {
            Some(b'.' | b'e' | b'E') => Kind::Float,
            _ if negative && number.starts_with(b"0") && len == 1 => Kind::Float,
            _ => Kind::Integer,
        }
    }

    /// An integer of up to 18 digits, which most are, in one go; nothing is read if what stands here is something else.
    fn short_integer(&mut self) -> Option<i64> {
        let rest = self.scanner.rest();
        let (negative, digits) = rest.strip_prefix(b"-").map_or((false, rest), |digits| (true, digits));
        let (mut value, mut len) = (0_i64, 0);
        while let Some(digit @ b'0'..=b'9') = digits.get(len) {
            if len == 18 {
                return None;
            }
            value = value * 10 + i64::from(digit - b'0');
            len += 1;
        }
        let starts_with_0 = digits.first() == Some(&b'0');
        if len == 0 || starts_with_0 && (len > 1 || negative) || matches!(digits.get(len), Some(b'.' | b'e' | b'E')) {
            return None;
        }
        self.scanner.at += len + usize::from(negative);
        Some(if negative { -value } else { value })
    }
}

impl<'a> Read<'a> for JsonReader<'a> {
    const FORMAT: Format = Format::Json;

    fn new(input: &'a [u8], max_depth: usize) -> Result<Self, ReadError> {
        let text = std::str::from_utf8(input).map_err(|_| ReadError::Utf8)?;
        Ok(Self { scanner: Scanner::new(text, max_depth) })
    }

    fn kind(&mut self) -> Result<Kind, ReadError> {
        match self.scanner.token()? {
            b'"' if self.scanner.rest().get(1..).is_some_and(|raw| raw.starts_with(BINARY_PREFIX.as_bytes())) => Ok(Kind::Binary),
            b'"' => Ok(Kind::String),
            b'[' => Ok(Kind::Array),
            b'{' => Ok(Kind::Map),
            b'n' => Ok(Kind::Null),
            b't' | b'f' => Ok(Kind::Bool),
            b'-' | b'0'..=b'9' => Ok(self.number_kind()),
            _ => Err(self.scanner.malformed("no value")),
        }
    }

    fn array(&mut self) -> Result<Container, ReadError> {
        if self.scanner.token()? != b'[' {
            return self.unexpected("a list");
        }
        self.scanner.enter()?;
        self.scanner.at += 1;
        Ok(Container { remaining: None, first: true, map: false })
    }

    fn map(&mut self) -> Result<Container, ReadError> {
        if self.scanner.token()? != b'{' {
            return self.unexpected("a dictionary");
        }
        self.scanner.enter()?;
        self.scanner.at += 1;
        Ok(Container { remaining: None, first: true, map: true })
    }

    fn next(&mut self, container: &mut Container) -> Result<bool, ReadError> {
        if self.scanner.closes(container.map)? {
            return Ok(false);
        }
        if !std::mem::replace(&mut container.first, false) {
            self.scanner.expect(b',', "a comma is missing")?;
        }
        Ok(true)
    }

    fn key(&mut self) -> Result<Cow<'a, str>, ReadError> {
        let key = self.scanner.key()?;
        Ok(if key.escaped { unescape(key.raw) } else { Cow::Borrowed(key.raw) })
    }

    fn null(&mut self) -> Result<(), ReadError> {
        match self.scanner.token()? {
            b'n' => self.scanner.literal("null"),
            _ => self.unexpected("null"),
        }
    }

    fn bool(&mut self) -> Result<bool, ReadError> {
        match self.scanner.token()? {
            b't' => self.scanner.literal("true").map(|()| true),
            b'f' => self.scanner.literal("false").map(|()| false),
            _ => self.unexpected("a truth value"),
        }
    }

    fn integer(&mut self) -> Result<i128, ReadError> {
        self.scanner.space();
        if let Some(integer) = self.short_integer() {
            return Ok(integer.into());
        }
        let number = self.number("an integer")?;
        if !number.integer {
            return Err(ReadError::Unexpected { expected: "an integer", found: Kind::Float });
        }
        let parsed = match number.raw.starts_with('-') {
            true => number.raw.parse::<i64>().map(i128::from),
            false => number.raw.parse::<u64>().map(i128::from),
        };
        parsed.map_err(|_| BIG_INTEGER)
    }

    fn f64(&mut self) -> Result<f64, ReadError> {
        let number = self.number("a number")?;
        match number.raw.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(ReadError::OutOfRange("a float of 64 bits")),
        }
    }

    fn str(&mut self) -> Result<Cow<'a, str>, ReadError> {
        if self.scanner.token()? != b'"' {
            return self.unexpected("text");
        }
        let RawStr { raw, escaped } = self.scanner.string()?;
        match escaped {
            false => Ok(Cow::Borrowed(raw)),
            true if raw.starts_with(BINARY_PREFIX) => Err(ReadError::Unexpected { expected: "text", found: Kind::Binary }),
            true => Ok(unescape(raw)),
        }
    }

    fn bytes(&mut self) -> Result<Cow<'a, [u8]>, ReadError> {
        if self.kind()? != Kind::Binary {
            return self.unexpected("binary");
        }
        let at = self.scanner.at;
        let raw = self.scanner.string()?.raw;
        // Some serializers escape the slashes of base64.
        let encoded = unescape(raw.strip_prefix(BINARY_PREFIX).unwrap_or(raw));
        BASE64.decode(&*encoded).map(Cow::Owned).map_err(|_| ReadError::Malformed { at, what: "no base64 after NUL" })
    }

    fn skip(&mut self) -> Result<&'a [u8], ReadError> {
        self.scanner.space();
        let start = self.scanner.at;
        self.scanner.value()?;
        Ok(self.scanner.since(start).as_bytes())
    }

    fn position(&self) -> usize {
        self.scanner.at
    }

    fn since(&self, position: usize) -> &'a [u8] {
        self.scanner.since(position).as_bytes()
    }

    fn end(&mut self) -> Result<(), ReadError> {
        self.scanner.space();
        self.scanner.here().map_or(Ok(()), |_| Err(ReadError::Trailing))
    }
}
