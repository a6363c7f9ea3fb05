//! The methods of a client.

use super::answer::answer;
use super::given::{Given, given};
use super::plain::is_plain;
use super::{Client, answer};
use crate::ast::{Handler, Param};
use crate::attr::{Binding, Match, Procedure, Topic};
use crate::expand::{local, matching_policy, parts_under, take_arguments};
use crate::literal::resolve;
use crate::template::{self, Part};
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Attribute, LitStr, Type};

/// What callers have of a handler. Of several procedures of one method it is the first, and so with topics.
pub(super) fn methods(client: &Client<'_>, handler: &Handler) -> TokenStream {
    let procedure = handler.bindings.iter().find_map(|bound| match bound {
        Binding::Procedure(procedure) => procedure_method(client, handler, procedure, &bound.parts()),
        _ => None,
    });
    let topic = handler.bindings.iter().find_map(|bound| match bound {
        Binding::Topic(topic) => Some(topic_methods(client, handler, topic, bound)),
        _ => None,
    });
    let methods = quote!(#procedure #topic);
    match client.self_ty {
        Some(ty) => without_self(methods, ty),
        None => methods,
    }
}

fn procedure_method(client: &Client<'_>, handler: &Handler, procedure: &Procedure, parts: &[Part]) -> Option<TokenStream> {
    let answer::Answer { call, read, fails } = answer(handler)?;
    let ident = &handler.method.sig.ident;
    let uri = uri(client, handler, procedure.uri.as_ref());
    let given: Vec<_> = handler.params.iter().filter_map(|param| given(param, parts)).collect();
    let (at, target) = target(procedure.policy(), parts, &uri, "procedure");
    let idempotent = procedure.idempotent.unwrap_or_default().then(|| quote!(.idempotent()));
    let head = head(client, handler, &format!("Calls `{uri}`."));
    let (declared, written) = (given.iter().map(|given| &given.declared), given.iter().map(|given| &given.written));
    let mut bounds = written_bounds(client, &given);
    bounds.extend(
        read.iter().filter(|ty| !is_plain(ty)).map(|ty| bound(client, ty, quote!(::wamp_actors::__private::serde::de::DeserializeOwned))),
    );
    bounds.extend(fails.iter().map(|ty| bound(client, ty, quote!(::wamp_actors::caller::CalleeError))));
    let clause = clause(&bounds);
    Some(quote! {
        #head fn #ident(&self, #at #(#declared),*) -> #call #clause {
            self.caller.to(#target) #(#written)* .call() #idempotent
        }
    })
}

fn topic_methods(client: &Client<'_>, handler: &Handler, topic: &Topic, bound: &Binding) -> TokenStream {
    let uri = uri(client, handler, topic.uri.as_ref());
    let parts = bound.parts();
    let given: Vec<_> = handler.params.iter().filter_map(|param| given(param, &parts)).collect();
    let subscribed = match &topic.uri {
        Some(text) => resolve(client.prefix.as_deref(), &template::of(Some(text)).unwrap_or_default().pattern),
        None => uri.clone(),
    };
    let (heard, published) = (heard(&handler.method.sig.ident), published(&handler.method.sig.ident));
    let (at, target) = target(topic.policy(), &parts, &uri, "topic");
    let head_heard = head(client, handler, &format!("Subscribes to `{uri}`; await it for a stream of events."));
    let head_published = head(client, handler, &format!("Publishes to `{uri}`."));
    let (declared, written) = (given.iter().map(|given| &given.declared), given.iter().map(|given| &given.written));
    let written_clause = clause(&written_bounds(client, &given));
    let (types, read, read_clause) = read_event(client, handler, bound);
    let policy = matching_policy(topic.policy());
    quote! {
        #head_heard fn #heard(&self) -> ::wamp_actors::caller::TypedSubscribe<#types> #read_clause {
            self.caller.events(#subscribed, ::wamp_actors::__private::MatchPolicy::#policy, #read)
        }

        #head_published fn #published(&self, #at #(#declared),*) -> ::wamp_actors::session::PublishBuilder #written_clause {
            self.caller.to(#target) #(#written)* .publish()
        }
    }
}

/// The type of an event's arguments, and the function that reads them as the handler does.
fn read_event(client: &Client<'_>, handler: &Handler, of: &Binding) -> (TokenStream, TokenStream, Option<TokenStream>) {
    let call = local("call");
    let parts = parts_under(client.prefix.as_deref(), of);
    let params: Vec<&Param> = handler.params.iter().filter(|param| given(param, &parts).is_some()).collect();
    let values: Vec<_> = (0..params.len()).map(|at| local(&format!("argument{at}"))).collect();
    let types: Vec<&Type> = params.iter().map(|param| &param.ty).collect();
    let (types_of, result) = match (&types[..], &values[..]) {
        ([one], [value]) => (one.to_token_stream(), value.to_token_stream()),
        _ => (quote!((#(#types),*)), quote!((#(#values),*))),
    };
    let taken = take_arguments(&params, &parts, &call, &values);
    let read = quote!(|#call| {
        #taken
        ::core::result::Result::Ok(#result)
    });
    let bounds: Vec<_> = params
        .iter()
        .filter_map(|param| given(param, &parts)?.ty)
        .map(|ty| ty.into_token_stream())
        .filter(|ty| !is_plain(ty))
        .map(|ty| bound(client, &ty, quote!(::wamp_actors::__private::serde::de::DeserializeOwned)))
        .collect();
    (types_of, read, clause(&bounds))
}

/// A pattern has many URIs: the caller says which, by its named parts if it has some.
fn target(matching: Match, parts: &[Part], uri: &str, name: &str) -> (Option<TokenStream>, TokenStream) {
    if matching == Match::Exact || !parts.is_empty() {
        return (None, uri.to_token_stream());
    }
    let name = local(name);
    (Some(quote!(#name: impl ::core::convert::Into<::std::string::String>,)), name.to_token_stream())
}

/// Documentation, conditions and visibility.
fn head(client: &Client<'_>, handler: &Handler, what: &str) -> TokenStream {
    let kept = |name: &'static str| handler.method.attrs.iter().filter(move |attr| attr.path().is_ident(name));
    let docs: Vec<&Attribute> = kept("doc").collect();
    let apart = (!docs.is_empty()).then(|| quote!(#[doc = ""]));
    let (conditions, deprecated, vis) = (kept("cfg"), kept("deprecated"), &client.vis);
    quote!(#(#conditions)* #(#deprecated)* #(#docs)* #apart #[doc = #what] #vis)
}

fn uri(client: &Client<'_>, handler: &Handler, uri: Option<&LitStr>) -> String {
    let uri = uri.map_or_else(|| handler.name(), LitStr::value);
    resolve(client.prefix.as_deref(), &uri)
}

fn written_bounds(client: &Client<'_>, given: &[Given]) -> Vec<TokenStream> {
    let types = given.iter().filter_map(|given| given.ty.as_ref()).map(ToTokens::to_token_stream).filter(|ty| !is_plain(ty));
    types.map(|ty| bound(client, &ty, quote!(::wamp_actors::__private::serde::Serialize))).collect()
}

/// What a type must be to travel. Behind `for<…>` the compiler asks where the method is called, not here: a component may
/// take what only it can read.
fn bound(client: &Client<'_>, ty: &TokenStream, wanted: TokenStream) -> TokenStream {
    if client.strict { quote!(#ty: #wanted) } else { quote!(for<'called> #ty: #wanted) }
}

fn clause(bounds: &[TokenStream]) -> Option<TokenStream> {
    (!bounds.is_empty()).then(|| quote!(where #(#bounds),*))
}

/// `on_hello` for a handler `hello` or `on_hello`.
pub(super) fn heard(handler: &Ident) -> Ident {
    format_ident!("on_{}", topic_name(handler), span = handler.span())
}

/// `publish_hello` for a handler `hello` or `on_hello`.
pub(super) fn published(handler: &Ident) -> Ident {
    format_ident!("publish_{}", topic_name(handler), span = handler.span())
}

fn topic_name(handler: &Ident) -> String {
    let name = handler.unraw().to_string();
    name.strip_prefix("on_").filter(|rest| !rest.is_empty()).unwrap_or(&name).to_owned()
}

/// `Self` is the component where the handler is written, and the client here. `self` and `Self` of the client itself are
/// not among these tokens but as the receiver.
fn without_self(tokens: TokenStream, self_ty: &Type) -> TokenStream {
    let mut out = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                let path = matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':' && punct.spacing() == proc_macro2::Spacing::Joint);
                out.extend(if path { quote!(<#self_ty>) } else { self_ty.to_token_stream() });
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_self(group.stream(), self_ty));
                inner.set_span(group.span());
                out.extend([TokenTree::Group(inner)]);
            }
            other => out.extend([other]),
        }
    }
    out
}
