//! Checks that end in an ERROR, common to broker and dealer.

use super::options::{Disclosure, RealmOptions};
use super::refusal::Refusal;
use super::wildcards::MAX_COMPONENTS;
use proto::{MatchPolicy, Pattern, RawUri};

/// Judges the URI of a CALL or PUBLISH.
pub(super) fn check_name(uri: &RawUri, options: &RealmOptions) -> Result<(), Refusal> {
    check_pattern(uri, MatchPolicy::Exact, options).map(drop)
}

/// Judges the URI of a SUBSCRIBE or REGISTER.
pub(super) fn check_pattern(uri: &RawUri, policy: MatchPolicy, options: &RealmOptions) -> Result<Pattern, Refusal> {
    let wild = policy == MatchPolicy::Wildcard
        && uri.as_str().bytes().filter(|&octet| octet == b'.').count() >= options.max_wildcard_components.min(MAX_COMPONENTS);
    if wild || uri.as_str().len() > options.max_uri {
        return Err(Refusal::INVALID_URI);
    }
    uri.check_pattern(policy, options.strictness).map_err(|_| Refusal::INVALID_URI)
}

/// Whether who called or published is disclosed, given what it asked for itself.
pub(super) fn disclosure(asked: Option<bool>, options: &RealmOptions) -> Result<bool, Refusal> {
    match (options.disclosure, asked) {
        (Disclosure::Never, Some(true)) => Err(Refusal::DISCLOSURE),
        (Disclosure::Never, _) => Ok(false),
        (Disclosure::Always, _) => Ok(true),
        (Disclosure::OnRequest, asked) => Ok(asked == Some(true)),
    }
}
