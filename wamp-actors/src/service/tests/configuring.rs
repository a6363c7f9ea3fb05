//! What a configuration does to a service. Each key has a check of its effect, and the keys are found by asking the reader.

use super::super::plan::Plan;
use super::{Calculator, Router, Service, Worker, join};
use crate::component::{BuildError, Component, ComponentOptions, ComponentState, OnRefusal};
use crate::config::{ConfigError, FromConfig, Problem};
use crate::service::{OnFailure, ServiceError};
use futures_util::FutureExt as _;
use proto::Format;
use proto::auth::{AuthError, Authenticator};
use std::collections::BTreeSet;
use std::time::Duration;

/// What a service comes to with this configuration, and nothing in the environment.
fn plan(toml: &str) -> Result<Plan, ServiceError> {
    let service = Service::new().component(Calculator::default).component(|| Worker(0)).router(Router::builder());
    Plan::of(service.config_text(toml).in_environment(|_| None))
}

fn planned(toml: &str) -> Plan {
    plan(toml).unwrap_or_else(|error| panic!("{toml}\n{error}"))
}

/// The options that the calculator gets.
fn calculator(toml: &str) -> ComponentOptions {
    let plan = planned(toml);
    plan.specs.into_iter().find(|spec| spec.name == Calculator::NAME).expect("it is not disabled").options
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A key, a value that is not its default, and whether it has had its effect.
type Check = (&'static str, &'static str, fn(&str) -> bool);

/// A check under its whole key, with its configuration.
type Whole = (String, String, fn(&str) -> bool);

/// The keys of the service and of the router.
const SERVICE: &[Check] = &[
    ("service.url", "['ws://a/ws', 'ws://b/ws']", |toml| {
        calculator(toml).urls == ["ws://a/ws", "ws://b/ws"] && planned(toml).router.is_none()
    }),
    ("service.realm", "'realm7'", |toml| planned(toml).realm == "realm7" && calculator(toml).realm.as_deref() == Some("realm7")),
    ("service.drain", "'3s'", |toml| planned(toml).drain == secs(3)),
    ("service.on_failure", "'keep_rest'", |toml| planned(toml).on_failure == OnFailure::KeepRest),
    ("service.threads", "3", |toml| planned(toml).threads == Some(3)),
    ("service.status", "'com.example.status'", |toml| {
        planned(toml).status.is_some_and(|status| status.procedure == "com.example.status" && status.session.realm == "realm1")
    }),
    ("log.filter", "'debug'", |toml| planned(toml).log.as_deref() == Some("debug")),
    ("router.embedded", "false", |toml| matches!(plan(toml), Err(ServiceError::NoRouter))),
    ("router.listen", "'127.0.0.1:9'", |toml| {
        format!("{:?}", planned(toml).router).contains("listen: [ListenOptions { address: \"127.0.0.1:9\"")
    }),
];

/// The keys that stand for all components, and under `component.NAME` for one.
const SHARED: &[Check] = &[
    ("session.serializers", "['json', 'cbor']", |toml| calculator(toml).session.link.formats == [Format::Json, Format::Cbor]),
    ("session.agent", "'me'", |toml| calculator(toml).session.agent.as_deref() == Some("me")),
    ("session.connect_timeout", "'1s'", |toml| calculator(toml).session.connect_timeout == secs(1)),
    ("session.welcome_timeout", "'1s'", |toml| calculator(toml).session.welcome_timeout == secs(1)),
    ("session.call_timeout", "'none'", |toml| calculator(toml).session.call_timeout.is_none()),
    ("session.request_timeout", "'1s'", |toml| calculator(toml).session.request_timeout == secs(1)),
    ("session.leave_timeout", "'1s'", |toml| calculator(toml).session.leave_timeout == secs(1)),
    ("session.max_message", "'1 KiB'", |toml| calculator(toml).session.link.max_message == 1024),
    ("session.outbox", "4096", |toml| calculator(toml).session.outbox == 4096),
    ("reconnect.initial", "'1s'", |toml| calculator(toml).backoff.initial == secs(1)),
    ("reconnect.max", "'1s'", |toml| calculator(toml).backoff.max == secs(1)),
    ("reconnect.reset_after", "'1s'", |toml| calculator(toml).backoff.reset_after == secs(1)),
    ("reconnect.max_attempts", "3", |toml| calculator(toml).backoff.max_attempts == Some(3)),
    ("reconnect.retry_refused", "true", |toml| calculator(toml).retry_refused),
    ("restarts.max", "3", |toml| calculator(toml).restarts.restarts == 3),
    ("restarts.within", "'1m'", |toml| calculator(toml).restarts.within == secs(60)),
    ("credentials.authid", "'joe'", |toml| calculator(toml).session.authid.as_deref() == Some("joe")),
    ("credentials.authrole", "'clerk'", |toml| calculator(toml).session.authrole.as_deref() == Some("clerk")),
    ("credentials.cryptosign", "'0707070707070707070707070707070707070707070707070707070707070707'", |toml| offers(toml, "cryptosign")),
    ("credentials.scram", "'a password'\nauthid = 'joe'", |toml| offers(toml, "wamp-scram")),
    ("credentials.wampcra", "'a secret'", |toml| offers(toml, "wampcra")),
    ("credentials.ticket", "'a ticket'", |toml| offers(toml, "ticket")),
    ("credentials.certificate", "true", |toml| offers(toml, "tls")),
    ("credentials.channel_binding", "true\nscram = 'a password'\nauthid = 'joe'", |toml| {
        offered(toml).iter_mut().all(|method| method.bind(None) == Err(AuthError::NoChannel))
    }),
];

/// The keys of one component.
const COMPONENT: &[Check] = &[
    ("enabled", "false", |toml| !planned(toml).specs.iter().any(|spec| spec.name == "calculator")),
    ("instances", "3", |toml| calculator(toml).instances == 3),
    ("url", "'ws://a/ws'", |toml| calculator(toml).urls == ["ws://a/ws"]),
    ("realm", "'realm7'", |toml| calculator(toml).realm.as_deref() == Some("realm7") && planned(toml).realm == "realm1"),
    ("on_refusal", "'take_over'", |toml| calculator(toml).on_refusal == OnRefusal::TakeOver),
    ("patience", "'1s'", |toml| calculator(toml).patience == secs(1)),
    ("max_running", "7", |toml| calculator(toml).max_running == 7),
    ("requires", "['worker']", |toml| calculator(toml).requires == ["worker"]),
    ("requires_timeout", "'1s'", |toml| calculator(toml).requires_timeout == secs(1)),
    ("until_done", "true", |toml| calculator(toml).until_done),
    ("settings", "{ greeting = 'hello' }", |toml| matches!(plan(toml), Err(ServiceError::Config(error)) if is_no_settings(&error))),
];

/// The calculator takes no settings; what those do that are taken has tests of its own.
fn is_no_settings(error: &ConfigError) -> bool {
    matches!(error.faults(), [fault] if matches!(fault.problem, Problem::NoSettings))
}

fn offered(toml: &str) -> Vec<Box<dyn Authenticator>> {
    let provider = calculator(toml).session.credentials.expect("credentials");
    let asked = provider.ask(secs(1)).now_or_never().expect("at once");
    asked.expect("credentials").authenticators
}

fn offers(toml: &str, method: &str) -> bool {
    offered(toml).iter().map(|authenticator| authenticator.method().to_owned()).collect::<Vec<_>>() == [method]
}

/// The key alone in a configuration.
fn alone(key: &str, value: &str) -> String {
    let (section, name) = key.rsplit_once('.').expect("a key in a section");
    format!("[{section}]\n{name} = {value}\n")
}

/// All checks there are: whole key, configuration, check.
fn checks() -> Vec<Whole> {
    let mut checks = Vec::new();
    for &(key, value, check) in SERVICE.iter().chain(SHARED) {
        checks.push((key.to_owned(), alone(key, value), check));
    }
    for &(key, value, check) in COMPONENT.iter().chain(SHARED) {
        let key = format!("component.calculator.{key}");
        let toml = alone(&key, value);
        checks.push((key, toml, check));
    }
    checks
}

#[test]
fn each_key_has_its_effect() {
    for (key, toml, has_effect) in checks() {
        assert!(has_effect(&toml), "{key}:\n{toml}");
    }
}

/// The keys below `section`, as the reader tells them to somebody who asks for one that there is not.
fn keys_below(section: &str) -> Vec<String> {
    let header = if section.is_empty() { String::new() } else { format!("[{section}]\n") };
    let refused = plan(&format!("{header}no_such_key = 1\n"));
    let Err(ServiceError::Config(error)) = refused else { return Vec::new() };
    let allowed = error.faults().iter().find_map(|fault| match &fault.problem {
        Problem::UnknownKey { allowed } if fault.key.ends_with("no_such_key") => Some(allowed.clone()),
        _ => None,
    });
    let path = |key: String| if section.is_empty() { key } else { format!("{section}.{key}") };
    allowed.into_iter().flatten().map(path).collect()
}

/// All keys that are not tables of keys.
fn keys(section: &str) -> Vec<String> {
    let below = |key: String| {
        let inner = match key.as_str() {
            "component" => keys("component.calculator"),
            // The component's own.
            "component.calculator.settings" => Vec::new(),
            key => keys(key),
        };
        if inner.is_empty() { vec![key] } else { inner }
    };
    keys_below(section).into_iter().flat_map(below).collect()
}

#[test]
fn no_key_is_without_a_check_of_its_effect() {
    let keys: BTreeSet<_> = keys("").into_iter().collect();
    let checked: BTreeSet<_> = checks().into_iter().map(|(key, ..)| key).collect();
    assert!(keys.contains("service.realm") && keys.contains("component.calculator.session.outbox"), "{keys:?}");
    assert_eq!(keys, checked);
}

/// A component that is made from its settings.
struct Greeter(Greeting);

#[derive(Debug, serde::Deserialize)]
struct Greeting {
    greeting: String,
    #[serde(default)]
    broken: bool,
}

impl Component for Greeter {
    const NAME: &'static str = "greeter";

    fn bind(bindings: &mut crate::component::Bindings<Self>) {
        bindings.procedure("com.example.greet").run(async |greeter: &Self, (): ()| greeter.0.greeting.clone());
    }
}

impl FromConfig for Greeter {
    type Settings = Greeting;

    fn from_config(settings: Greeting) -> Result<Self, BuildError> {
        if settings.broken { Err("it is broken".into()) } else { Ok(Self(settings)) }
    }
}

fn greeter(toml: &str) -> Service {
    Service::new().configured::<Greeter>().router(Router::builder()).config_text(toml).in_environment(|_| None)
}

#[actix_rt::test]
async fn a_component_is_made_from_its_settings() {
    let running =
        greeter("[service]\nrealm = 'realm7'\n[component.greeter.settings]\ngreeting = 'hello'\n").start().await.expect("started");
    running.ready().await.expect("ready");
    let session = join(running.router().expect("embedded"), "realm7").await;
    assert_eq!(session.call::<String>("com.example.greet", ()).await.expect("a greeting"), "hello");
    running.stop().await;
}

#[actix_rt::test]
async fn settings_that_do_not_fit_stop_the_service_before_it_starts() {
    let error = greeter("[component.greeter.settings]\ngreting = 'hello'\n").start().await.expect_err("refused");
    let ServiceError::Config(error) = error else { panic!("{error}") };
    assert_eq!(
        error.to_string(),
        "(text):2:1: unknown key `component.greeter.settings.greting`; allowed: `greeting`, `broken`\n\
         (text):1:20: `component.greeter.settings` lacks the key `greeting`"
    );
}

#[actix_rt::test]
async fn a_component_that_cannot_be_made_fails_with_its_own_reason() {
    let running = greeter("[component.greeter.settings]\ngreeting = 'hello'\nbroken = true\n").start().await.expect("started");
    let error = running.ready().await.expect_err("failed");
    assert_eq!(error.to_string(), "component greeter cannot be made: it is broken");
    running.stop().await;
}

#[test]
fn what_is_said_of_one_component_counts_over_what_is_said_of_all() {
    let toml = "[service]\nrealm = 'a'\n[restarts]\nmax = 7\nwithin = '7s'\n[component.calculator]\nrealm = 'b'\nrestarts.max = 8\n";
    let options = calculator(toml);
    assert_eq!((options.realm.as_deref(), options.restarts.restarts, options.restarts.within), (Some("b"), 8, secs(7)));
    let worker = planned(toml).specs.into_iter().find(|spec| spec.name == Worker::NAME).expect("a worker").options;
    assert_eq!((worker.realm.as_deref(), worker.restarts.restarts), (Some("a"), 7));
}

#[test]
fn the_configuration_counts_over_the_code() {
    let service = Service::new().component_with(Calculator::default, |options| options.realm("code").url("ws://code/ws").instances(5));
    let service =
        service.drain(secs(1)).config_text("[service]\nrealm = 'file'\nurl = 'ws://file/ws'\n[component.calculator]\ninstances = 1\n");
    let plan = Plan::of(service.in_environment(|_| None)).expect("a plan");
    let options = &plan.specs[0].options;
    assert_eq!((options.realm.as_deref(), &options.urls[..], options.instances), (Some("file"), &["ws://file/ws".to_owned()][..], 1));
    assert_eq!(plan.drain, secs(1));
}

#[test]
fn a_component_that_is_only_marked_runs_if_the_configuration_names_it() {
    // `third` is marked in the module beside this one.
    let plan = planned("[component.third]\nenabled = true\n");
    assert_eq!(plan.specs.iter().map(|spec| spec.name).collect::<Vec<_>>(), ["calculator", "worker", "worker"]);
}

#[actix_rt::test]
async fn a_secret_is_looked_up_anew_at_each_join() {
    use crate::auth::{Identity, Secret, TicketMethod};
    let identity = || Identity {
        authid: "joe".into(),
        authrole: "clerk".into(),
        authprovider: "static".into(),
        authextra: Default::default(),
        expires_in: None,
    };
    let tickets = TicketMethod::new(move |_, _| Some((Secret::from("the second"), identity())));
    let router = Router::builder().realm_with("realm1", [std::sync::Arc::new(tickets) as _]);
    let folder = std::env::temp_dir().join(format!("wamp-ticket-{}", std::process::id()));
    std::fs::write(&folder, "the first\n").expect("a file");
    let toml = format!(
        "[credentials]\nauthid = 'joe'\nticket.file = '{}'\n[reconnect]\nretry_refused = true\ninitial = '1ms'\n",
        folder.display()
    );
    let running = Service::new().component(Calculator::default).router(router).config_text(toml).in_environment(|_| None);
    let running = running.start().await.expect("started");
    let mut state = running.components()[0].state();
    state.wait_for(|state| matches!(state, ComponentState::Waiting { .. })).await.expect("refused");
    std::fs::write(&folder, "the second\n").expect("a file");
    running.ready().await.expect("ready");
    running.stop().await;
    std::fs::remove_file(&folder).expect("a file");
}
