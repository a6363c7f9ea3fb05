use super::*;

fn close(code: u16, reason: &str) -> CloseFrame<'_> {
    CloseFrame { code: CloseCode::new(code), reason }
}

/// What a client makes of a server's octets.
fn read(out: &[u8]) -> Vec<Seen> {
    feed(&mut WebSocket::new(Side::Client, None, LIMIT), [out])
}

#[test]
fn a_close_is_answered_with_its_code_and_the_server_ends_the_connection() {
    let (mut closing, mut out) = (Closing::default(), Vec::new());
    assert_eq!((closing.may_send(), closing.tcp(Side::Server)), (true, Tcp::Keep));
    closing.recv_close(&mut out, &close(3001, "bye"), None);
    assert_eq!(read(&out), [Seen::Close(Some(3001), String::new())]);
    assert_eq!((closing.may_send(), closing.tcp(Side::Server), closing.tcp(Side::Client)), (false, Tcp::Shutdown, Tcp::AwaitEnd));
}

#[test]
fn a_close_without_a_code_is_answered_by_one_without() {
    let (mut closing, mut out) = (Closing::default(), Vec::new());
    closing.recv_close(&mut out, &CloseFrame { code: None, reason: "" }, Some(KEY));
    assert_eq!(feed_server(&out), [Seen::Close(None, String::new())]);
}

#[test]
fn the_answer_to_our_close_is_not_answered() {
    let (mut closing, mut out) = (Closing::default(), Vec::new());
    closing.send_close(&mut out, close(1001, "drain"), None);
    assert_eq!(read(&out), [Seen::Close(Some(1001), "drain".into())]);
    assert_eq!((closing.may_send(), closing.tcp(Side::Server)), (false, Tcp::AwaitClose));
    let written = out.len();
    closing.send_close(&mut out, close(1000, ""), None);
    closing.recv_close(&mut out, &close(1001, ""), None);
    closing.fail(&mut out, &Violation::Utf8, None);
    assert_eq!(out.len(), written, "one close frame in all");
    assert_eq!(closing.tcp(Side::Server), Tcp::Shutdown);
}

#[test]
fn a_violation_is_told_and_its_answer_is_not_waited_for() {
    let (mut closing, mut out) = (Closing::default(), Vec::new());
    closing.fail(&mut out, &Violation::TooBig { limit: 7 }, None);
    assert_eq!(read(&out), [Seen::Close(Some(1009), "a message is longer than 7 octets".into())]);
    assert_eq!(closing.tcp(Side::Server), Tcp::Shutdown);
}

#[test]
fn a_reason_that_does_not_fit_is_cut_at_a_characters_end() {
    for (reason, kept) in [("a".repeat(123), 123), ("a".repeat(124), 123), ("ä".repeat(62), 122), ("💧".repeat(31), 120)] {
        let mut out = Vec::new();
        Closing::Open.send_close(&mut out, close(1000, &reason), None);
        assert_eq!(read(&out), [Seen::Close(Some(1000), reason[..kept].to_owned())]);
    }
}
