use super::tally::Counter;
use std::time::Duration;

/// The upper bounds of a histogram's buckets; one more has what is above them.
const BOUNDS: [Duration; 14] = [
    Duration::from_micros(100),
    Duration::from_micros(250),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_micros(2_500),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
];

const BUCKETS: usize = BOUNDS.len() + 1;

/// How long runs took, from their arrival to their end: the wait for their turn is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Latency {
    buckets: [u64; BUCKETS],
    sum: Duration,
}

impl Latency {
    /// How many runs there were.
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// How long they took together.
    pub const fn sum(&self) -> Duration {
        self.sum
    }

    /// How long they took on average; nothing if there was none.
    pub fn mean(&self) -> Option<Duration> {
        let count = self.count();
        let nanos = self.sum.as_nanos().checked_div(u128::from(count))?;
        Some(Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)))
    }

    /// A bound that this part of the runs (such as 0.99) kept to: the upper bound of the bucket in which it falls. Nothing if
    /// there was no run, or if it falls above the last bound, 30 s.
    pub fn quantile(&self, part: f64) -> Option<Duration> {
        let wanted = (self.count() as f64 * part.clamp(0.0, 1.0)).ceil().max(1.0) as u64;
        let (bound, _) = self.buckets().find(|&(_, up_to)| up_to >= wanted)?;
        bound
    }

    /// Each bucket's upper bound (the last has none) and how many runs took no longer than that.
    pub fn buckets(&self) -> impl Iterator<Item = (Option<Duration>, u64)> {
        let bounds = BOUNDS.iter().copied().map(Some).chain([None]);
        bounds.zip(&self.buckets).scan(0, |up_to, (bound, &count)| {
            *up_to += count;
            Some((bound, *up_to))
        })
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (bucket, more) in self.buckets.iter_mut().zip(&other.buckets) {
            *bucket += more;
        }
        self.sum += other.sum;
    }
}

/// A histogram that one thread counts up and others read.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    buckets: [Counter; BUCKETS],
    nanos: Counter,
}

impl Histogram {
    pub(super) fn record(&self, took: Duration) {
        let bucket = BOUNDS.partition_point(|&bound| bound < took);
        if let Some(bucket) = self.buckets.get(bucket) {
            bucket.count();
        }
        self.nanos.add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }

    pub(super) fn read(&self) -> Latency {
        let mut latency = Latency { sum: Duration::from_nanos(self.nanos.read()), ..Latency::default() };
        for (bucket, counter) in latency.buckets.iter_mut().zip(&self.buckets) {
            *bucket = counter.read();
        }
        latency
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_falls_into_one_bucket_and_quantiles_give_its_bound() {
        let histogram = Histogram::default();
        for millis in [1, 2, 3, 60_000] {
            histogram.record(Duration::from_millis(millis));
        }
        let latency = histogram.read();
        assert_eq!((latency.count(), latency.sum()), (4, Duration::from_millis(60_006)));
        assert_eq!(latency.quantile(0.25), Some(Duration::from_millis(1)), "a bound is in its bucket");
        assert_eq!(latency.quantile(0.75), Some(Duration::from_millis(5)));
        assert_eq!(latency.quantile(1.0), None, "above the last bound");
        assert_eq!(latency.buckets().last(), Some((None, 4)));
        assert_eq!((Latency::default().quantile(0.5), Latency::default().mean()), (None, None));
    }
}
