//! What the options of the other attributes do.

use super::{Scene, args, play};
use crate::component::Component;
use crate::prelude::*;
use proto::Format;

#[derive(Default)]
struct Options;

#[component(prefix = "r.s", name = "another name")]
impl Options {
    #[procedure]
    fn bare(&self) -> u8 {
        1
    }

    #[procedure(".sub.dotted")]
    fn dotted(&self) {}

    #[procedure("x.absolute")]
    fn absolute(&self) {}

    #[every(period = "1.5s")]
    async fn tick(&self, session: Session) -> Result<(), Failure> {
        Ok(session.publish("r.tick", "").await?)
    }
}

#[test]
fn option_component_prefix_stands_before_relative_uris() {
    play(async {
        let mut scene = Scene::start(Options::default);
        let mut router = scene.ready(3).await;
        let uris: Vec<_> = router.registered.iter().map(|register| register.procedure.to_string()).collect();
        assert_eq!(uris, ["r.s.bare", "r.s.sub.dotted", "x.absolute"]);
        let request = router.invoke("r.s.bare", args(()));
        assert_eq!(router.result::<u8>(request).await, 1);
    });
}

#[test]
fn option_component_requires_has_it_wait_for_those() {
    struct Shop;
    #[component(requires = ["Database", "com.example.mail.send"])]
    impl Shop {
        #[procedure("com.example.shop.open")]
        fn open(&self) {}
    }
    assert_eq!(crate::component::Bindings::<Shop>::required_components(), ["Database", "com.example.mail.send"]);
}

#[test]
fn option_component_name_is_the_components() {
    assert_eq!(Options::NAME, "another name");
}

mod clients {
    use crate::prelude::*;

    pub(super) struct Quiet;

    #[component(prefix = "r.quiet", client = false)]
    impl Quiet {
        #[procedure]
        fn bare(&self) {}
    }

    pub(super) struct Open;

    #[component(prefix = "r.open", client = "pub(super)")]
    impl Open {
        #[procedure]
        fn bare(&self) {}
    }
}

/// It could not be here if the macro had made one.
struct QuietClient;

#[test]
fn option_component_client_leaves_it_out_or_says_who_sees_it() {
    use clients::*;
    let _mine = QuietClient;
    assert!(std::any::type_name::<OpenClient>().ends_with("clients::OpenClient"));
    assert_eq!((Quiet::NAME, Open::NAME), ("Quiet", "Open"));
}

#[test]
fn option_every_period_is_the_time_between_runs() {
    play(async {
        let mut scene = Scene::start(Options::default);
        let mut router = scene.ready(3).await;
        let start = tokio::time::Instant::now();
        for run in 1..=3 {
            router.published().await;
            assert_eq!(start.elapsed().as_millis() / 100, run * 15);
        }
    });
}

#[derive(Debug, PartialEq, WampError)]
#[wamp_error(prefix = "r.error")]
enum Errors {
    OutOfStock,
    #[wamp_error(uri = "x.other")]
    Other(u8),
}

fn uri(error: Errors) -> String {
    error.into_wamp_error().uri().to_owned()
}

#[test]
fn option_wamp_error_prefix_stands_before_the_variants_names() {
    assert_eq!(uri(Errors::OutOfStock), "r.error.out_of_stock");
    assert_eq!(Errors::from_wamp_error(WampError::new("r.error.out_of_stock")).expect("ours"), Errors::OutOfStock);
}

#[derive(Debug, WampError)]
#[wamp_error(prefix = "r.error")]
enum Open {
    OutOfStock(u8),
    #[wamp_error(other)]
    Other(WampError),
}

#[test]
fn option_wamp_error_other_keeps_what_is_none_of_the_rest() {
    let read = |error| Open::from_wamp_error(error).expect("any error");
    assert!(matches!(read(WampError::new("r.error.out_of_stock").arg(3)), Open::OutOfStock(3)));
    assert!(
        matches!(read(WampError::new("r.error.out_of_stock").arg("three")), Open::Other(error) if error.uri() == "r.error.out_of_stock")
    );
    let Open::Other(kept) = read(WampError::new("x.unknown").with_message("who")) else { panic!("it is unknown") };
    assert_eq!(kept.message().as_deref(), Some("who"));
    assert_eq!(Open::Other(kept).into_wamp_error().uri(), "x.unknown");
}

#[test]
fn option_wamp_error_uri_is_the_variants_own() {
    assert_eq!(uri(Errors::Other(1)), "x.other");
    let payload = proto::Payload::encode(Format::Json, &(3,)).expect("arguments");
    assert_eq!(Errors::from_wamp_error(WampError::with_payload("x.other", payload)).expect("ours"), Errors::Other(3));
}
