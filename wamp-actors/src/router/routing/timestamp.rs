use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::time::Duration;

/// A moment, since 1970 (UTC); written as ISO 8601 in milliseconds, as the meta API has it: `2026-01-31T12:00:00.000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Timestamp(pub(super) Duration);

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (year, month, day) = date(seconds / 86_400);
        let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", self.0.subsec_millis())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads RFC 3339: seconds with or without a fraction, in UTC or with an offset.
impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
        parse(&text).ok_or_else(|| D::Error::custom("not a moment as in RFC 3339, such as 2026-01-31T12:00:00.000Z"))
    }
}

fn parse(text: &str) -> Option<Timestamp> {
    let number = |range: std::ops::Range<usize>| {
        let digits = text.get(range).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
        digits?.parse::<u64>().ok()
    };
    let separated = [(4, "-"), (7, "-"), (13, ":"), (16, ":")].iter().all(|&(at, mark)| text.get(at..at + 1) == Some(mark));
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let fits = year >= 1970 && (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    if !separated || !fits || !matches!(text.get(10..11)?, "T" | "t" | " ") {
        return None;
    }
    let (nanoseconds, zone) = fraction(text.get(19..)?)?;
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    let seconds = seconds.checked_add_signed(-offset(zone)?)?;
    Some(Timestamp(Duration::new(seconds, nanoseconds)))
}

/// `.123` as nanoseconds, and what follows.
fn fraction(text: &str) -> Option<(u32, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, zone) = rest.split_at_checked(length)?;
    let mut padded = digits.get(..length.min(9))?.to_owned();
    while padded.len() < 9 {
        padded.push('0');
    }
    (length > 0).then_some((padded.parse().ok()?, zone))
}

/// `Z` or `+01:00`, as seconds east.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let sign = match zone.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let part = |text: &str| (text.len() == 2).then(|| text.parse::<u8>().ok()).flatten().map(i64::from);
    Some(sign * (part(hours)? * 3_600 + part(minutes)? * 60))
}

/// The days from 1970-01-01 to a day of the Gregorian calendar: what [`date`] takes back.
const fn days(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let march_based = (month + 9) % 12;
    let day_of_year = (153 * march_based + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The day of the Gregorian calendar that is so many days after 1970-01-01. Years begin with March here, so that the leap day is
/// their last; 400 of them have 146,097 days.
const fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_based = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_based + 2) / 5 + 1;
    let month = if march_based < 10 { march_based + 3 } else { march_based - 9 };
    let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::Timestamp;
    use std::time::Duration;

    #[test]
    fn moments_are_read_with_offsets_and_fractions_and_nothing_else_is() {
        let noon = Some(Timestamp(Duration::from_secs(1_767_268_800)));
        for text in ["2026-01-01T12:00:00Z", "2026-01-01T13:30:00+01:30", "2026-01-01T07:00:00.0-05:00", "2026-01-01t12:00:00z"] {
            assert_eq!(super::parse(text), noon, "{text}");
        }
        for text in [
            "",
            "2026-01-01",
            "2026-13-01T12:00:00Z",
            "2026-01-01T12:00:00",
            "2026-01-01T12:00:00.Z",
            "+026-01-01T12:00:00Z",
            "now",
            "1969-12-31T23:59:59Z",
        ] {
            assert_eq!(super::parse(text), None, "{text}");
        }
    }

    #[test]
    fn moments_are_written_as_iso_8601() {
        for (milliseconds, written) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_123, "2000-02-29T00:00:00.123Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_767_225_599_999, "2025-12-31T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(Timestamp(Duration::from_millis(milliseconds)).to_string(), written);
            assert_eq!(super::parse(written), Some(Timestamp(Duration::from_millis(milliseconds))), "{written}");
        }
    }
}
