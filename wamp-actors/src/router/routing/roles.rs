use proto::{Feature, Features, Role, Roles};

/// What WELCOME announces: the features that work, and no other.
pub(crate) const ROUTER_ROLES: Roles = Roles::of(&[
    (
        Role::Broker,
        Features::of(&[
            Feature::SubscriberBlackwhiteListing,
            Feature::PublisherExclusion,
            Feature::PublisherIdentification,
            Feature::SubscriptionMetaApi,
            Feature::SessionMetaApi,
            Feature::PatternBasedSubscription,
            Feature::EventHistory,
            Feature::EventRetention,
            Feature::PayloadPassthruMode,
        ]),
    ),
    (
        Role::Dealer,
        Features::of(&[
            Feature::ProgressiveCallResults,
            Feature::ProgressiveCallInvocations,
            Feature::CallCanceling,
            Feature::CallTimeout,
            Feature::CallerIdentification,
            Feature::RegistrationMetaApi,
            Feature::TestamentMetaApi,
            Feature::SessionMetaApi,
            Feature::PatternBasedRegistration,
            Feature::SharedRegistration,
            Feature::CallReroute,
            Feature::RegistrationRevocation,
            Feature::ForceReregister,
            Feature::PayloadPassthruMode,
        ]),
    ),
]);
