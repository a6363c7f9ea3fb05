//! Which method is used of several.

use super::{as_joe, decoy, handshake, joe, offering, realm_of};
use crate::accept::RefusalCause;
use crate::auth::tests::Outcome;
use crate::auth::{Anonymous, Authenticator, Cra, CraMethod, CraRecord, Denial, Method, Secret, Ticket, TicketMethod};
use crate::session::Config;
use std::sync::Arc;

fn cra() -> Arc<dyn Method> {
    Arc::new(CraMethod::new(|_, authid| (authid == "joe").then(|| (CraRecord::plain("secret2"), joe())), decoy()))
}

fn ticket() -> Arc<dyn Method> {
    Arc::new(TicketMethod::new(|_, authid| (authid == "joe").then(|| (Secret::from("secret!!!"), joe()))))
}

fn anonymous() -> Arc<dyn Method> {
    Arc::new(Anonymous::default())
}

fn offering_all(authenticators: Vec<Box<dyn Authenticator>>, authid: Option<&str>) -> Config {
    Config { authenticators, authid: authid.map(Into::into), ..offering(Anonymous::default()) }
}

fn the_cra() -> Box<dyn Authenticator> {
    Box::new(Cra::new("secret2"))
}

fn the_ticket() -> Box<dyn Authenticator> {
    Box::new(Ticket::new("secret!!!"))
}

fn no_one() -> Box<dyn Authenticator> {
    Box::new(Anonymous::default())
}

#[test]
fn the_order_of_the_client_decides_among_what_the_realm_takes() {
    let all = || [anonymous(), ticket(), cra()];
    let used = |authenticators, methods: &[Arc<dyn Method>]| {
        let config = offering_all(authenticators, Some("joe"));
        handshake(config, &realm_of(methods.iter().cloned())).joined().authmethod.unwrap()
    };
    assert_eq!(used(vec![the_cra(), the_ticket(), no_one()], &all()), "wampcra");
    assert_eq!(used(vec![the_ticket(), the_cra(), no_one()], &all()), "ticket");
    assert_eq!(used(vec![no_one(), the_ticket(), the_cra()], &all()), "anonymous");
    assert_eq!(used(vec![the_cra(), the_ticket(), no_one()], &[anonymous(), ticket()]), "ticket");
    assert_eq!(used(vec![the_cra(), the_ticket(), no_one()], &[anonymous()]), "anonymous");
}

#[test]
fn methods_that_need_an_authid_are_passed_over_without_one() {
    let config = offering_all(vec![the_cra(), the_ticket(), no_one()], None);
    let details = handshake(config, &realm_of([cra(), ticket(), anonymous()])).joined();
    assert_eq!(details.authmethod.as_deref(), Some("anonymous"));

    let config = offering_all(vec![the_cra(), the_ticket()], None);
    assert_eq!(handshake(config, &realm_of([cra(), ticket(), anonymous()])).denied(), Denial::Denied);
}

#[test]
fn a_wrong_answer_is_not_followed_by_another_method() {
    let config = offering_all(vec![Box::new(Cra::new("guess")), the_ticket(), no_one()], Some("joe"));
    assert_eq!(handshake(config, &realm_of([cra(), ticket(), anonymous()])).denied(), Denial::Denied);
}

#[test]
fn no_common_method_is_refused() {
    let outcome = handshake(as_joe(Cra::new("secret2")), &realm_of([ticket()]));
    assert!(matches!(outcome, Outcome::Refused(_, RefusalCause::NoMatchingMethod)), "{outcome:?}");
}

#[test]
fn a_role_the_principal_does_not_have_is_refused_only_to_who_proves_it() {
    for (secret, expected) in [("secret2", Denial::NoSuchRole), ("guess", Denial::Denied)] {
        let mut config = as_joe(Cra::new(secret));
        config.authrole = Some("admin".into());
        assert_eq!(handshake(config, &realm_of([cra()])).denied(), expected);
    }
}
