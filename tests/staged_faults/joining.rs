use crate::Calculator;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use wamp_actors::auth::{Authenticator, Identity, Method, Secret, Ticket, TicketMethod};
use wamp_actors::component::ComponentState;
use wamp_actors::error::JoinError;
use wamp_actors::router::Router;
use wamp_actors::session::Session;
use wamp_actors::testing::{Flow, Stage, advance, play};

#[test]
fn a_welcome_that_comes_too_late_fails_the_join_after_its_time() {
    play(async {
        let stage = Stage::open().await;
        stage.network().delay(Duration::from_secs(11));
        let since = Instant::now();
        let joined = Session::builder().transport(stage.network().clone()).realm("realm1").local().connect().await;
        assert!(matches!(joined, Err(JoinError::TimedOut(_))), "{joined:?}");
        assert_eq!(since.elapsed().as_secs(), 10);
    });
}

#[test]
fn a_component_whose_welcome_was_late_joins_when_it_is_not() {
    play(async {
        let stage = Stage::open().await;
        stage.network().flow(Flow::Open, Flow::Lost);
        let component = stage.component_with(Calculator::default, |options| options);
        component.until(|state| matches!(state, ComponentState::Waiting { .. })).await;
        stage.network().restore();
        component.ready().await;
        assert!(stage.network().connections() >= 2);
        component.stop().await;
    });
}

#[test]
fn a_component_waits_for_a_router_that_is_not_there_yet() {
    play(async {
        let stage = Stage::open().await;
        stage.network().refuse();
        let component = stage.component_with(Calculator::default, |options| options);
        advance(Duration::from_secs(300)).await;
        assert!(matches!(&*component.state().borrow(), ComponentState::Waiting { .. } | ComponentState::Connecting { .. }));
        stage.network().restore();
        component.ready().await;
        component.stop().await;
    });
}

#[test]
fn a_realm_that_does_not_exist_is_final_and_told() {
    play(async {
        let stage = Stage::open().await;
        let component = stage.component_with(Calculator::default, |options| options.realm("nowhere"));
        let error = component.failed().await;
        assert!(error.to_string().contains("wamp.error.no_such_realm"), "{error}");
    });
}

#[test]
fn refused_credentials_are_final_and_told() {
    play(async {
        let tickets = TicketMethod::new(|_, authid| Some((Secret::from("right"), Identity::new(authid, "backend"))));
        let stage = Stage::with(Router::builder().realm_with("realm1", [Arc::new(tickets) as Arc<dyn Method>])).await;
        let with = |ticket: &'static str| {
            Session::builder().authid("joe").credentials(move || vec![Box::new(Ticket::new(ticket)) as Box<dyn Authenticator>])
        };
        let refused = stage.component_with(Calculator::default, |options| options.session(with("wrong")));
        let error = refused.failed().await;
        assert!(error.to_string().contains("wamp.error.authentication_denied"), "{error}");
        let welcome = stage.component_with(Calculator::default, |options| options.session(with("right")));
        welcome.ready().await;
        welcome.stop().await;
    });
}

#[test]
fn a_component_whose_old_session_lingers_serves_the_rest_and_takes_its_procedures_when_that_ends() {
    play(async {
        let stage = Stage::open().await;
        let component = stage.component(Calculator::default).await;
        // The link is lost, and the router is not told: it takes the old session for alive.
        stage.network().linger();
        stage.network().cut();
        let state = component.until(|state| matches!(state, ComponentState::Degraded { .. } | ComponentState::Failed(_))).await;
        assert!(matches!(state, ComponentState::Degraded { missing: 3, .. }), "{state:?}");
        stage.traffic().until_subscribed("c.heard", 2).await;
        stage.network().restore();
        component.ready().await;
        assert_eq!(stage.outside().await.call::<i64>("c.add", (2, 3)).await.unwrap(), 5);
        component.stop().await;
    });
}

#[test]
fn a_procedure_that_another_holds_fails_a_component_at_its_start() {
    play(async {
        let stage = Stage::open().await;
        let _held = stage.callee("c.add").await;
        let error = stage.component_with(Calculator::default, |options| options).failed().await;
        assert!(error.to_string().contains("wamp.error.procedure_already_exists"), "{error}");
    });
}
