use super::{Admitted, Begin, Claim, Identity, Method};
use crate::uri::Uri;
use crate::value::Dict;
use compact_str::CompactString;
use hashbrown::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// Knows clients again by the cookie that the router sets when their connection opens (`cookie`): who joined by another method of the realm
/// joins as the same principal by the cookie alone, until it expires. Only what goes over HTTP has cookies, and mostly browsers keep them.
pub struct CookieMethod {
    known: Mutex<HashMap<(Uri, CompactString), Known>>,
    lifetime: Duration,
    limit: usize,
}

/// A client that joined before.
struct Known {
    identity: Identity,
    until: SystemTime,
    /// Whether its principal's sessions end then.
    ends: bool,
}

impl CookieMethod {
    /// The method's name.
    pub const NAME: &str = "cookie";

    /// Knows nobody yet.
    pub fn new() -> Self {
        Self { known: Mutex::default(), lifetime: Duration::from_secs(24 * 60 * 60), limit: 10_000 }
    }

    /// How long a client is known after it joined by another method (default: 24 h); less if its principal's sessions may last less long.
    #[must_use]
    pub const fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// How many clients are known at a time (default: 10,000). Beyond it, the one that would expire next is forgotten.
    #[must_use]
    pub const fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<(Uri, CompactString), Known>> {
        // Nothing that holds it panics.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for CookieMethod {
    fn default() -> Self {
        Self::new()
    }
}

/// Without the cookies.
impl fmt::Debug for CookieMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CookieMethod").field("lifetime", &self.lifetime).field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl Method for CookieMethod {
    fn name(&self) -> &str {
        Self::NAME
    }

    /// Whoever is not known is passed on to the next method.
    fn begin(&self, claim: &Claim<'_>) -> Begin {
        let Some(cookie) = &claim.occasion.transport.cookie else { return Begin::Unfit };
        let (known, key, now) = (self.known(), (claim.realm.clone(), cookie.clone()), claim.occasion.time);
        let Some(Known { identity, until, ends }) = known.get(&key).filter(|known| known.until > now) else { return Begin::Unfit };
        let asks_for_another = |asked: &Option<CompactString>, is: &CompactString| asked.as_ref().is_some_and(|asked| asked != is);
        if asks_for_another(&claim.details.authid, &identity.authid) || asks_for_another(&claim.details.authrole, &identity.authrole) {
            return Begin::Unfit;
        }
        let left = until.duration_since(now).unwrap_or_default();
        Begin::Admit(Identity { expires_in: ends.then_some(left), ..identity.clone() })
    }

    fn admitted(&self, client: &Admitted<'_>) {
        let Some(cookie) = &client.occasion.transport.cookie else { return };
        let now = client.occasion.time;
        let time = client.identity.expires_in.map_or(self.lifetime, |time| time.min(self.lifetime));
        let Some(until) = now.checked_add(time) else { return };
        let mut known = self.known();
        if known.len() >= self.limit {
            known.retain(|_, known| known.until > now);
        }
        if known.len() >= self.limit
            && let Some(next) = known.iter().min_by_key(|(_, known)| known.until).map(|(key, _)| key.clone())
        {
            known.remove(&next);
        }
        if self.limit > 0 {
            // What the method gave was for that session.
            let identity = Identity { authextra: Dict::new(), ..client.identity.clone() };
            let ends = client.identity.expires_in.is_some();
            known.insert((client.realm.clone(), cookie.clone()), Known { identity, until, ends });
        }
    }
}
