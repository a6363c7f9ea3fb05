//! With what code the process of a service ends.

use super::{Error, ServiceError};
use crate::component::{ComponentError, NotJoined};
use crate::error::Setback;
use crate::supervisor::Outlook;

/// Anything that has no code of its own.
const FAILURE: u8 = 1;
/// The router cannot be reached, or what is required is not there. (The names are those of `sysexits.h`.)
const UNAVAILABLE: u8 = 69;
/// A fault of the program: too many restarts, a thread that ended.
const SOFTWARE: u8 = 70;
/// The router refuses: the realm, the credentials, a registration or subscription.
const NO_PERMISSION: u8 = 77;
/// The configuration or the declarations cannot stand: another start changes nothing.
const CONFIG: u8 = 78;

impl ServiceError {
    /// The code with which `#[wamp_actors::main]` ends the process; see [`Service::run`](super::Service::run).
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_)
            | Self::Empty
            | Self::Duplicate { .. }
            | Self::SharedSingle { .. }
            | Self::UnknownRequirement { .. }
            | Self::Cycle { .. }
            | Self::StatusProcedure { .. }
            | Self::NoRouter => CONFIG,
            Self::NoSystem | Self::Signals(_) => FAILURE,
            #[cfg(feature = "router")]
            Self::Router(_) => UNAVAILABLE,
            Self::Component(error) => of_component(error),
            Self::Failed(error) => of_component(error),
        }
    }
}

impl Error {
    /// The code with which `#[wamp_actors::main]` ends the process: that of a service, otherwise 1.
    pub fn exit_code(&self) -> u8 {
        if let Self::Service(error) = self { error.exit_code() } else { FAILURE }
    }
}

fn of_component(error: &ComponentError) -> u8 {
    match error {
        ComponentError::Bindings { .. } | ComponentError::NoState { .. } | ComponentError::Build { .. } => CONFIG,
        ComponentError::Join { source: NotJoined::Setback(setback), .. } => of_setback(setback),
        ComponentError::Join { .. } | ComponentError::Requires { .. } | ComponentError::RequiredFailed { .. } => UNAVAILABLE,
        ComponentError::Register { .. } | ComponentError::Subscribe { .. } => NO_PERMISSION,
        ComponentError::Restarts { .. } | ComponentError::Thread { .. } => SOFTWARE,
    }
}

fn of_setback(setback: &Setback) -> u8 {
    match Outlook::of(setback) {
        Outlook::Retry => UNAVAILABLE,
        Outlook::Refused => NO_PERMISSION,
        Outlook::Final => CONFIG,
    }
}
