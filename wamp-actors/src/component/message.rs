//! Local messages: what code of the same process asks of a component, without a session between.

use super::handler::Handler;
use super::{Component, Failure, Outcome, Reply};
use futures_util::future::LocalBoxFuture;
use proto::Payload;

/// What statistics call the entry through which messages reach a component.
pub(super) const NAME: &str = "messages";

/// Messages that may wait for their turn.
pub(super) const QUEUE: usize = 1024;

/// What a message does with the component, alone; it answers whoever sent it itself.
pub(crate) type Deed<C> = Box<dyn for<'a> FnOnce(&'a mut C) -> LocalBoxFuture<'a, ()> + Send>;

/// Delivers messages, `&mut self`.
pub(super) fn handler<C: Component>() -> Handler<C> {
    Handler::exclusive(|component, mut call| {
        let deed = call.take_message().and_then(|message| message.0.downcast::<Deed<C>>().ok());
        Box::pin(async move {
            let Some(deed) = deed else { return Err(Failure::internal("a message without content")) as Outcome };
            deed(component).await;
            Ok(Reply::Value(Payload::EMPTY))
        })
    })
}
