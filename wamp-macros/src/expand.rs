//! The impl of `Component` that a person could have written with the public builder.

use crate::ast::{Absent, Access, Component, Handler, Param, Source, type_name};
use crate::attr::{Binding, Match, Procedure, Topic};
use crate::client::{self, Client};
use crate::from_config;
use crate::literal::resolve;
use crate::stream::Reply;
use crate::template::{self, Part};
use crate::types::only_argument;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use std::time::Duration;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{ImplItem, ImplItemFn, ItemImpl, LitStr, ReturnType};

/// The user's impl and the impl of `Component`.
pub(crate) fn component(component: &Component) -> TokenStream {
    let Component { item, own, options, handlers } = component;
    let (impl_generics, _, where_clause) = item.generics.split_for_impl();
    let self_ty = &item.self_ty;
    let name = options.name.as_ref().map(LitStr::value).or_else(|| type_name(self_ty).map(|name| name.unraw().to_string()));
    let bindings = local("bindings");
    let prefix = options.prefix.as_ref().map(|prefix| quote!(#bindings.prefix(#prefix);));
    let requires = options.requires.iter().map(|component| quote!(#bindings.requires(#component);));
    // Of the interface first: its URIs know nothing of this prefix.
    let interfaces = item.trait_.iter().map(|(interface, _)| interface).chain(&options.interfaces);
    let interfaces = interfaces.map(|interface| quote!(<Self as #interface>::__wamp_interface(#bindings);));
    let prefix_text = options.prefix.as_ref().map(LitStr::value);
    let entries = entries(&bindings, handlers, prefix_text.as_deref(), Written::Relative);
    let own = own_impl(item, own);
    let from_config = from_config::expand(own.as_ref().unwrap_or(item));
    let discovered = options.discover.then(|| discovered(self_ty, from_config.is_some()));
    let client = client(component);
    quote! {
        #item
        #own

        #[automatically_derived]
        impl #impl_generics ::wamp_actors::component::Component for #self_ty #where_clause {
            const NAME: &'static str = #name;

            fn bind(#bindings: &mut ::wamp_actors::component::Bindings<Self>) {
                #(#requires)*
                #(#interfaces)*
                #prefix
                #entries
            }
        }

        #from_config

        #discovered
        #client
    }
}

/// What an impl of an interface has beyond the interface, as an impl of the type itself.
pub(crate) fn own_impl(item: &ItemImpl, own: &[ImplItemFn]) -> Option<ItemImpl> {
    let items = own.iter().cloned().map(ImplItem::Fn).collect();
    item.trait_.as_ref().map(|_| ItemImpl { trait_: None, items, ..item.clone() })
}

fn client(component: &Component) -> Option<TokenStream> {
    let Component { item, options, handlers, .. } = component;
    let handlers: Vec<_> = handlers.iter().collect();
    client::wanted(&options.client, &handlers).then_some(())?;
    Some(client::expand(&Client {
        of: type_name(&item.self_ty)?,
        vis: client::visibility(&options.client, &handlers),
        generics: &item.generics,
        self_ty: Some(&item.self_ty),
        prefix: options.prefix.as_ref().map(LitStr::value),
        handlers: &handlers,
        strict: false,
    }))
}

fn discovered(self_ty: &syn::Type, configured: bool) -> TokenStream {
    // The span of the type: if it is not `Default`, the error stands there.
    let default = quote_spanned!(self_ty.span()=> <#self_ty as ::core::default::Default>::default);
    let add = if configured { quote!(service.configured::<#self_ty>()) } else { quote!(service.component(|| #default())) };
    quote! {
        ::wamp_actors::__private::inventory::submit! {
            ::wamp_actors::__private::Discovered {
                name: <#self_ty as ::wamp_actors::component::Component>::NAME,
                module: ::core::module_path!(),
                uris: ::wamp_actors::component::Bindings::<#self_ty>::uris,
                add: |service| #add,
            }
        }
    }
}

/// How URIs are written into a declaration.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// As they stand, under the prefix that the bindings have.
    Relative,
    /// With the prefix: the bindings have another.
    Whole,
}

/// The declaration of each handler, and of the states that they take. `prefix` is what relative URIs are under.
pub(crate) fn entries(bindings: &Ident, handlers: &[Handler], prefix: Option<&str>, written: Written) -> TokenStream {
    let states = handlers.iter().map(|handler| wanted_states(bindings, handler));
    let entries = handlers.iter().flat_map(|handler| handler.bindings.iter().map(|bound| entry(bindings, handler, bound, prefix, written)));
    states.chain(entries).collect()
}

/// The states that its parameters are taken from: a service that lacks one does not start.
fn wanted_states(bindings: &Ident, handler: &Handler) -> TokenStream {
    let cfgs: Vec<_> = handler.cfgs().collect();
    let states = handler.params.iter().filter(|param| param.is("State")).filter_map(|param| only_argument(&param.ty, "State"));
    states.map(|state| quote!(#(#cfgs)* #bindings.wants_state::<#state>();)).collect()
}

fn entry(bindings: &Ident, handler: &Handler, bound: &Binding, prefix: Option<&str>, written: Written) -> TokenStream {
    let cfgs = handler.cfgs();
    let name = handler.name();
    let declared = match bound {
        Binding::Procedure(options) => procedure(bindings, &uri(options.uri.as_ref(), &name, prefix, written), &name, options),
        Binding::Topic(options) => topic(bindings, &uri(options.uri.as_ref(), &name, prefix, written), &name, options),
        Binding::Task(_) => quote!(#bindings.task(#name)),
        Binding::Every(every) => {
            let period = duration(every.period);
            quote!(#bindings.every(#name, #period))
        }
        Binding::Hook(hook) => {
            let hook = format_ident!("{}", hook.name());
            quote!(#bindings.#hook(#name))
        }
    };
    let terminal = terminal(prefix, handler, bound);
    quote! {
        #(#cfgs)*
        #declared #terminal;
    }
}

fn procedure(bindings: &Ident, uri: &TokenStream, name: &str, options: &Procedure) -> TokenStream {
    let matching = matching(options.policy());
    let policy = option("invoke", options.invoke.map(|policy| variant(quote!(InvokePolicy), policy)));
    let concurrency = option("concurrency", options.concurrency.map(|count| count.value));
    let queue = option("queue", options.queue.map(|count| count.value));
    let timeout = option("timeout", options.timeout.map(duration));
    let disclose = option("disclose_caller", options.disclose_caller);
    let force = option("force_reregister", options.force_reregister);
    let cancel = option("on_cancel", options.on_cancel.as_ref().map(|(what, _)| variant(quote!(OnCancel), what)));
    let collect = option("collect", options.collect.map(|count| count.value));
    let roles = option("roles", options.roles.as_ref().map(|roles| quote!([#(#roles),*])));
    let idempotent = option("idempotent", options.idempotent);
    quote! {
        #bindings.procedure(#uri).member(#name)
            #matching #policy #concurrency #queue #timeout #disclose #force #cancel #collect #roles #idempotent
    }
}

fn topic(bindings: &Ident, uri: &TokenStream, name: &str, options: &Topic) -> TokenStream {
    let matching = matching(options.policy());
    let concurrency = option("concurrency", options.concurrency.map(|count| count.value));
    let queue = option("queue", options.queue.map(|count| count.value));
    let retained = option("get_retained", options.get_retained);
    let delivery = option("delivery", options.delivery.map(|what| variant(quote!(Delivery), what)));
    quote!(#bindings.topic(#uri).member(#name) #matching #concurrency #queue #retained #delivery)
}

/// The URI or pattern.
fn uri(uri: Option<&LitStr>, name: &str, prefix: Option<&str>, written: Written) -> TokenStream {
    let pattern = template::of(uri).unwrap_or_default().pattern;
    match (uri, written) {
        (None, Written::Relative) => name.to_token_stream(),
        (Some(uri), Written::Relative) => LitStr::new(&pattern, uri.span()).to_token_stream(),
        (None, Written::Whole) => resolve(prefix, name).to_token_stream(),
        (Some(_), Written::Whole) => resolve(prefix, &pattern).to_token_stream(),
    }
}

fn matching(matching: Match) -> Option<TokenStream> {
    let policy = matching_policy(matching).to_string();
    (matching != Match::Exact).then(|| option("matching", Some(variant(quote!(MatchPolicy), &policy))))?
}

/// The variant of `MatchPolicy`.
pub(crate) fn matching_policy(matching: Match) -> Ident {
    let name = match matching {
        Match::Exact => "Exact",
        Match::Prefix => "Prefix",
        Match::Wildcard => "Wildcard",
    };
    Ident::new(name, Span::call_site())
}

fn option(name: &str, value: Option<impl ToTokens>) -> Option<TokenStream> {
    let name = format_ident!("{name}");
    value.map(|value| quote!(.#name(#value)))
}

fn variant(of: TokenStream, name: &str) -> TokenStream {
    let name = format_ident!("{name}");
    quote!(::wamp_actors::__private::#of::#name)
}

fn duration(duration: Duration) -> TokenStream {
    let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    quote!(::core::time::Duration::from_millis(#milliseconds))
}

/// `.shared(…)`, `.exclusive(…)` or `.detached(…)` with the function that decodes, runs and encodes.
fn terminal(prefix: Option<&str>, handler: &Handler, bound: &Binding) -> TokenStream {
    let (component, call) = (local("component"), local("call"));
    let values: Vec<_> = (0..handler.params.len()).map(|at| local(&format!("argument{at}"))).collect();
    let params: Vec<_> = handler.params.iter().collect();
    let parts = parts_under(prefix, bound);
    let taken = match handler.bindings.iter().all(Binding::is_run) || handler.takes_payload() {
        true => params.iter().zip(&values).map(|(param, value)| take(param, value, &parts, &local("arguments"), &call)).collect(),
        false => take_arguments(&params, &parts, &call, &values),
    };
    let method = &handler.method.sig.ident;
    let run = quote_spanned!(method.span()=> #component.#method(#(#values),*));
    if handler.reply == Reply::Future {
        return detached(&component, &call, &taken, &run);
    }
    let terminal = if handler.access == Access::Exclusive { quote!(exclusive) } else { quote!(shared) };
    let awaited = handler.method.sig.asyncness.map(|_| quote!(.await));
    let reply = Ident::new("reply", Span::mixed_site().located_at(reply_span(handler)));
    let encoded = encode(handler, &reply, &call);
    quote! {
        .#terminal(|#component, #call| ::std::boxed::Box::pin(async move {
            #taken
            let #reply = #run #awaited;
            #encoded
        }))
    }
}

/// The component is borrowed for the method only, and the future it returns runs on its own.
fn detached(component: &Ident, call: &Ident, taken: &TokenStream, run: &TokenStream) -> TokenStream {
    let started = local("started");
    quote! {
        .detached(|#component, #call| {
            let #started = (|| -> ::core::result::Result<_, ::wamp_actors::component::Failure> {
                #taken
                ::core::result::Result::Ok(#run)
            })();
            ::std::boxed::Box::pin(async move {
                ::wamp_actors::component::IntoReply::into_reply(#started?.await, #call.format())
            })
        })
    }
}

/// Takes each parameter out of the call, and refuses what is left over.
pub(crate) fn take_arguments(params: &[&Param], parts: &[Part], call: &Ident, values: &[Ident]) -> TokenStream {
    let arguments = local("arguments");
    let takes = params.iter().zip(values).map(|(param, value)| take(param, value, parts, &arguments, call));
    // Declared `mut` only where it is: a handler without parameters takes none.
    let is_taken = |param: &&Param| !matches!(param.source, Source::Extract { .. }) && param.part_of(parts).is_none();
    let mutable = params.iter().any(is_taken).then(|| quote!(mut));
    quote! {
        let #mutable #arguments = #call.arguments();
        #(#takes)*
        #arguments.finish()?;
    }
}

/// The named parts of a binding's URI, with their places in the whole of it.
pub(crate) fn parts_under(prefix: Option<&str>, bound: &Binding) -> Vec<Part> {
    let mut parts = bound.parts();
    let pattern = template::of(bound.uri()).unwrap_or_default().pattern;
    let components = |uri: &str| uri.split('.').count();
    // What the prefix adds before them.
    let added = components(&resolve(prefix, &pattern)) - components(&pattern);
    parts.iter_mut().for_each(|part| part.index += added);
    parts
}

fn take(param: &Param, value: &Ident, parts: &[Part], arguments: &Ident, call: &Ident) -> TokenStream {
    let ty = &param.ty;
    if let Some(Part { name, index }) = param.part_of(parts) {
        let part = quote_spanned!(ty.span()=> #call.uri_part::<#ty>(#name, #index)?);
        return quote!(let #value: #ty = #part;);
    }
    let taken = match &param.source {
        Source::Extract { .. } => quote_spanned!(ty.span()=> <#ty as ::wamp_actors::component::Extract>::extract(&#call)?),
        Source::Argument { name, absent: Absent::Refused | Absent::None } => quote!(#arguments.next::<#ty>(#name)?),
        Source::Argument { name, absent: Absent::Default(None) } => quote!(#arguments.or_default::<#ty>(#name)?),
        Source::Argument { name, absent: Absent::Default(Some(default)) } => quote!(#arguments.or_else::<#ty>(#name, || #default)?),
        Source::Kwargs { name, wrapped: Some(inner) } => quote!(::wamp_actors::Kwargs(#arguments.kwargs::<#inner>(#name)?)),
        Source::Kwargs { name, wrapped: None } => quote!(#arguments.kwargs::<#ty>(#name)?),
        Source::Rest { name, item } => quote!(#arguments.rest::<#item>(#name)?),
    };
    quote!(let #value: #ty = #taken;)
}

/// The reply on the wire; an error about its type stands at the return type.
fn encode(handler: &Handler, reply: &Ident, call: &Ident) -> TokenStream {
    let span = reply_span(handler);
    let by_stream = quote!(::wamp_actors::component::ByStream<_>);
    let by_result = quote!(::wamp_actors::component::ByResult);
    let stream = quote_spanned!(span=> ::wamp_actors::component::stream);
    let (case, value) = match handler.reply {
        Reply::Stream => (by_stream, quote_spanned!(span=> #stream(#reply))),
        Reply::TryStream => (quote!(#by_result<#by_stream>), quote_spanned!(span=> #reply.map(#stream))),
        Reply::Result { .. } => (quote!(#by_result<_>), quote_spanned!(span=> #reply)),
        Reply::Unit | Reply::Value | Reply::Future => (quote!(_), quote_spanned!(span=> #reply)),
    };
    quote!(::wamp_actors::component::IntoReply::<#case>::into_reply(#value, #call.format()))
}

fn reply_span(handler: &Handler) -> Span {
    match &handler.method.sig.output {
        ReturnType::Type(_, ty) => ty.span(),
        ReturnType::Default => handler.method.sig.ident.span(),
    }
}

/// A name that no name of the user's can meet.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
