//! The expansion names everything by absolute paths and meets no name of the user's.
#![cfg(feature = "macros")]

use wamp_actors::component::Bindings;

/// A module whose own types have the names of the prelude's.
mod hostile {
    #![allow(dead_code, non_camel_case_types)]

    pub(crate) struct Result;
    pub(crate) struct Option;
    pub(crate) struct Ok;
    pub(crate) struct Err;
    pub(crate) struct Box;
    pub(crate) struct String;
    pub(crate) struct Component;
    pub(crate) struct Bindings;
    pub(crate) struct Call;
    pub(crate) struct MatchPolicy;
    pub(crate) struct Duration;
    pub(crate) trait IntoReply {}
    pub(crate) trait Default {}

    #[derive(::core::default::Default)]
    pub(crate) struct Calculator {
        calls: u64,
    }

    #[::wamp_actors::component(prefix = "com.example.hostile", discover)]
    impl Calculator {
        #[::wamp_actors::procedure(match = "prefix", timeout = "1s", invoke = "random")]
        fn names(&self, component: i64, call: i64, arguments: i64, argument0: i64, reply: ::core::option::Option<i64>) -> i64 {
            component + call + arguments + argument0 + reply.unwrap_or_default()
        }

        #[procedure]
        fn fails(&mut self, #[default(self_made())] bindings: u64) -> ::core::result::Result<u64, ::wamp_actors::error::WampError> {
            self.calls += bindings;
            ::core::result::Result::Ok(self.calls)
        }

        #[topic]
        async fn heard(&mut self, core: u8, std: u8) {
            self.calls += u64::from(core) + u64::from(std);
        }

        #[every("1s")]
        fn tick(&mut self) {
            self.calls += 1;
        }
    }

    fn self_made() -> u64 {
        7
    }

    #[derive(::wamp_actors::WampError)]
    #[wamp_error(prefix = "com.example.error")]
    pub(crate) enum Error {
        Ok,
        Err(u8),
        Named { received: u8, r#type: ::core::option::Option<u8> },
    }
}

/// Types and literals that come through a `macro_rules` macro are wrapped in invisible groups.
macro_rules! counter {
    ($name:ident, $item:ty, $uri:literal) => {
        struct $name;

        #[wamp_actors::component(prefix = $uri)]
        impl $name {
            #[procedure]
            fn one(&self, item: $item) -> $item {
                item
            }

            #[procedure($uri)]
            fn two(&self, item: Option<$item>) -> Option<$item> {
                item
            }
        }
    };
}
counter!(Counter, Vec<u32>, "com.example.counter");

#[test]
fn a_component_compiles_where_the_names_of_the_prelude_are_taken() {
    let uris: Vec<_> = Bindings::<hostile::Calculator>::uris().into_iter().map(|bound| bound.uri).collect();
    assert_eq!(uris, ["names", "fails", "heard"].map(|name| format!("com.example.hostile.{name}")));
}

#[test]
fn a_component_may_come_out_of_another_macro() {
    let uris: Vec<_> = Bindings::<Counter>::uris().into_iter().map(|bound| bound.uri).collect();
    assert_eq!(uris, ["com.example.counter.one", "com.example.counter"]);
}

#[test]
fn an_error_compiles_where_the_names_of_the_prelude_are_taken() {
    use hostile::Error;
    use wamp_actors::error::IntoWampError;
    let uris = [Error::Ok, Error::Err(1), Error::Named { received: 1, r#type: None }].map(|error| error.into_wamp_error().uri().to_owned());
    assert_eq!(uris, ["ok", "err", "named"].map(|name| format!("com.example.error.{name}")));
}
