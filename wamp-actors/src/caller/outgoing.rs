use super::TypedCall;
use crate::error::SessionError;
use crate::session::{CallBuilder, PublishBuilder, Requests};
use proto::payload::{PayloadBuilder, PayloadError};
use proto::uri::InvalidUri;
use proto::{Payload, Uri};
use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// A call or an event being put together, argument by argument. What is wrong with it is told when it is awaited.
#[must_use = "nothing is sent before it is made a call or an event, and that is awaited"]
pub struct Outgoing {
    requests: Arc<dyn Requests>,
    uri: String,
    /// What stands for the named parts of the URI.
    parts: Vec<(&'static str, String)>,
    payload: PayloadBuilder,
    /// Arguments left out since the last that was given: null, if another follows.
    left_out: usize,
    fault: Option<SessionError>,
}

impl Outgoing {
    pub(super) fn new(requests: Arc<dyn Requests>, uri: String) -> Self {
        let payload = PayloadBuilder::new(requests.format());
        Self { requests, uri, parts: Vec::new(), payload, left_out: 0, fault: None }
    }

    /// Puts `value` in the place of the URI's named part `{name}`. It is one component of the URI: a dot is refused.
    pub fn part(mut self, name: &'static str, value: &impl fmt::Display) -> Self {
        let value = value.to_string();
        match component(&value) {
            Ok(()) => self.parts.push((name, value)),
            Err(source) => drop(self.fault.get_or_insert(SessionError::Uri { uri: value, source })),
        }
        self
    }

    /// The next positional argument.
    pub fn arg<T: Serialize + ?Sized>(mut self, value: &T) -> Self {
        for _ in 0..std::mem::take(&mut self.left_out) {
            self.write(|payload| payload.arg(&()).map(drop));
        }
        self.write(|payload| payload.arg(value).map(drop));
        self
    }

    /// The next positional argument, which may be left out: null, if others follow that are not.
    pub fn optional<T: Serialize>(mut self, value: &Option<T>) -> Self {
        match value {
            Some(value) => self.arg(value),
            None => {
                self.left_out += 1;
                self
            }
        }
    }

    /// Any number of positional arguments.
    pub fn rest<T: Serialize>(self, values: &[T]) -> Self {
        values.iter().fold(self, Self::arg)
    }

    /// The fields of a struct, or the entries of a map, as keyword arguments.
    pub fn kwargs<T: Serialize + ?Sized>(mut self, values: &T) -> Self {
        self.write(|payload| payload.kwargs(values).map(drop));
        self
    }

    /// A call with these arguments.
    pub fn call<R, E, S>(self) -> TypedCall<R, E, S> {
        let (requests, uri, payload) = self.finish();
        TypedCall::new(CallBuilder::with_payload(requests, &uri, payload))
    }

    /// An event with these arguments.
    pub fn publish(self) -> PublishBuilder {
        let (requests, uri, payload) = self.finish();
        PublishBuilder::with_payload(requests, &uri, payload)
    }

    fn finish(mut self) -> (Arc<dyn Requests>, String, Result<Payload, SessionError>) {
        let uri = if self.parts.is_empty() { std::mem::take(&mut self.uri) } else { filled(&self.uri, &self.parts) };
        let payload = self.fault.map_or_else(|| Ok(self.payload.finish()), Err);
        (self.requests, uri, payload)
    }

    fn write(&mut self, write: impl FnOnce(&mut PayloadBuilder) -> Result<(), PayloadError>) {
        if let Err(error) = write(&mut self.payload) {
            self.fault.get_or_insert(error.into());
        }
    }
}

/// The URI with its named parts given.
fn filled(uri: &str, parts: &[(&'static str, String)]) -> String {
    let named = |component: &str| component.strip_prefix('{').and_then(|name| name.strip_suffix('}')).map(str::to_owned);
    let given = |name: String| parts.iter().find(|(part, _)| *part == name).map(|(_, value)| value.as_str());
    let components: Vec<_> = uri.split('.').map(|component| named(component).and_then(given).unwrap_or(component)).collect();
    components.join(".")
}

/// Whether `value` is one component of a URI: with a dot, a caller's value would choose another procedure or topic.
fn component(value: &str) -> Result<(), InvalidUri> {
    if value.contains('.') {
        return Err(InvalidUri::Character('.'));
    }
    Uri::new(value).map(drop)
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("uri", &self.uri).field("fault", &self.fault).finish_non_exhaustive()
    }
}
