use proto::message::{Extra, TraceContext};

/// What of a CALL's or PUBLISH's options goes with the INVOCATION or EVENT: the trace that it belongs to, if it is in order. An extension
/// of ours; other keys are between the peer and the router.
pub(super) fn passed_on(options: &Extra) -> Extra {
    let mut details = Extra::default();
    if !options.is_empty()
        && let Some(trace) = TraceContext::of(options)
    {
        trace.carry(&mut details);
    }
    details
}
