use super::{Script, authenticate, hello, hello_by_ticket};
use crate::accept::RefusalCause;
use crate::uri::wamp;
use std::time::Duration;

const A_MOMENT: Duration = Duration::from_millis(1);

#[test]
fn a_client_that_says_nothing_is_refused_after_five_seconds() {
    let mut script = Script::connected();
    let five = Duration::from_secs(5);
    assert_eq!(script.pass(five - A_MOMENT), None);
    let refusal = script.pass(A_MOMENT).unwrap();
    assert_eq!(refusal.cause, RefusalCause::TimedOut(five));
    assert_eq!(refusal.cause.reason(), wamp::TIMEOUT);
    assert_eq!(script.pass(five), None, "refused once");
}

#[test]
fn a_client_that_does_not_answer_its_challenge_is_refused_after_ten_seconds() {
    let mut script = Script::connected();
    let ten = Duration::from_secs(10);
    script.pass(Duration::from_secs(4));
    script.is_challenged(hello_by_ticket("closed"));
    assert_eq!(script.pass(ten - A_MOMENT), None);
    assert_eq!(script.pass(A_MOMENT).map(|refusal| refusal.cause), Some(RefusalCause::TimedOut(ten)));
}

#[test]
fn an_answer_after_the_time_is_refused_too() {
    let mut script = Script::challenged();
    script.pass(Duration::from_secs(10)).unwrap();
    script.is_refused(authenticate("secret!!!"));
}

#[test]
fn a_client_that_was_admitted_has_no_timer() {
    let mut script = Script::connected();
    script.is_admitted(hello("open"));
    assert_eq!(script.accept.poll_timeout(), None);
    assert_eq!(script.pass(Duration::from_secs(60)), None);
}
