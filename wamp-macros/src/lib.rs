//! Attribute and derive macros of `wamp-actors`, which re-exports and documents them by example.
//!
//! `#[component]` expands to an impl of `wamp_actors::component::Component` that uses the public builder only; the example
//! `without_macros` is what a person writes instead.
//!
//! ```text
//! tokens → attr (options) → ast (the impl as we see it) → check (rules) → expand
//!                                                            └─ errors → fallback (the user's item as it was)
//! ```

mod ast;
mod attr;
mod check;
mod client;
mod derive;
mod errors;
mod expand;
mod fallback;
mod from_config;
mod interface;
mod literal;
mod main_fn;
mod stream;
mod template;
mod types;

use errors::Errors;
use proc_macro::TokenStream;
use quote::quote;
use syn::{DeriveInput, Item, ItemFn};

/// Makes a type a WAMP component: goes on its `impl` block, whose methods carry `#[procedure]`, `#[topic]`, `#[task]`,
/// `#[every]`, or one of the hooks `#[on_join]`, `#[on_ready]`, `#[on_leave]` and `#[on_error]`.
///
/// | option | meaning | default |
/// |---|---|---|
/// | `prefix = "com.example"` | what relative URIs (a bare name, a leading dot) are under | none |
/// | `name = "calc"` | its name in logs and statistics | the type's name |
/// | `discover` | `Service::discover()` finds it; it must implement `Default` and have no generics | off |
/// | `requires = ["Database", …]` | components of the service, by name or a procedure of theirs, that must be ready before it | none |
/// | `interface = Calculator` | what it implements in an impl without `#[component]`; several in brackets | none |
/// | `client = "pub"` | who sees the client, or `false` for none | as the most visible of its procedures and topics |
///
/// # Its client
///
/// Beside `Calculator` stands `CalculatorClient`, with a method for each procedure (`add2(2, 3)` gives a
/// `wamp_actors::caller::TypedCall`, to be awaited) and two for each topic: `on_hello()` subscribes, `publish_hello("Ada")`
/// publishes. It takes what a caller gives: `Option` for what may be left out, nothing for what comes from the call itself.
///
/// # An interface
///
/// On `impl Calculator for Adder`, where `Calculator` is a trait with [`macro@interface`], the component serves what the trait
/// declares; methods with an attribute in that impl are its own.
///
/// # Handlers
///
/// `&self` runs beside other handlers, `&mut self` alone and in order; sync or async. A parameter is the next positional
/// argument or, when those are used up, the keyword argument of its name. `Option<T>` may be left out, and so may
/// `#[default]` and `#[default(expr)]`; `#[kwargs] options: T` (or the type `Kwargs<T>`) takes all keyword arguments as one
/// struct; `#[rest] more: Vec<T>` the positional ones that are left. A parameter that bears the name of a part of the URI
/// (`com.shop.product.{id}.update`) is read from there. What does not fit is answered `wamp.error.invalid_argument`, and the
/// method does not run.
///
/// These types come from the call itself, known by their names, and so does any type marked `#[extract]`, which implements
/// `wamp_actors::component::Extract`:
///
/// | type | what | where |
/// |---|---|---|
/// | `InvocationDetails`, `EventDetails` | what the router tells of it | procedures; topics |
/// | `Caller` | who calls, as far as that is disclosed | procedures |
/// | `Progress<P>` | takes progressive results | procedures |
/// | `Deadline` | when nobody waits any more | procedures |
/// | `Payload` | all arguments, undecoded | procedures and topics |
/// | `Cancellation` | set when nobody waits any more | everywhere |
/// | `Session` | the component's session | everywhere |
/// | `State<T>` | a value given to the service or the component | everywhere |
/// | `Incident` | what went wrong, and where | `#[on_error]` |
///
/// A procedure returns nothing, a value, a `Result`, or a stream (`impl Stream<Item = T>`) of progressive results. The
/// stream goes on after the method has returned, so it cannot borrow `self`: the macro adds `+ use<>` to its type.
#[proc_macro_attribute]
pub fn component(args: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let item = match syn::parse::<Item>(item.clone()) {
        Ok(Item::Impl(item)) => item,
        _ => return misplaced("component", "goes on the impl block that has the handlers: `#[component] impl Calculator { … }`", item),
    };
    let component = ast::Component::read(args.into(), item, &errors);
    check::component(&component, &errors);
    match errors.finish() {
        Ok(()) => expand::component(&component).into(),
        Err(errors) => {
            let item = fallback::component(&component);
            quote!(#errors #item).into()
        }
    }
}

/// Makes a trait the contract between a service and its callers, be they in different crates: the component implements it,
/// the compiler checks that both sides have one signature, and callers use the client that is written beside it.
///
/// ```ignore
/// #[interface(prefix = "com.example.calc")]
/// pub trait Calculator {
///     /// Adds two integers.
///     #[procedure]
///     async fn add2(&self, a: i64, b: i64) -> i64;
///
///     /// The component publishes it: a topic without `self`.
///     #[topic]
///     fn added(sum: i64);
/// }
///
/// #[component]
/// impl Calculator for Adder {
///     async fn add2(&self, a: i64, b: i64) -> i64 { a + b }
/// }
///
/// let sum = CalculatorClient::new(&session).add2(2, 3).await?;
/// ```
///
/// | option | meaning | default |
/// |---|---|---|
/// | `prefix = "com.example"` | what relative URIs (a bare name, a leading dot) are under | none |
///
/// The methods carry `#[procedure]` and `#[topic]` with their options, and what marks arguments; the impl carries neither.
/// In it, methods with an attribute (`#[task]`, `#[on_join]`, further procedures) are the component's own. All types of the
/// signatures must be readable and writable by serde.
#[proc_macro_attribute]
pub fn interface(args: TokenStream, item: TokenStream) -> TokenStream {
    match syn::parse::<syn::ItemTrait>(item.clone()) {
        Ok(item) => interface::interface(args.into(), item).into(),
        Err(_) => misplaced("interface", "goes on a trait that has the procedures: `#[interface] trait Calculator { … }`", item),
    }
}

/// A method that serves a procedure, in an impl with [`macro@component`]: `#[procedure]`, `#[procedure("com.example.add2")]`.
///
/// | option | meaning | default |
/// |---|---|---|
/// | `uri = "…"` | the URI, as the text without a name; `{id}` as a component is the parameter `id` | the method's name under the prefix |
/// | `match = "exact"` | or `"prefix"`, `"wildcard"` | `"exact"`; `"wildcard"` with named parts |
/// | `invoke = "single"` | or `"first"`, `"last"`, `"roundrobin"`, `"random"`: a shared registration | `"single"` |
/// | `concurrency = 64` | calls that run at once; the router is told to send no more than these and those that may wait | no limit |
/// | `queue = 100` | calls that may wait; over it they are answered `wamp.error.unavailable` | 1024 |
/// | `timeout = "5s"` | from arrival to answer (`ms`, `s`, `m`, `h`) | no limit |
/// | `disclose_caller` | ask the router to tell who calls | off |
/// | `force_reregister` | take over another session's registration | off |
/// | `cancel = "finish"` | what a canceled `&mut self` does; `"drop"` drops it and rebuilds the component | `"finish"` |
/// | `collect = 1024` | results of a stream for a caller without progress: one list of no more, or `"error"` | 1024 |
/// | `roles = ["admin"]` | who may call, by `caller_authrole`; others get `wamp.error.not_authorized` | everybody |
/// | `idempotent` | calling twice does no harm: typed callers repeat it after a cut | off |
#[proc_macro_attribute]
pub fn procedure(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("procedure", item)
}

/// A method that handles events, in an impl with [`macro@component`]: `#[topic("com.example.hello")]`.
///
/// | option | meaning | default |
/// |---|---|---|
/// | `uri = "…"` | the URI, as the text without a name; `{id}` as a component is the parameter `id` | the method's name under the prefix |
/// | `match = "exact"` | or `"prefix"`, `"wildcard"` | `"exact"`; `"wildcard"` with named parts |
/// | `concurrency = 4` | events handled at once | 1: in order |
/// | `queue = 100` | events that may wait; over it the newest is dropped and counted | 1024 |
/// | `get_retained` | ask for the event that the router kept | off |
/// | `delivery = "each"` | or `"first"`: which of several instances receive it | `"each"` |
#[proc_macro_attribute]
pub fn topic(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("topic", item)
}

/// A method that is started at each join and dropped when the session is left, in an impl with [`macro@component`].
///
/// Beside `&mut self` handlers it must not borrow the component for as long as it runs: write
/// `fn watch(&self, session: Session) -> impl Future<Output = ()>` and move into the future what it needs.
#[proc_macro_attribute]
pub fn task(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("task", item)
}

/// A method that runs each period while joined, in an impl with [`macro@component`]: `#[every("1s")]` (`ms`, `s`, `m`, `h`).
#[proc_macro_attribute]
pub fn every(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("every", item)
}

/// A method that runs after each join, before anything is registered, in an impl with [`macro@component`]; its error fails
/// the join.
#[proc_macro_attribute]
pub fn on_join(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("on_join", item)
}

/// A method that runs in each session once all is registered and subscribed, in an impl with [`macro@component`]; it is dropped
/// when the session is left.
#[proc_macro_attribute]
pub fn on_ready(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("on_ready", item)
}

/// A method that runs when a session ends, in an impl with [`macro@component`]: when the component stops, after its procedures
/// are unregistered and before it leaves; when the link is lost, at once, with a session that is closed.
#[proc_macro_attribute]
pub fn on_leave(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("on_leave", item)
}

/// A method that is told of each failure inside the component, in an impl with [`macro@component`]; it takes an `Incident`:
/// events that do not fit or are dropped, errors that are not for callers, panics.
#[proc_macro_attribute]
pub fn on_error(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("on_error", item)
}

/// Runs an `async fn main` on an actix system. An error that it returns is printed, and the exit code is 1.
#[proc_macro_attribute]
pub fn main(args: TokenStream, item: TokenStream) -> TokenStream {
    let function = match syn::parse::<ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(_) => return misplaced("wamp_actors::main", "goes on `async fn main()`", item),
    };
    let errors = Errors::default();
    if !args.is_empty() {
        errors.at(proc_macro2::TokenStream::from(args), "`#[wamp_actors::main]` takes no options");
    }
    main_fn::check(&function, &errors);
    match errors.finish() {
        Ok(()) => main_fn::expand(function).into(),
        Err(errors) => {
            let function = main_fn::fallback(function);
            quote!(#errors #function).into()
        }
    }
}

/// Gives each variant of an enum a URI, for handlers that return it and callers that receive it.
///
/// `#[wamp_error(prefix = "com.example.error")]` on the enum; a variant's URI is its name in `snake_case` under the prefix,
/// or what `#[wamp_error("…")]` on it says. A tuple variant's fields are positional arguments, a struct variant's are
/// keyword arguments; both directions. A variant `#[wamp_error(other)] Other(WampError)` keeps errors of all other URIs and
/// shapes, as they came.
#[proc_macro_derive(WampError, attributes(wamp_error))]
pub fn derive_wamp_error(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    derive::wamp_error(&input).into()
}

fn outside(attribute: &str, item: TokenStream) -> TokenStream {
    let message = "belongs on a method of an impl block with `#[component]`: put `#[component]` on the impl";
    misplaced(attribute, message, item)
}

/// One error at the attribute, and the item as it was.
fn misplaced(attribute: &str, message: &str, item: TokenStream) -> TokenStream {
    let error = syn::Error::new(proc_macro2::Span::call_site(), format_args!("`#[{attribute}]` {message}")).to_compile_error();
    let item = fallback::item(item.into());
    quote!(#error #item).into()
}
