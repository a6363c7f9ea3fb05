//! The routers of this process by name: what `inproc://name` leads to.

use super::{MemoryLink, MemoryTransport};
use crate::transport::ConnectError;
use crate::transport::endpoint::is_name;
use parking_lot::Mutex;
use std::collections::BTreeMap;

static NAMES: Mutex<BTreeMap<String, MemoryTransport>> = Mutex::new(BTreeMap::new());

/// A name that leads to a router for as long as this lives.
#[derive(Debug)]
#[must_use = "the name is given up when this is dropped"]
pub struct Named {
    name: String,
}

/// Why a router does not get a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Another router of this process has it.
    #[error("another router of this process has the name {0:?}")]
    Taken(String),
    /// It could not be said in a URL.
    #[error("{0:?} is no name for a router: names have letters, digits, `-`, `_` and `.`")]
    Invalid(String),
}

impl MemoryTransport {
    /// Gives it a name, so that `inproc://name` leads there from anywhere in the process. Letters, digits, `-`, `_` and `.` may be
    /// in it.
    ///
    /// # Errors
    ///
    /// If the name is taken, or none.
    pub fn named(self, name: impl Into<String>) -> Result<Named, NameError> {
        let name = name.into();
        if !is_name(&name) {
            return Err(NameError::Invalid(name));
        }
        let mut names = NAMES.lock();
        if names.contains_key(&name) {
            return Err(NameError::Taken(name));
        }
        names.insert(name.clone(), self);
        Ok(Named { name })
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        let gone = NAMES.lock().remove(&self.name);
        // What it holds is dropped without the lock.
        drop(gone);
    }
}

/// Connects to the router of that name, on the calling thread.
pub(in crate::transport) fn connect(name: &str) -> Result<MemoryLink, ConnectError> {
    let transport = NAMES.lock().get(name).cloned();
    let transport = transport.ok_or_else(|| ConnectError::NoSuchRouter { url: format!("inproc://{name}") })?;
    (transport.open)()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::memory::pair;
    use proto::Format;

    fn transport() -> MemoryTransport {
        MemoryTransport::new(|| Ok(pair(Format::MsgPack).0))
    }

    #[test]
    fn a_name_leads_to_one_router_for_as_long_as_it_lives() {
        let named = transport().named("names-test").unwrap();
        assert!(connect("names-test").is_ok());
        assert_eq!(transport().named("names-test").unwrap_err(), NameError::Taken("names-test".into()));
        drop(named);
        assert!(matches!(connect("names-test"), Err(ConnectError::NoSuchRouter { url }) if url == "inproc://names-test"));
        drop(transport().named("names-test").unwrap());
        assert_eq!(transport().named("a/b").unwrap_err(), NameError::Invalid("a/b".into()));
    }
}
