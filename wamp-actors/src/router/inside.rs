//! Sessions of the router's own, by which it calls procedures of its realms.

use super::core::Core;
use super::local;
use crate::error::JoinError;
use crate::session::Session;
use crate::transport::memory::MemoryTransport;
use hashbrown::HashMap;
use parking_lot::Mutex;
use proto::Uri;
use proto::accept::{RealmPolicy, Realms};
use proto::auth::{Anonymous, Method};
use std::sync::Arc;

/// The role of the router's own sessions. They are asked for no credentials and pass every gate.
const ROLE: &str = "trusted";

/// The router's own sessions, one for each realm where one was needed.
#[derive(Debug, Default)]
pub(super) struct Inside {
    sessions: Mutex<HashMap<Uri, Session>>,
}

impl Inside {
    /// The router's session in a realm, joined if there is none. It lives on the thread that asked first.
    pub(super) async fn session(&self, core: &Arc<Core>, realm: &Uri) -> Result<Session, JoinError> {
        let known = self.sessions.lock().get(realm).filter(|session| session.is_closed().is_none()).cloned();
        if let Some(session) = known {
            return Ok(session);
        }
        let weak = Arc::downgrade(core);
        let transport = MemoryTransport::new(move || local::connect_inside(&weak));
        let session = Session::builder().transport(transport).realm(realm.as_str()).connect().await?;
        // Of two that came at once the later stays.
        self.sessions.lock().insert(realm.clone(), session.clone());
        Ok(session)
    }
}

/// The realms as the router itself joins them.
#[derive(Debug)]
pub(super) struct FromInside<'a>(pub(super) &'a Core);

impl Realms for FromInside<'_> {
    fn find(&self, realm: &Uri) -> Option<RealmPolicy> {
        let trusted: Arc<dyn Method> = Arc::new(Anonymous { authrole: ROLE.into() });
        self.0.find(realm).map(|_| RealmPolicy::new([trusted]))
    }
}
