//! The kinds of values that TOML has no type for.

use proto::Format;
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use std::fmt;
use std::time::Duration;

/// A time, written as in the attributes: `"250ms"`, `"10s"`, `"1.5m"`, `"1h"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Time(pub(crate) Duration);

/// A time, or none: `"none"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeOrNone(pub(crate) Option<Duration>);

/// A size in octets: a number, or `"64 KiB"`, `"1 MiB"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Octets(pub(crate) usize);

/// One text or a list of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Texts(pub(crate) Vec<String>);

/// A count of at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count(pub(crate) usize);

/// A serialization format by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FormatName {
    MsgPack,
    Cbor,
    Json,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::MsgPack => Self::MsgPack,
            FormatName::Cbor => Self::Cbor,
            FormatName::Json => Self::Json,
        }
    }
}

/// A century: what is longer was not meant, and timers overflow somewhere beyond.
const LONGEST: f64 = 100.0 * 365.0 * 86_400_000.0;

fn time(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit() && c != '.')?);
    let unit = match unit.trim() {
        "ms" => 1.0,
        "s" => 1_000.0,
        "m" | "min" => 60_000.0,
        "h" => 3_600_000.0,
        _ => return None,
    };
    let milliseconds = (number.parse::<f64>().ok()? * unit).round();
    (0.0..=LONGEST).contains(&milliseconds).then(|| Duration::from_millis(milliseconds as u64))
}

fn octets(text: &str) -> Option<usize> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let unit: usize = match unit.trim() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.parse::<usize>().ok()?.checked_mul(unit)
}

/// Visits a text that `parse` understands.
struct Parsed<F>(&'static str, F);

impl<T, F: Fn(&str) -> Option<T>> Visitor<'_> for Parsed<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.1)(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self.0))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        (self.1)(&number.to_string()).ok_or_else(|| E::invalid_value(de::Unexpected::Signed(number), &self.0))
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Parsed("a time such as \"250ms\", \"10s\" or \"5m\"", |text: &str| time(text).map(Self)))
    }
}

impl<'de> Deserialize<'de> for TimeOrNone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parse = |text: &str| if text == "none" { Some(Self(None)) } else { time(text).map(Some).map(Self) };
        deserializer.deserialize_any(Parsed("a time such as \"10s\", or \"none\"", parse))
    }
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Parsed("a size in octets such as 65536, \"64 KiB\" or \"1 MiB\"", |text: &str| octets(text).map(Self)))
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let count = |text: &str| text.trim().parse().ok().filter(|&count| count > 0).map(Self);
        deserializer.deserialize_any(Parsed("a whole number of at least 1", count))
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextsVisitor)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    /// Several, apart by commas: so variables of the environment say it.
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Texts, E> {
        Ok(Texts(text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Texts, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = items.next_element()? {
            texts.push(text);
        }
        Ok(Texts(texts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_a_number_and_a_unit() {
        let read = ["250ms", "10s", "1.5 m", "2h", "0s"].map(time);
        assert_eq!(read, [250, 10_000, 90_000, 7_200_000, 0].map(|ms| Some(Duration::from_millis(ms))));
        assert!(["", "10", "s", "10 days", "-1s", "1e9h", "999999999h"].iter().all(|text| time(text).is_none()));
    }

    #[test]
    fn sizes_are_octets_or_have_a_unit() {
        assert_eq!(["512", "64 KiB", "1MiB"].map(octets), [Some(512), Some(65_536), Some(1 << 20)]);
        assert!(["", "1 MB", "-1", "99999999999 GiB"].iter().all(|text| octets(text).is_none()));
    }
}
