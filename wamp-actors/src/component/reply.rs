use super::payload::encode;
use super::{Failure, IntoFailure};
use futures_util::stream::{LocalBoxStream, Stream, StreamExt};
use proto::{Format, Payload};
use serde::Serialize;
use std::fmt;
use std::marker::PhantomData;

/// What a handler gives: an answer, or the error to answer with.
pub type Outcome = Result<Reply, Failure>;

/// A handler's answer.
pub enum Reply {
    /// One final result.
    Value(Payload),
    /// Progressive results: each item one, the end a final result without arguments, an `Err` an error.
    ///
    /// It borrows nothing of the component, so it is driven beside the handlers and holds none of them up.
    Stream(LocalBoxStream<'static, Result<Payload, Failure>>),
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(payload) => f.debug_tuple("Value").field(payload).finish(),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

/// What a handler may return: a value, a tuple, `()`, a `Result` of these, a [`stream`], or a [`Payload`] as it is.
///
/// `()` answers without arguments, a tuple with positional ones, `Kwargs` by keyword, anything else with one argument.
/// `M` tells these cases apart; it is inferred. Where it cannot be (a `Result` whose error implements `Serialize` too),
/// name it: `IntoReply::<ByResult<_>>::into_reply`.
pub trait IntoReply<M = ByValue> {
    /// The answer, encoded in `format`.
    fn into_reply(self, format: Format) -> Outcome;
}

/// The case of a plain value.
#[derive(Debug)]
pub enum ByValue {}
/// The case of a `Result` whose `Ok` is of case `M`.
#[derive(Debug)]
pub struct ByResult<M>(PhantomData<M>);
/// The case of a [`stream`] whose items are of case `M`.
#[derive(Debug)]
pub struct ByStream<M>(PhantomData<M>);
/// The case of an encoded [`Payload`].
#[derive(Debug)]
pub enum ByPayload {}
/// The case of a [`Reply`] made by hand.
#[derive(Debug)]
pub enum ByOutcome {}
/// The case of a stream's plain item.
#[derive(Debug)]
pub enum ByItem {}

impl<T: Serialize> IntoReply<ByValue> for T {
    fn into_reply(self, format: Format) -> Outcome {
        encode(format, &self).map(Reply::Value)
    }
}

impl<M, T: IntoReply<M>, E: IntoFailure> IntoReply<ByResult<M>> for Result<T, E> {
    fn into_reply(self, format: Format) -> Outcome {
        self.map_err(E::into_failure)?.into_reply(format)
    }
}

impl IntoReply<ByPayload> for Payload {
    fn into_reply(self, _: Format) -> Outcome {
        Ok(Reply::Value(self))
    }
}

impl IntoReply<ByOutcome> for Reply {
    fn into_reply(self, _: Format) -> Outcome {
        Ok(self)
    }
}

/// A stream as a handler's answer; see [`stream`].
pub struct Streamed<S>(S);

impl<S> fmt::Debug for Streamed<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Streamed")
    }
}

/// Marks a stream as the answer of a handler: progressive results. Macros do this for `-> impl Stream<…>`.
pub fn stream<S: Stream + 'static>(stream: S) -> Streamed<S> {
    Streamed(stream)
}

impl<M, S> IntoReply<ByStream<M>> for Streamed<S>
where
    S: Stream + 'static,
    S::Item: IntoStreamItem<M>,
{
    fn into_reply(self, format: Format) -> Outcome {
        Ok(Reply::Stream(self.0.map(move |item| item.into_stream_item(format)).boxed_local()))
    }
}

/// What a handler's stream may yield: a value, or a `Result` whose `Err` ends the stream with an ERROR.
pub trait IntoStreamItem<M = ByItem> {
    /// One progressive result, encoded in `format`.
    fn into_stream_item(self, format: Format) -> Result<Payload, Failure>;
}

impl<T: Serialize> IntoStreamItem<ByItem> for T {
    fn into_stream_item(self, format: Format) -> Result<Payload, Failure> {
        encode(format, &self)
    }
}

impl<T: Serialize, E: IntoFailure> IntoStreamItem<ByResult<ByItem>> for Result<T, E> {
    fn into_stream_item(self, format: Format) -> Result<Payload, Failure> {
        encode(format, &self.map_err(E::into_failure)?)
    }
}
