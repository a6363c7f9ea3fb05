use proto::uri::InvalidUri;
use proto::{MatchPolicy, Pattern, RawUri, Strictness};
use serde::{Deserialize, Serialize};

/// What a session does with a URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It calls a procedure.
    Call,
    /// It registers a procedure, or a pattern of them.
    Register,
    /// It publishes to a topic.
    Publish,
    /// It subscribes to a topic, or to a pattern of them.
    Subscribe,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Call, Self::Register, Self::Publish, Self::Subscribe];

    /// Its name, as authorizers are told.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Register => "register",
            Self::Publish => "publish",
            Self::Subscribe => "subscribe",
        }
    }
}

/// What may be done with the URIs of a pattern. It allows nothing until it is told to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a rule counts only in the permissions of a role"]
pub struct Rule {
    uri: String,
    policy: MatchPolicy,
    pub(super) allowed: Allowed,
}

/// What a rule allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Allowed {
    actions: [bool; 4],
    pub(super) disclose_caller: bool,
    pub(super) disclose_publisher: bool,
}

impl Rule {
    /// A rule for one URI.
    pub fn exact(uri: impl Into<String>) -> Self {
        Self::of(MatchPolicy::Exact, uri)
    }

    /// A rule for the URIs that begin with this text; end it with a dot to mean components.
    pub fn prefix(uri: impl Into<String>) -> Self {
        Self::of(MatchPolicy::Prefix, uri)
    }

    /// A rule for the URIs of as many components, of which the empty ones here match any: `com.example..changed`.
    pub fn wildcard(uri: impl Into<String>) -> Self {
        Self::of(MatchPolicy::Wildcard, uri)
    }

    /// A rule for the URIs of this text under a policy.
    pub fn of(policy: MatchPolicy, uri: impl Into<String>) -> Self {
        Self { uri: uri.into(), policy, allowed: Allowed::default() }
    }

    /// Allows these actions, besides those allowed so far.
    pub fn allow(mut self, actions: impl IntoIterator<Item = Action>) -> Self {
        actions.into_iter().for_each(|action| self.allowed.actions[action as usize] = true);
        self
    }

    /// Allows every action.
    pub fn allow_all(self) -> Self {
        self.allow(Action::ALL)
    }

    /// Tells callees who calls, whether the caller asks for it or not (default: no). A router that never discloses
    /// ([`Disclosure::Never`](crate::router::Disclosure::Never)) does not here either.
    pub fn disclose_caller(mut self) -> Self {
        self.allowed.disclose_caller = true;
        self
    }

    /// The same for subscribers and publishers.
    pub fn disclose_publisher(mut self) -> Self {
        self.allowed.disclose_publisher = true;
        self
    }

    /// Its text.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    pub(super) fn pattern(&self) -> Result<Pattern, InvalidUri> {
        RawUri::new(&self.uri).check_pattern(self.policy, Strictness::Loose)
    }
}

impl Allowed {
    pub(super) const fn allows(&self, action: Action) -> bool {
        self.actions[action as usize]
    }

    /// Whether who does it is disclosed.
    pub(super) const fn discloses(&self, action: Action) -> bool {
        match action {
            Action::Call => self.disclose_caller,
            Action::Publish => self.disclose_publisher,
            Action::Register | Action::Subscribe => false,
        }
    }
}
