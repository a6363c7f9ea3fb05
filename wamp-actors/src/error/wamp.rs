//! The error of an application: a URI and arguments, as they travel in an ERROR message.

use proto::message::ErrorDetails;
use proto::payload::PayloadBuilder;
use proto::{Dict, Format, Payload, RawUri, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;

pub use proto::payload::PayloadError;

/// An application error: a URI, and arguments of which the first is by convention a message for people.
///
/// Handlers return it (or a type of their own that derives `WampError`), and callers get it in
/// [`CallError::Error`](super::CallError::Error).
///
/// ```
/// use wamp_actors::error::WampError;
/// let error = WampError::new("com.example.error.out_of_stock").with_message("only 3 left").arg(3);
/// assert_eq!(error.uri(), "com.example.error.out_of_stock");
/// assert_eq!(error.message(), Some("only 3 left".into()));
/// ```
#[derive(Clone)]
pub struct WampError {
    uri: RawUri,
    details: ErrorDetails,
    // Boxed: a `Result` of a handler is as large as its larger half.
    content: Box<Content>,
}

#[derive(Clone)]
enum Content {
    /// Being built here; a value that could not be written is told when the whole is.
    Built { message: Option<String>, args: Vec<Value>, kwargs: Dict, unfit: Option<PayloadError> },
    /// Received, or given as a whole.
    Raw(Payload),
}

impl WampError {
    /// An error of that URI, without arguments.
    pub fn new(uri: impl Into<RawUri>) -> Self {
        Self {
            uri: uri.into(),
            details: ErrorDetails::default(),
            content: Box::new(Content::Built { message: None, args: Vec::new(), kwargs: Dict::default(), unfit: None }),
        }
    }

    /// An error as it came over the wire.
    pub fn received(uri: RawUri, details: ErrorDetails, payload: Payload) -> Self {
        Self { uri, details, content: Box::new(Content::Raw(payload)) }
    }

    /// An error with a payload made elsewhere.
    pub fn with_payload(uri: impl Into<RawUri>, payload: Payload) -> Self {
        Self::received(uri.into(), ErrorDetails::default(), payload)
    }

    /// Sets the message for people: the first positional argument.
    #[must_use]
    pub fn with_message(mut self, text: impl Into<String>) -> Self {
        if let Content::Built { message, .. } = &mut *self.content {
            *message = Some(text.into());
        }
        self
    }

    /// Adds a positional argument, after the message if there is one.
    #[must_use]
    pub fn arg(mut self, value: impl Serialize) -> Self {
        if let Content::Built { args, unfit, .. } = &mut *self.content {
            match to_value(&value) {
                Ok(value) => args.push(value),
                Err(error) => *unfit = Some(error),
            }
        }
        self
    }

    /// Adds a keyword argument.
    #[must_use]
    pub fn kwarg(mut self, name: impl AsRef<str>, value: impl Serialize) -> Self {
        if let Content::Built { kwargs, unfit, .. } = &mut *self.content {
            match to_value(&value) {
                Ok(value) => drop(kwargs.insert(name.as_ref().into(), value)),
                Err(error) => *unfit = Some(error),
            }
        }
        self
    }

    /// The URI.
    pub fn uri(&self) -> &str {
        self.uri.as_str()
    }

    /// What the ERROR message said beyond its URI and arguments.
    pub const fn details(&self) -> &ErrorDetails {
        &self.details
    }

    /// The message for people: the first positional argument, if it is text.
    pub fn message(&self) -> Option<String> {
        match &*self.content {
            Content::Built { message, args, .. } => message.clone().or_else(|| match args.first() {
                Some(Value::String(text)) => Some(text.clone()),
                _ => None,
            }),
            Content::Raw(payload) => payload.as_ref().positionals().next()?.decode().ok(),
        }
    }

    /// Reads the arguments, message included, as `T` (a tuple is positional, `Kwargs` by keyword).
    ///
    /// # Errors
    ///
    /// If they are not of that shape.
    pub fn decode_args<T: DeserializeOwned>(&self) -> Result<T, PayloadError> {
        self.payload(Format::MsgPack)?.decode()
    }

    /// The arguments in `format`, or in the one they came in.
    ///
    /// # Errors
    ///
    /// If an argument cannot be carried by the format.
    pub fn payload(&self, format: Format) -> Result<Payload, PayloadError> {
        match &*self.content {
            Content::Raw(payload) => Ok(payload.clone()),
            Content::Built { unfit: Some(why), .. } => Err(why.clone()),
            Content::Built { message, args, kwargs, .. } => {
                let mut payload = PayloadBuilder::new(format);
                message.iter().try_for_each(|message| payload.arg(message).map(drop))?;
                args.iter().try_for_each(|arg| payload.arg(arg).map(drop))?;
                kwargs.iter().try_for_each(|(name, arg)| payload.kwarg(name, arg).map(drop))?;
                Ok(payload.finish())
            }
        }
    }
}

/// How much of an error's arguments `Debug` shows, in octets.
const SHOWN: usize = 256;

/// With its arguments as values, cut short.
impl fmt::Debug for WampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("WampError");
        shown.field("uri", &self.uri.as_str());
        match self.payload(Format::MsgPack).map(|payload| values(&payload)) {
            Ok(Ok((args, kwargs))) => {
                if !args.is_empty() {
                    shown.field("args", &format_args!("{}", cut_short(&args)));
                }
                if !kwargs.is_empty() {
                    shown.field("kwargs", &format_args!("{}", cut_short(&kwargs)));
                }
                shown.finish()
            }
            Ok(Err(unreadable)) => shown.field("unreadable", &unreadable).finish(),
            Err(unfit) => shown.field("unfit", &unfit).finish(),
        }
    }
}

type Arguments = (Vec<Value>, Vec<(String, Value)>);

fn values(payload: &Payload) -> Result<Arguments, proto::serializer::ReadError> {
    let payload = payload.as_ref();
    let args = payload.positionals().map(|value| value.to_value()).collect::<Result<_, _>>()?;
    let kwargs = payload.keywords().map(|(name, value)| Ok((name.as_ref().to_owned(), value.to_value()?))).collect::<Result<_, _>>()?;
    Ok((args, kwargs))
}

/// The text of `Debug`, of no more than [`SHOWN`] octets.
fn cut_short(value: &impl fmt::Debug) -> String {
    struct Short(String);

    impl fmt::Write for Short {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let room = SHOWN - self.0.len();
            if text.len() <= room {
                self.0.push_str(text);
                return Ok(());
            }
            let cut = (0..=room).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default();
            self.0.push_str(text.get(..cut).unwrap_or_default());
            // Ends the formatting: what follows is not looked at.
            Err(fmt::Error)
        }
    }

    let mut short = Short(String::new());
    match fmt::Write::write_fmt(&mut short, format_args!("{value:?}")) {
        Ok(()) => short.0,
        Err(fmt::Error) => short.0 + "…",
    }
}

impl fmt::Display for WampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message() {
            Some(message) => write!(f, "{}: {message}", self.uri),
            None => fmt::Display::fmt(&self.uri, f),
        }
    }
}

impl std::error::Error for WampError {}

/// What a handler's error becomes on the wire. `#[derive(WampError)]` writes it, one URI a variant.
pub trait IntoWampError {
    /// The error to be sent.
    fn into_wamp_error(self) -> WampError;
}

/// What a caller makes of an ERROR: the other half of `#[derive(WampError)]`.
pub trait FromWampError: Sized {
    /// The error of this type, if `error` has one of its URIs and fitting arguments.
    ///
    /// # Errors
    ///
    /// `error` itself, if it is another.
    fn from_wamp_error(error: WampError) -> Result<Self, WampError>;
}

impl IntoWampError for WampError {
    fn into_wamp_error(self) -> WampError {
        self
    }
}

impl FromWampError for WampError {
    fn from_wamp_error(error: WampError) -> Result<Self, WampError> {
        Ok(error)
    }
}

impl IntoWampError for std::convert::Infallible {
    fn into_wamp_error(self) -> WampError {
        match self {}
    }
}

fn to_value(value: &impl Serialize) -> Result<Value, PayloadError> {
    let (value,) = Payload::encode(Format::MsgPack, &(value,))?.decode()?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_arguments_as_values() {
        let error = WampError::new("e.e").with_message("only 3 left").arg(3).kwarg("unit", "kg");
        let shown = r#"WampError { uri: "e.e", args: [String("only 3 left"), Int(3)], kwargs: [("unit", String("kg"))] }"#;
        assert_eq!(format!("{error:?}"), shown);
        let received = WampError::with_payload("e.e", error.payload(Format::Cbor).expect("arguments"));
        assert_eq!(format!("{received:?}"), shown);
        assert_eq!(format!("{:?}", WampError::new("e.e")), r#"WampError { uri: "e.e" }"#);
    }

    #[test]
    fn debug_cuts_long_arguments_short() {
        let shown = format!("{:?}", WampError::new("e.e").arg("ü".repeat(100_000)));
        assert!(shown.len() < 2 * SHOWN && shown.contains('…'), "{}", shown.len());
    }
}
