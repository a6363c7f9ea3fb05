//! The roles of a peer and the features it announces for each (HELLO and WELCOME `Details.roles`).

/// A role of a peer in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Issues calls.
    Caller,
    /// Answers calls.
    Callee,
    /// Publishes events.
    Publisher,
    /// Receives events.
    Subscriber,
    /// Routes calls (the router).
    Dealer,
    /// Routes events (the router).
    Broker,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Caller, Self::Callee, Self::Publisher, Self::Subscriber, Self::Dealer, Self::Broker];

    /// Its key in `Details.roles`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Callee => "callee",
            Self::Publisher => "publisher",
            Self::Subscriber => "subscriber",
            Self::Dealer => "dealer",
            Self::Broker => "broker",
        }
    }

    /// The role of that key.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

macro_rules! features {
    ($($(#[$doc:meta])* $variant:ident = $name:literal)*) => {
        /// A feature of the Advanced Profile, announced per role.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Feature {
            $($(#[$doc])* $variant,)*
        }

        impl Feature {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its key in `Details.roles.<role>.features`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

features! {
    /// Progressive call results.
    ProgressiveCallResults = "progressive_call_results"
    /// Progressive call invocations.
    ProgressiveCallInvocations = "progressive_call_invocations"
    /// Call time-outs.
    CallTimeout = "call_timeout"
    /// Call canceling (`call_cancelling` is accepted too).
    CallCanceling = "call_canceling"
    /// Caller identification.
    CallerIdentification = "caller_identification"
    /// Call trust levels.
    CallTrustlevels = "call_trustlevels"
    /// Rerouting of calls a callee cannot take.
    CallReroute = "call_reroute"
    /// Registration meta API.
    RegistrationMetaApi = "registration_meta_api"
    /// Pattern-based registrations.
    PatternBasedRegistration = "pattern_based_registration"
    /// Shared registrations.
    SharedRegistration = "shared_registration"
    /// Sharded registrations.
    ShardedRegistration = "sharded_registration"
    /// Revocation of registrations by the router.
    RegistrationRevocation = "registration_revocation"
    /// Procedure reflection.
    ProcedureReflection = "procedure_reflection"
    /// Black- and whitelisting of subscribers.
    SubscriberBlackwhiteListing = "subscriber_blackwhite_listing"
    /// Publisher exclusion (`exclude_me`).
    PublisherExclusion = "publisher_exclusion"
    /// Publisher identification.
    PublisherIdentification = "publisher_identification"
    /// Publication trust levels.
    PublicationTrustlevels = "publication_trustlevels"
    /// Subscription meta API.
    SubscriptionMetaApi = "subscription_meta_api"
    /// Pattern-based subscriptions.
    PatternBasedSubscription = "pattern_based_subscription"
    /// Sharded subscriptions.
    ShardedSubscription = "sharded_subscription"
    /// Event history.
    EventHistory = "event_history"
    /// Event retention.
    EventRetention = "event_retention"
    /// Revocation of subscriptions by the router.
    SubscriptionRevocation = "subscription_revocation"
    /// Topic reflection.
    TopicReflection = "topic_reflection"
    /// Acknowledged event delivery.
    AcknowledgeEventReceived = "acknowledge_event_received"
    /// Session meta API.
    SessionMetaApi = "session_meta_api"
    /// Testaments.
    TestamentMetaApi = "testament_meta_api"
    /// Payload passthru mode.
    PayloadPassthruMode = "payload_passthru_mode"
    /// Replacing an existing registration (`force_reregister`).
    ForceReregister = "force_reregister"
}

impl Feature {
    /// The feature of that key; `call_cancelling` is another spelling of `call_canceling`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "call_cancelling" => Some(Self::CallCanceling),
            // Crossbar.io's and Autobahn's names.
            "payload_encryption_cryptobox" => None,
            _ => Self::ALL.iter().copied().find(|feature| feature.as_str() == name),
        }
    }
}

/// A set of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Features(u32);

impl Features {
    /// No feature.
    pub const NONE: Self = Self(0);

    /// These features.
    pub const fn of(features: &[Feature]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < features.len() {
            bits |= 1 << features[at] as u32;
            at += 1;
        }
        Self(bits)
    }

    /// Adds a feature.
    pub const fn insert(&mut self, feature: Feature) {
        self.0 |= 1 << feature as u32;
    }

    /// Whether the feature is in the set.
    pub const fn contains(self, feature: Feature) -> bool {
        self.0 & (1 << feature as u32) != 0
    }

    /// The features of the set, in the order of their declaration.
    pub fn iter(self) -> impl Iterator<Item = Feature> {
        Feature::ALL.iter().copied().filter(move |feature| self.contains(*feature))
    }

    /// How many features.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The roles a peer announces, each with its features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles([Option<Features>; 6]);

impl Roles {
    /// These roles with these features.
    pub const fn of(roles: &[(Role, Features)]) -> Self {
        let (mut all, mut at) = ([None; 6], 0);
        while at < roles.len() {
            all[roles[at].0 as usize] = Some(roles[at].1);
            at += 1;
        }
        Self(all)
    }

    /// The features announced for `role`, or `None` where the role itself is not announced.
    pub const fn features(&self, role: Role) -> Option<Features> {
        self.0[role as usize]
    }

    /// Whether `role` is announced.
    pub const fn has(&self, role: Role) -> bool {
        self.0[role as usize].is_some()
    }

    /// Whether `feature` is announced for `role`.
    pub const fn supports(&self, role: Role, feature: Feature) -> bool {
        match self.0[role as usize] {
            Some(features) => features.contains(feature),
            None => false,
        }
    }

    /// Announces `role` with `features`.
    pub const fn insert(&mut self, role: Role, features: Features) {
        self.0[role as usize] = Some(features);
    }

    /// The roles announced.
    pub fn iter(&self) -> impl Iterator<Item = (Role, Features)> + '_ {
        Role::ALL.into_iter().filter_map(|role| self.features(role).map(|features| (role, features)))
    }

    /// Whether no role is announced.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

/// The roles and features our client announces: those that the session state machine carries out.
pub const CLIENT_ROLES: Roles = Roles::of(&[
    (
        Role::Caller,
        Features::of(&[Feature::CallCanceling, Feature::CallTimeout, Feature::CallerIdentification, Feature::ProgressiveCallResults]),
    ),
    (
        Role::Callee,
        Features::of(&[
            Feature::CallCanceling,
            Feature::CallerIdentification,
            Feature::PatternBasedRegistration,
            Feature::ProgressiveCallResults,
            Feature::RegistrationRevocation,
            Feature::SharedRegistration,
        ]),
    ),
    (Role::Publisher, Features::of(&[Feature::PublisherExclusion, Feature::PublisherIdentification, Feature::SubscriberBlackwhiteListing])),
    (
        Role::Subscriber,
        Features::of(&[Feature::PatternBasedSubscription, Feature::PublisherIdentification, Feature::SubscriptionRevocation]),
    ),
]);
