use super::bindings::Plan;
use super::handler::Handler;
use super::{Bindings, Call, Component, Invoked, Outcome};

impl<C: Component> Bindings<C> {
    /// Runs the handler bound to the call's URI or name, without session, queue or driver: for tests of a component.
    ///
    /// `None` if nothing is bound to it. Match policies, time-outs and limits play no part; `roles` does.
    ///
    /// ```
    /// use proto::{Format, Payload};
    /// use wamp_actors::component::{Bindings, Call, Invoked, Reply};
    /// use wamp_actors::prelude::*;
    ///
    /// struct Calculator;
    ///
    /// #[component(prefix = "com.example.calc")]
    /// impl Calculator {
    ///     #[procedure]
    ///     fn add2(&self, a: i64, b: i64) -> i64 {
    ///         a + b
    ///     }
    /// }
    ///
    /// # futures_util::FutureExt::now_or_never(async {
    /// let arguments = Payload::encode(Format::Json, &(2, 3)).unwrap();
    /// let call = Call::new("com.example.calc.add2", Invoked::Invocation(InvocationDetails::default()), arguments);
    /// let Some(Ok(Reply::Value(sum))) = Bindings::answer(&mut Calculator, call).await else { panic!("no sum") };
    /// assert_eq!(sum.decode::<i64>().unwrap(), 5);
    /// # }).unwrap();
    /// ```
    pub async fn answer(component: &mut C, call: Call) -> Option<Outcome> {
        let entries = Self::of_component().ok()?;
        let entry = entries.into_iter().find(|entry| entry.name.as_str() == call.uri().as_str())?;
        if let (Plan::Procedure(options), Invoked::Invocation(details)) = (&entry.plan, call.invoked())
            && let Some(refused) = options.refuses(details)
        {
            return Some(Err(refused));
        }
        Some(match entry.handler {
            Handler::Shared(handler) => handler(component, call).await,
            Handler::Exclusive(handler) => handler(component, call).await,
            Handler::Detached(handler) => handler(component, call).await,
        })
    }
}
