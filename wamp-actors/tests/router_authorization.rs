//! What roles may do, over raw frames: rules, code, a procedure that is asked; and that the order of a session's acts holds meanwhile.
#![allow(clippy::unwrap_used)] // A failure is the test's.

mod raw;

use raw::{Raw, address};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use wamp_actors::auth::{Anonymous, Identity, Method, Secret, TicketMethod};
use wamp_actors::router::{Action, AuthorizerError, Decision, Permissions, Question, Roles, Router, RouterBuilder, Rule};

/// A router whose realm has the role `user` for everybody, with these permissions, and `backend` for who has the ticket, which may do
/// everything.
async fn router(user: Permissions, options: impl FnOnce(RouterBuilder) -> RouterBuilder) -> Router {
    let tickets = TicketMethod::new(|_, authid| Some((Secret::from("ticket"), Identity::new(authid, "backend"))));
    let methods: [Arc<dyn Method>; 2] = [Arc::new(Anonymous { authrole: "user".into() }), Arc::new(tickets)];
    let roles = Roles::new().role("user", user).role("backend", Permissions::everything());
    let builder = Router::builder().realm_with("realm1", methods).roles("realm1", roles).listen("127.0.0.1:0").workers(2);
    options(builder).start().await.unwrap()
}

async fn user(router: &Router) -> Raw {
    Raw::join(address(router), "wamp.2.json").await
}

async fn backend(router: &Router) -> Raw {
    let mut raw = Raw::open(address(router), "wamp.2.msgpack").await;
    let roles = json!({"caller": {}, "callee": {}, "publisher": {}, "subscriber": {}});
    raw.send(json!([1, "realm1", {"roles": roles, "authmethods": ["ticket"], "authid": "backend"}])).await;
    assert_eq!(raw.recv().await[0], 4);
    raw.send(json!([5, "ticket", {}])).await;
    assert_eq!(raw.recv().await[0], 2);
    raw
}

/// Registers it and gives the registration's id.
async fn register(raw: &mut Raw, request: u64, procedure: &str) {
    raw.send(json!([64, request, {}, procedure])).await;
    assert_eq!(raw.recv().await[0], 65);
}

async fn subscribe(raw: &mut Raw, request: u64, topic: &str) {
    raw.send(json!([32, request, {}, topic])).await;
    assert_eq!(raw.recv().await[0], 33);
}

/// The URI and the arguments of an ERROR that answers this request.
fn error(message: &Value, request_type: u64, request: u64) -> (String, Value) {
    assert_eq!((&message[0], &message[1], &message[2]), (&json!(8), &json!(request_type), &json!(request)), "{message}");
    (message[4].as_str().unwrap().to_owned(), message[5].clone())
}

fn rules() -> Permissions {
    Permissions::rules([
        Rule::prefix("com.example.").allow([Action::Call, Action::Subscribe, Action::Publish]),
        Rule::prefix("com.example.secret."),
        Rule::exact("com.example.mine").allow([Action::Register]),
    ])
}

#[tokio::test]
async fn what_no_rule_allows_is_answered_alike_whether_it_is_there_or_not() {
    let router = router(rules(), |options| options).await;
    let (mut backend, mut user) = (backend(&router).await, user(&router).await);
    register(&mut backend, 1, "com.example.secret.there").await;
    user.send(json!([48, 1, {}, "com.example.secret.there"])).await;
    let there = error(&user.recv().await, 48, 1);
    user.send(json!([48, 2, {}, "com.example.secret.not_there"])).await;
    assert_eq!(error(&user.recv().await, 48, 2), there);
    user.send(json!([48, 3, {}, "org.nobody.named.it"])).await;
    assert_eq!(error(&user.recv().await, 48, 3), there);
    assert_eq!(there.0, "wamp.error.not_authorized");
    user.send(json!([48, 4, {}, "com.example.not_there"])).await;
    assert_eq!(error(&user.recv().await, 48, 4).0, "wamp.error.no_such_procedure");
}

#[tokio::test]
async fn each_action_is_judged_by_itself() {
    let router = router(rules(), |options| options).await;
    let mut user = user(&router).await;
    user.send(json!([64, 1, {}, "com.example.other"])).await;
    assert_eq!(error(&user.recv().await, 64, 1).0, "wamp.error.not_authorized");
    user.send(json!([32, 2, {}, "com.example.secret.topic"])).await;
    assert_eq!(error(&user.recv().await, 32, 2).0, "wamp.error.not_authorized");
    user.send(json!([16, 3, {"acknowledge": true}, "com.example.secret.topic"])).await;
    assert_eq!(error(&user.recv().await, 16, 3).0, "wamp.error.not_authorized");
    register(&mut user, 4, "com.example.mine").await;
    user.send(json!([48, 5, {}, "com.example.mine"])).await;
    assert_eq!(error(&user.recv().await, 48, 5).0, "wamp.error.not_authorized", "the exact rule allows no calls");
    subscribe(&mut user, 6, "com.example.topic").await;
}

#[tokio::test]
async fn an_unacknowledged_publication_that_is_not_allowed_is_dropped_in_silence() {
    let router = router(rules(), |options| options).await;
    let (mut backend, mut user) = (backend(&router).await, user(&router).await);
    subscribe(&mut backend, 1, "com.example.secret.topic").await;
    subscribe(&mut backend, 2, "com.example.topic").await;
    user.send(json!([16, 1, {}, "com.example.secret.topic", ["no"]])).await;
    user.send(json!([16, 2, {"acknowledge": true}, "com.example.topic", ["yes"]])).await;
    assert_eq!(user.recv().await[0], 17);
    assert_eq!(backend.recv().await[4], json!(["yes"]));
}

#[tokio::test]
async fn a_pattern_must_be_allowed_as_a_whole() {
    let router = router(rules(), |options| options).await;
    let mut user = user(&router).await;
    for (request, policy, pattern) in
        [(1, "prefix", "com.example."), (2, "prefix", ""), (3, "wildcard", "com.example..door"), (4, "prefix", "wamp.")]
    {
        user.send(json!([32, request, {"match": policy}, pattern])).await;
        assert_eq!(error(&user.recv().await, 32, request).0, "wamp.error.not_authorized", "{pattern}");
    }
    user.send(json!([32, 5, {"match": "prefix"}, "com.example.public."])).await;
    assert_eq!(user.recv().await[0], 33);
}

#[tokio::test]
async fn a_rule_may_disclose_who_acts_whether_it_is_asked_for_or_not() {
    let rule = Rule::prefix("com.example.").allow([Action::Call, Action::Publish]).disclose_caller().disclose_publisher();
    let router = router(Permissions::rules([rule]), |options| options).await;
    let (mut backend, mut user) = (backend(&router).await, user(&router).await);
    register(&mut backend, 1, "com.example.who").await;
    subscribe(&mut backend, 2, "com.example.topic").await;
    user.send(json!([48, 1, {}, "com.example.who"])).await;
    assert_eq!(backend.recv().await[3]["caller_authrole"], "user");
    user.send(json!([16, 2, {"disclose_me": false}, "com.example.topic"])).await;
    assert_eq!(backend.recv().await[3]["publisher_authrole"], "user");
}

#[tokio::test]
async fn meta_procedures_fall_under_the_rules_that_name_them() {
    let all = router(Permissions::rules([Rule::prefix("").allow_all()]), |options| options.session_control(true)).await;
    let mut raw = user(&all).await;
    for (request, procedure) in [(1, "wamp.session.kill_all"), (2, "wamp.session.count")] {
        raw.send(json!([48, request, {}, procedure])).await;
        assert_eq!(error(&raw.recv().await, 48, request).0, "wamp.error.not_authorized", "{procedure}");
    }
    let named = router(Permissions::rules([Rule::exact("wamp.session.kill_by_authrole").allow([Action::Call])]), |options| options).await;
    let (mut victim, mut raw) = (backend(&named).await, user(&named).await);
    raw.send(json!([48, 1, {}, "wamp.session.kill_by_authrole", ["backend"]])).await;
    assert_eq!(raw.recv().await, json!([50, 1, {}, [1]]));
    assert_eq!(victim.recv().await[0], 6);
}

#[tokio::test]
async fn a_testament_must_be_allowed_as_a_publication() {
    let rules =
        [Rule::exact("wamp.session.add_testament").allow([Action::Call]), Rule::exact("com.example.topic").allow([Action::Publish])];
    let router = router(Permissions::rules(rules), |options| options).await;
    let mut user = user(&router).await;
    user.send(json!([48, 1, {}, "wamp.session.add_testament", ["com.example.secret", [], {}]])).await;
    assert_eq!(error(&user.recv().await, 48, 1).0, "wamp.error.not_authorized");
    user.send(json!([48, 2, {}, "wamp.session.add_testament", ["com.example.topic", [], {}]])).await;
    assert_eq!(user.recv().await[0], 50);
}

#[tokio::test]
async fn who_has_none_of_the_realms_roles_is_refused() {
    let roles = Roles::new().role("backend", Permissions::everything());
    let router = Router::builder().realm("realm1").roles("realm1", roles).listen("127.0.0.1:0").workers(1).start().await.unwrap();
    let mut raw = Raw::open(address(&router), "wamp.2.json").await;
    raw.hello("realm1").await;
    let abort = raw.recv().await;
    assert_eq!((&abort[0], &abort[2]), (&json!(3), &json!("wamp.error.no_such_role")));
}

/// Allows what does not end in `no`, once it is let.
fn slow(open: &Arc<Semaphore>, asked: &Arc<AtomicUsize>) -> Permissions {
    let (open, asked) = (Arc::clone(open), Arc::clone(asked));
    Permissions::ask(move |question: Question| {
        let (open, asked) = (Arc::clone(&open), Arc::clone(&asked));
        async move {
            asked.fetch_add(1, Ordering::SeqCst);
            open.acquire().await?.forget();
            Ok::<_, AuthorizerError>(Decision::from(!question.uri.ends_with("no")).cached())
        }
    })
}

#[tokio::test]
async fn what_a_session_does_later_stays_behind_what_is_being_decided() {
    let (open, asked) = (Arc::new(Semaphore::new(0)), Arc::default());
    let router = router(slow(&open, &asked), |options| options).await;
    let (mut backend, mut user) = (backend(&router).await, user(&router).await);
    for (request, topic) in [(1, "com.a"), (2, "com.no"), (3, "com.b")] {
        subscribe(&mut backend, request, topic).await;
    }
    let mut frames = Vec::new();
    for (request, topic) in [(1, "com.a"), (2, "com.no"), (3, "com.b"), (4, "com.a"), (5, "com.no")] {
        frames.extend(user.message(&json!([16, request, {"acknowledge": true}, topic, [request]])));
    }
    user.write(&frames).await;
    // While nothing is decided, others are served, and nothing of the user's comes through.
    backend.send(json!([48, 4, {}, "wamp.session.count"])).await;
    assert_eq!(backend.recv().await[0], 50);
    open.add_permits(3);
    let mut answers = Vec::new();
    for _ in 0..5 {
        let answer = user.recv().await;
        answers.push((answer[0].as_u64().unwrap(), answer[if answer[0] == 8 { 2 } else { 1 }].as_u64().unwrap()));
    }
    assert_eq!(answers, [(17, 1), (8, 2), (17, 3), (17, 4), (8, 5)]);
    for request in [1, 3, 4] {
        assert_eq!(backend.recv().await[4], json!([request]));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 3, "decisions are cached, refusals too");
}

#[tokio::test]
async fn an_authorizer_that_fails_or_takes_too_long_refuses() {
    let failing = |question: Question| async move {
        if question.uri.ends_with("slow") {
            std::future::pending::<()>().await;
        }
        Err::<Decision, AuthorizerError>("the database is down".into())
    };
    let router = router(Permissions::ask(failing), |options| options.lookup_timeout(Duration::from_millis(50))).await;
    let mut user = user(&router).await;
    for (request, procedure) in [(1, "com.example.slow"), (2, "com.example.fails")] {
        user.send(json!([48, request, {}, procedure])).await;
        let (uri, arguments) = error(&user.recv().await, 48, request);
        assert_eq!(uri, "wamp.error.authorization_failed");
        assert!(!arguments.to_string().contains("database"), "{arguments}");
    }
}

#[tokio::test]
async fn a_procedure_of_the_realm_is_asked_and_its_answer_counts() {
    let router = router(Permissions::procedure("com.example.authorize"), |options| options.lookup_timeout(Duration::from_secs(5))).await;
    let (mut backend, mut user) = (backend(&router).await, user(&router).await);
    user.send(json!([48, 1, {}, "com.example.any"])).await;
    assert_eq!(error(&user.recv().await, 48, 1).0, "wamp.error.authorization_failed", "nobody is there to be asked");
    register(&mut backend, 1, "com.example.authorize").await;
    register(&mut backend, 2, "com.example.any").await;
    let answers = [json!(true), json!(false), json!({"allow": true, "disclose": true, "cache": true}), json!("yes")];
    for (request, answer) in (2..).zip(answers) {
        user.send(json!([48, request, {}, "com.example.any"])).await;
        let question = backend.recv().await;
        let arguments = &question[4];
        assert_eq!((&arguments[0]["authrole"], &arguments[0]["authmethod"]), (&json!("user"), &json!("anonymous")), "{question}");
        assert_eq!((&arguments[1], &arguments[2], &arguments[3]["match"]), (&json!("com.example.any"), &json!("call"), &json!("exact")));
        backend.send(json!([70, question[1], {}, [answer]])).await;
        if answer == json!(false) {
            assert_eq!(error(&user.recv().await, 48, request).0, "wamp.error.not_authorized");
            continue;
        }
        let invocation = backend.recv().await;
        assert_eq!(invocation[3].get("caller_authrole"), answer.get("disclose").map(|_| json!("user")).as_ref(), "{invocation}");
        backend.send(json!([70, invocation[1], {}])).await;
        assert_eq!(user.recv().await[0], 50);
        if answer.get("cache").is_some() {
            break;
        }
    }
    // The last answer is cached, and discloses.
    user.send(json!([48, 5, {}, "com.example.any"])).await;
    let invocation = backend.recv().await;
    assert_eq!(invocation[3]["caller_authrole"], "user", "{invocation}");
    user.send(json!([32, 6, {"match": "prefix"}, "com."])).await;
    let question = backend.recv().await;
    assert_eq!((&question[4][2], &question[4][3]["match"]), (&json!("subscribe"), &json!("prefix")));
    backend.send(json!([70, question[1], {}, ["yes"]])).await;
    assert_eq!(error(&user.recv().await, 32, 6).0, "wamp.error.authorization_failed", "an answer that is none refuses");
}

#[tokio::test]
async fn rules_that_are_no_patterns_and_roles_of_no_realm_are_told_at_the_start() {
    let roles = Roles::new().role("user", Permissions::rules([Rule::exact("com..example")]));
    let error = Router::builder().realm("realm1").roles("realm1", roles.clone()).start().await.unwrap_err();
    assert!(error.to_string().contains("com..example"), "{error}");
    let error = Router::builder().realm("realm1").roles("realm2", roles).start().await.unwrap_err();
    assert!(error.to_string().contains("realm2"), "{error}");
}
