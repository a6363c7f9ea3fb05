//! How a router lets clients in, over raw frames: by a table, by a procedure that is asked, by a cookie; and sessions that expire.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod raw;

use actix_web::{App, HttpServer};
use raw::{CLOSE, Raw, address, frame, request, upgrade};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wamp_actors::auth::{CookieMethod, Decoy, Identity, Method, Principals, Secret, TicketMethod};
use wamp_actors::router::{AuthProcedure, Permissions, Roles, Router, RouterBuilder};

const ROLES: &str = r#"{"caller": {}, "callee": {}, "publisher": {}, "subscriber": {}}"#;

fn hello(methods: &[&str], authid: &str) -> Value {
    let roles: Value = serde_json::from_str(ROLES).unwrap();
    json!([1, "realm1", {"roles": roles, "authmethods": methods, "authid": authid}])
}

/// What a client is told that shows a ticket.
async fn join_by_ticket(router: &Router, authid: &str, ticket: &str) -> Value {
    let mut raw = Raw::open(address(router), "wamp.2.json").await;
    raw.send(hello(&["ticket"], authid)).await;
    assert_eq!(raw.recv().await, json!([4, "ticket", {}]));
    raw.send(json!([5, ticket, {}])).await;
    raw.recv().await
}

/// The reason of an ABORT.
fn reason(message: &Value) -> &str {
    assert_eq!(message[0], 3, "{message}");
    message[2].as_str().unwrap()
}

#[tokio::test]
async fn a_table_of_principals_says_who_may_join() {
    let table = r#"{"joe": {"role": "clerk", "ticket": "joes ticket", "extra": {"floor": 3}}, "ann": {"role": "clerk", "secret": "x"}}"#;
    let principals: Principals = serde_json::from_str(table).unwrap();
    let methods = principals.methods(Decoy::new([1; 32]));
    let names: Vec<_> = methods.iter().map(|method| method.name().to_owned()).collect();
    assert_eq!(names, ["wampcra", "ticket"], "what somebody has a record for, the stronger first");
    let router = Router::builder().realm_with("realm1", methods).listen("127.0.0.1:0").workers(1).start().await.unwrap();
    let welcome = join_by_ticket(&router, "joe", "joes ticket").await;
    assert_eq!(
        (&welcome[0], &welcome[2]["authrole"], &welcome[2]["authextra"], &welcome[2]["authprovider"]),
        (&json!(2), &json!("clerk"), &json!({"floor": 3}), &json!("static"))
    );
    for (authid, ticket) in [("joe", "another"), ("ann", ""), ("ann", "x"), ("nobody", "joes ticket")] {
        assert_eq!(reason(&join_by_ticket(&router, authid, ticket).await), "wamp.error.authentication_denied", "{authid}");
    }
    for wrong in [r#"{"joe": {"rol": "clerk"}}"#, r#"{"joe": {"role": "clerk", "authorized_keys": ["ab"]}}"#] {
        assert!(serde_json::from_str::<Principals>(wrong).is_err(), "{wrong}");
    }
}

/// A router whose clients are looked up by a procedure of the realm `auth`, and who serves there.
async fn asked(methods: &[&str]) -> (Router, Raw) {
    let procedure = AuthProcedure::new("auth", "com.example.authenticate", methods.iter().copied(), Decoy::new([1; 32]));
    let roles = Roles::new().role("clerk", Permissions::everything());
    let builder = Router::builder().realm_by_procedure("realm1", procedure).realm("auth").roles("realm1", roles);
    let router = builder.lookup_timeout(Duration::from_millis(300)).listen("127.0.0.1:0").workers(2).start().await.unwrap();
    let mut authenticator = Raw::open(address(&router), "wamp.2.msgpack").await;
    authenticator.hello("auth").await;
    assert_eq!(authenticator.recv().await[0], 2);
    (router, authenticator)
}

async fn serve(authenticator: &mut Raw) {
    authenticator.send(json!([64, 1, {}, "com.example.authenticate"])).await;
    assert_eq!(authenticator.recv().await[0], 65);
}

/// Answers the next question; gives it.
async fn answer(authenticator: &mut Raw, answer: Option<Value>) -> Value {
    let question = authenticator.recv().await;
    match answer {
        Some(answer) => authenticator.send(json!([70, question[1], {}, [answer]])).await,
        None => authenticator.send(json!([8, 68, question[1], {}, "com.example.error.database", ["password=1234"]])).await,
    }
    question
}

#[tokio::test]
async fn a_procedure_is_shown_the_ticket_and_says_who_may_join() {
    let (router, mut authenticator) = asked(&["ticket"]).await;
    serve(&mut authenticator).await;
    let cases = [
        (Some(json!({"role": "clerk", "authid": "joseph", "extra": {"floor": 3}})), Ok("joseph")),
        (Some(json!("clerk")), Ok("joe")),
        (Some(json!({"role": "clerk", "ticket": "t"})), Ok("joe")),
        (Some(json!({"role": "clerk", "ticket": "another"})), Err("wamp.error.authentication_denied")),
        (Some(json!({"role": "clerk", "secret": "of another method"})), Err("wamp.error.authentication_denied")),
        (Some(json!(null)), Err("wamp.error.authentication_denied")),
        (Some(json!({"role": "nobody has it"})), Err("wamp.error.no_such_role")),
        (Some(json!({"ticket": "t"})), Err("wamp.error.no_such_role")),
        (Some(json!(7)), Err("wamp.error.authentication_failed")),
        (None, Err("wamp.error.authentication_failed")),
    ];
    for (answered, expected) in cases {
        let (told, question) = tokio::join!(join_by_ticket(&router, "joe", "t"), answer(&mut authenticator, answered.clone()));
        assert_eq!((&question[4][0], &question[4][1]), (&json!("realm1"), &json!("joe")));
        assert_eq!((&question[4][2]["authmethod"], &question[4][2]["ticket"]), (&json!("ticket"), &json!("t")));
        match expected {
            Ok(authid) => assert_eq!((&told[0], &told[2]["authid"]), (&json!(2), &json!(authid)), "{answered:?}"),
            Err(expected) => assert_eq!(reason(&told), expected, "{answered:?}"),
        }
        assert!(!told.to_string().contains("1234"), "what the procedure says of its own troubles is not passed on: {told}");
    }
}

#[tokio::test]
async fn a_procedure_that_is_not_there_or_takes_too_long_lets_nobody_in() {
    let (router, mut authenticator) = asked(&["ticket", "wampcra"]).await;
    assert_eq!(reason(&join_by_ticket(&router, "joe", "t").await), "wamp.error.authentication_failed");
    serve(&mut authenticator).await;
    assert_eq!(reason(&join_by_ticket(&router, "joe", "t").await), "wamp.error.authentication_failed", "it is asked and says nothing");
}

#[tokio::test]
async fn a_principal_that_the_procedure_does_not_know_is_challenged_like_one_it_knows() {
    let (router, mut authenticator) = asked(&["wampcra"]).await;
    serve(&mut authenticator).await;
    for known in [Some(json!({"role": "user", "secret": "peters secret"})), Some(json!(null))] {
        let mut raw = Raw::open(address(&router), "wamp.2.json").await;
        raw.send(hello(&["wampcra"], "peter")).await;
        answer(&mut authenticator, known).await;
        let challenge = raw.recv().await;
        assert_eq!((&challenge[0], &challenge[1]), (&json!(4), &json!("wampcra")));
        let text: Value = serde_json::from_str(challenge[2]["challenge"].as_str().unwrap()).unwrap();
        assert_eq!((&text["authid"], &text["authrole"], &text["authprovider"]), (&json!("peter"), &json!("user"), &json!("dynamic")));
        raw.send(json!([5, "a guess", {}])).await;
        assert_eq!(reason(&raw.recv().await), "wamp.error.authentication_denied");
    }
}

#[tokio::test]
async fn a_session_ends_when_its_time_is_over() {
    let ticket =
        TicketMethod::new(|_, authid| Some((Secret::from("t"), Identity::new(authid, "user").expires_in(Duration::from_millis(60)))));
    let router = Router::builder().realm_with("realm1", [Arc::new(ticket) as Arc<dyn Method>]).listen("127.0.0.1:0").workers(1);
    let router = router.start().await.unwrap();
    let mut raw = Raw::open(address(&router), "wamp.2.json").await;
    raw.send(hello(&["ticket"], "joe")).await;
    raw.recv().await;
    raw.send(json!([5, "t", {}])).await;
    assert_eq!(raw.recv().await[0], 2);
    let goodbye = raw.recv().await;
    assert_eq!((&goodbye[0], &goodbye[2]), (&json!(6), &json!("wamp.close.expired")));
    assert_eq!(raw.frame().await.unwrap().code(), 1000);
    raw.write(&frame(CLOSE, &1000_u16.to_be_bytes())).await;
    raw.end().await;
    assert_eq!(router.stats().sessions, 0);
}

/// Opens a WebSocket with these further header lines; gives what `Set-Cookie` says.
async fn open(router: &Router, lines: &[String]) -> (Raw, Option<String>) {
    let lines = [upgrade("wamp.2.json"), lines.to_vec()].concat();
    let (io, status, head, buffer) = request(address(router), "/ws", &lines).await;
    assert_eq!(status, 101, "{head}");
    let cookie =
        head.lines().find(|line| line.to_lowercase().starts_with("set-cookie: ")).map(|line| line["set-cookie: ".len()..].to_owned());
    (Raw::over(io, "wamp.2.json", buffer), cookie)
}

#[tokio::test]
async fn who_joined_before_is_known_again_by_the_cookie() {
    let ticket = TicketMethod::new(|_, authid| Some((Secret::from("t"), Identity::new(authid, "user"))));
    let methods: [Arc<dyn Method>; 2] = [Arc::new(CookieMethod::new()), Arc::new(ticket)];
    let router = Router::builder().realm_with("realm1", methods).listen("127.0.0.1:0").workers(1).start().await.unwrap();
    let (mut raw, set) = open(&router, &[]).await;
    let set = set.expect("a cookie is set");
    assert!(set.contains("; HttpOnly") && set.contains("; SameSite=Strict") && !set.contains("Secure"), "{set}");
    let cookie = format!("Cookie: other=1; {}", set.split(';').next().unwrap());

    // It is worth nothing before somebody has joined.
    let (mut stranger, set_again) = open(&router, std::slice::from_ref(&cookie)).await;
    assert_eq!(set_again, None);
    stranger.send(hello(&["cookie"], "joe")).await;
    assert_eq!(reason(&stranger.recv().await), "wamp.error.authentication_denied");

    raw.send(hello(&["cookie", "ticket"], "joe")).await;
    assert_eq!(raw.recv().await[1], "ticket", "what is not known goes on to the next method");
    raw.send(json!([5, "t", {}])).await;
    assert_eq!(raw.recv().await[0], 2);

    let (mut again, _) = open(&router, std::slice::from_ref(&cookie)).await;
    again.send(hello(&["cookie", "ticket"], "joe")).await;
    let welcome = again.recv().await;
    assert_eq!((&welcome[0], &welcome[2]["authid"], &welcome[2]["authmethod"]), (&json!(2), &json!("joe"), &json!("cookie")), "{welcome}");

    let (mut other, _) = open(&router, &[cookie]).await;
    other.send(hello(&["cookie"], "ann")).await;
    assert_eq!(reason(&other.recv().await), "wamp.error.authentication_denied", "the cookie is joe's");
}

/// A long-poll session opened with these further header lines: its path, and what `Set-Cookie` says.
async fn open_longpoll(at: SocketAddr, path: &str, cookie: Option<&str>) -> (String, Option<String>) {
    let (body, head) = post(at, &format!("{path}/open"), cookie, br#"{"protocols": ["wamp.2.json"]}"#).await;
    let opened: Value = serde_json::from_slice(&body).unwrap();
    let set = head.lines().find_map(|line| line.to_lowercase().strip_prefix("set-cookie: ").map(str::to_owned));
    (format!("{path}/{}", opened["transport"].as_str().unwrap()), set)
}

async fn post(at: SocketAddr, path: &str, cookie: Option<&str>, body: &[u8]) -> (Vec<u8>, String) {
    let cookie = cookie.map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
    let head = format!("POST {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n{cookie}Content-Length: {}\r\n\r\n", body.len());
    let mut io = TcpStream::connect(at).await.unwrap();
    io.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    let mut octets = Vec::new();
    tokio::time::timeout(Duration::from_secs(20), io.read_to_end(&mut octets)).await.expect("an answer in time").unwrap();
    let end = octets.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head") + 4;
    let body = octets.split_off(end);
    (body, String::from_utf8(octets).unwrap())
}

/// Says something over long-poll, and gives the answer.
async fn poll(at: SocketAddr, session: &str, message: Value) -> Value {
    post(at, &format!("{session}/send"), None, message.to_string().as_bytes()).await;
    serde_json::from_slice(&post(at, &format!("{session}/receive"), None, b"").await.0).unwrap()
}

/// Joins by a ticket over long-poll, and then by the cookie that was set.
async fn is_known_again_by_longpoll(at: SocketAddr) {
    let (session, set) = open_longpoll(at, "/lp", None).await;
    let set = set.expect("a cookie is set");
    let cookie = set.split(';').next().unwrap();
    assert_eq!(poll(at, &session, hello(&["ticket"], "joe")).await[1], "ticket");
    assert_eq!(poll(at, &session, json!([5, "t", {}])).await[0], 2);
    let (again, set_again) = open_longpoll(at, "/lp", Some(cookie)).await;
    assert_eq!(set_again, None);
    let welcome = poll(at, &again, hello(&["cookie"], "joe")).await;
    assert_eq!((&welcome[0], &welcome[2]["authmethod"]), (&json!(2), &json!("cookie")), "{welcome}");
    let (stranger, _) = open_longpoll(at, "/lp", None).await;
    assert_eq!(reason(&poll(at, &stranger, hello(&["cookie"], "joe")).await), "wamp.error.authentication_denied");
}

fn with_cookies() -> RouterBuilder {
    let ticket = TicketMethod::new(|_, authid| Some((Secret::from("t"), Identity::new(authid, "user"))));
    let methods: [Arc<dyn Method>; 2] = [Arc::new(CookieMethod::new()), Arc::new(ticket)];
    Router::builder().realm_with("realm1", methods).workers(1)
}

#[tokio::test]
async fn a_cookie_serves_over_long_poll_too() {
    let router = with_cookies().listen("127.0.0.1:0").start().await.unwrap();
    is_known_again_by_longpoll(address(&router)).await;
}

#[actix_rt::test]
async fn a_cookie_serves_where_the_router_is_mounted() {
    let router = with_cookies().start().await.unwrap();
    let mounted = router.mount();
    let server = HttpServer::new(move || App::new().configure(mounted.clone())).workers(1).disable_signals();
    let server = server.on_connect(wamp_actors::router::on_connect).bind("127.0.0.1:0").unwrap();
    let at = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    let serving = actix_rt::spawn(server);
    is_known_again_by_longpoll(at).await;
    // A WebSocket of the same application sets one as well.
    let (_, status, head, _) = request(at, "/ws", &upgrade("wamp.2.json")).await;
    assert!(status == 101 && head.to_lowercase().contains("\r\nset-cookie: wamp="), "{head}");
    handle.stop(false).await;
    serving.await.unwrap().unwrap();
}
