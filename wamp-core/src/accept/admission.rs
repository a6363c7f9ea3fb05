use crate::auth::Identity;
use crate::id::SessionId;
use crate::message::{Message, Welcome, WelcomeDetails};
use crate::role::Roles;
use crate::uri::Uri;
use compact_str::CompactString;

/// A client that may join: all that the router knows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Admission {
    /// The id its session is to have: that of the [`Occasion`](crate::auth::Occasion).
    pub session: SessionId,
    /// The realm it joins.
    pub realm: Uri,
    /// The roles and features it announced.
    pub roles: Roles,
    /// The client's software, if told.
    pub agent: Option<CompactString>,
    /// How it was authenticated.
    pub authmethod: CompactString,
    /// Who it is.
    pub identity: Identity,
}

impl Admission {
    /// The WELCOME that opens the session, with what the router announces.
    pub fn welcome(&self, router: Roles, agent: Option<CompactString>) -> Message {
        let Identity { authid, authrole, authprovider, authextra, .. } = self.identity.clone();
        let details = WelcomeDetails {
            roles: router,
            agent,
            realm: Some(CompactString::new(self.realm.as_str())),
            authid: Some(authid),
            authrole: Some(authrole),
            authmethod: Some(self.authmethod.clone()),
            authprovider: Some(authprovider),
            authextra,
            ..WelcomeDetails::default()
        };
        Message::Welcome(Welcome { session: self.session, details })
    }
}
