use super::Interface;
use crate::ast::Handler;
use crate::attr::InterfaceOptions;
use crate::errors::Errors;
use proc_macro2::{Span, TokenStream};
use syn::{Ident, ImplItemFn, ItemTrait, TraitItem, TraitItemFn, parse_quote};

impl Interface {
    /// Reads the trait and takes our attributes off it; what is wrong is noted.
    pub(super) fn read(args: TokenStream, mut item: ItemTrait, errors: &Errors) -> Self {
        let options = InterfaceOptions::parse(args, errors);
        let (mut handlers, mut events) = (Vec::new(), Vec::new());
        let mut kept = Vec::with_capacity(item.items.len());
        for member in std::mem::take(&mut item.items) {
            let TraitItem::Fn(mut method) = member else {
                errors.at(&member, "an interface has procedures and topics only: callers of any component must find it the same");
                continue;
            };
            match handler(&mut method, errors) {
                Some(handler) if method.sig.receiver().is_none() => {
                    events.push(handler);
                    continue;
                }
                Some(handler) => handlers.push(handler),
                None => errors.at(&method.sig.ident, "which is it? Write `#[procedure]` or `#[topic]` before it"),
            }
            kept.push(TraitItem::Fn(method));
        }
        item.items = kept;
        Self { options, item, handlers, events }
    }
}

/// The method as a component's handler; what it lost (our attributes) and gained (`+ use<Self>`), the trait's has too.
fn handler(method: &mut TraitItemFn, errors: &Errors) -> Option<Handler> {
    let (attrs, sig) = (&method.attrs, &method.sig);
    let mut read: ImplItemFn = parse_quote!(#(#attrs)* #sig {});
    // In a trait, `use<…>` names the type that implements it.
    let captured = [Ident::new("Self", Span::call_site())];
    let handler = match method.sig.receiver() {
        Some(_) => Handler::read(&mut read, &captured, errors),
        None => Handler::read_event(&mut read, errors),
    };
    method.attrs = std::mem::take(&mut read.attrs);
    method.sig = read.sig;
    handler
}
