//! The user's impl as the macro sees it: handlers, their bindings, parameters and replies.

use crate::attr::{Binding, ComponentOptions, ParamMark, is_mark, take_bindings, take_mark};
use crate::errors::Errors;
use crate::stream::{self, Reply};
use crate::template::Part;
use crate::types::{last_segment, only_argument};
use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::{Attribute, Expr, FnArg, Ident, ImplItem, ImplItemFn, ItemImpl, Pat, PatType, Receiver, ReceiverKind, ReturnType, Type};

/// An impl with `#[component]`.
pub(crate) struct Component {
    pub(crate) options: ComponentOptions,
    /// The impl without our attributes, as it is given back.
    pub(crate) item: ItemImpl,
    /// The component's own handlers, where the impl is of an interface: they go into an impl of the type itself.
    pub(crate) own: Vec<ImplItemFn>,
    pub(crate) handlers: Vec<Handler>,
}

/// A method with at least one of our attributes.
pub(crate) struct Handler {
    pub(crate) method: ImplItemFn,
    pub(crate) bindings: Vec<Binding>,
    pub(crate) access: Access,
    pub(crate) params: Vec<Param>,
    pub(crate) reply: Reply,
}

/// How a handler holds the component.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// `&self`: beside others.
    Shared,
    /// `&mut self`: alone.
    Exclusive,
    /// Anything else; an error was noted.
    Wrong,
}

/// A parameter after `self`.
pub(crate) struct Param {
    pub(crate) pat: Pat,
    pub(crate) ty: Type,
    pub(crate) source: Source,
}

/// Where a parameter's value comes from.
pub(crate) enum Source {
    /// The next positional argument, or the keyword argument `name`.
    Argument { name: String, absent: Absent },
    /// All keyword arguments, as a struct, or wrapped as `Kwargs<T>`.
    Kwargs { name: String, wrapped: Option<Type> },
    /// All positional arguments that are left, each an `item`.
    Rest { name: String, item: Type },
    /// The call itself: one of [`EXTRACTORS`], or a type of the user's that takes itself from it.
    Extract { known: Option<&'static str> },
}

/// What happens when the caller gives no such argument.
pub(crate) enum Absent {
    /// `wamp.error.invalid_argument`.
    Refused,
    /// `None` of an `Option`.
    None,
    /// The expression of `#[default(…)]`, or `Default::default()`.
    Default(Option<Box<Expr>>),
}

/// The types that take themselves from a call, known by their last segment.
pub(crate) const EXTRACTORS: &[&str] =
    &["EventDetails", "InvocationDetails", "Caller", "Session", "State", "Progress", "Cancellation", "Deadline", "Payload", "Incident"];

impl Component {
    /// Reads the impl and takes our attributes off it; what is wrong is noted.
    pub(crate) fn read(args: TokenStream, mut item: ItemImpl, errors: &Errors) -> Self {
        let options = ComponentOptions::parse(args, errors);
        let captured = stream::captured(&item.generics);
        let (mut handlers, mut own) = (Vec::new(), Vec::new());
        let of_interface = item.trait_.is_some();
        item.items.retain_mut(|member| {
            let Some(method) = as_method(member) else { return true };
            let handler = Handler::read(method, &captured, errors);
            let moved = of_interface && (handler.is_some() || method.sig.ident == "from_config");
            if moved {
                own.push(method.clone());
            } else if of_interface {
                implemented(method, &captured, errors);
            }
            handlers.extend(handler);
            !moved
        });
        Self { options, item, own, handlers }
    }
}

/// A method that the interface declares: its stream is kept from borrowing, as there.
fn implemented(method: &mut ImplItemFn, captured: &[Ident], errors: &Errors) {
    for param in method.sig.inputs.iter_mut().filter_map(as_param) {
        if let Some(attr) = param.attrs.iter().find(|attr| is_mark(attr)) {
            errors.at(attr, "how an argument is given stands in the interface, where callers see it");
        }
        take_mark(&mut param.attrs, errors);
    }
    stream::read_reply(&mut method.sig, captured, errors);
}

impl Handler {
    /// Reads a method and takes our attributes off it; `None` if it has none.
    pub(crate) fn read(method: &mut ImplItemFn, captured: &[Ident], errors: &Errors) -> Option<Self> {
        let bindings = take_bindings(&mut method.attrs, errors);
        if bindings.is_empty() {
            return None;
        }
        let params = method.sig.inputs.iter_mut().filter_map(as_param).filter_map(|param| Param::read(param, errors)).collect();
        let access = Access::read(method, errors);
        let reply = stream::read_reply(&mut method.sig, captured, errors);
        Some(Self { method: method.clone(), bindings, access, params, reply })
    }

    /// Reads a topic that nobody here handles: it has no `self`.
    pub(crate) fn read_event(method: &mut ImplItemFn, errors: &Errors) -> Option<Self> {
        let bindings = take_bindings(&mut method.attrs, errors);
        if bindings.is_empty() {
            return None;
        }
        let name = &method.sig.ident;
        if !bindings.iter().all(|bound| matches!(bound, Binding::Topic(_))) {
            errors.at(name, format_args!("somebody must answer this: write `fn {name}(&self, …)`, or `&mut self` to run alone"));
        } else if !matches!(method.sig.output, ReturnType::Default) || method.sig.asyncness.is_some() {
            errors.at(name, format_args!("nobody runs this, it says what is published: write `fn {name}(…);`"));
        }
        let params = method.sig.inputs.iter_mut().filter_map(as_param).filter_map(|param| Param::read(param, errors)).collect();
        Some(Self { method: method.clone(), bindings, access: Access::Shared, params, reply: Reply::Unit })
    }

    /// The method's name as callers see it.
    pub(crate) fn name(&self) -> String {
        self.method.sig.ident.unraw().to_string()
    }

    /// Whether it takes all arguments as they came.
    pub(crate) fn takes_payload(&self) -> bool {
        self.params.iter().any(|param| param.is("Payload"))
    }

    /// What the method is compiled under; its bindings are too.
    pub(crate) fn cfgs(&self) -> impl Iterator<Item = &Attribute> {
        self.method.attrs.iter().filter(|attr| attr.path().is_ident("cfg"))
    }
}

impl Access {
    fn read(method: &ImplItemFn, errors: &Errors) -> Self {
        let name = &method.sig.ident;
        let Some(receiver) = method.sig.receiver() else {
            errors.at(&method.sig, format_args!("a handler is a method: write `fn {name}(&self, …)`, or `&mut self` to run alone"));
            return Self::Wrong;
        };
        match &receiver.kind {
            ReceiverKind::Reference(_, None, None) => Self::Shared,
            ReceiverKind::Reference(_, None, Some(_)) => Self::Exclusive,
            ReceiverKind::Reference(_, Some(lifetime), _) => {
                errors.at(lifetime, "a handler borrows the component for one call: leave the lifetime out");
                Self::Wrong
            }
            _ => Self::wrong_receiver(receiver, errors),
        }
    }

    fn wrong_receiver(receiver: &Receiver, errors: &Errors) -> Self {
        errors.at(receiver, "a handler cannot take the component away: write `&self`, or `&mut self` to run alone");
        Self::Wrong
    }
}

impl Param {
    /// Whether it is this extractor of ours.
    pub(crate) fn is(&self, extractor: &str) -> bool {
        matches!(self.source, Source::Extract { known: Some(known) } if known == extractor)
    }

    /// The part of a binding's URI that it is, if it is one.
    pub(crate) fn part_of<'p>(&self, parts: &'p [Part]) -> Option<&'p Part> {
        match &self.source {
            Source::Argument { name, .. } => parts.iter().find(|part| part.name == *name),
            _ => None,
        }
    }

    fn read(param: &mut PatType, errors: &Errors) -> Option<Self> {
        let mark = take_mark(&mut param.attrs, errors);
        let ty = (*param.ty).clone();
        let source = match mark {
            Some(ParamMark::Kwargs) => Source::Kwargs { name: name(&param.pat, errors)?, wrapped: only_argument(&ty, "Kwargs").cloned() },
            Some(ParamMark::Rest) => Self::rest(&param.pat, &ty, errors)?,
            Some(ParamMark::Extract) => Source::Extract { known: None },
            Some(ParamMark::Default(value)) => Source::Argument { name: name(&param.pat, errors)?, absent: Absent::Default(value) },
            None => Self::by_type(&param.pat, &ty, errors)?,
        };
        Some(Self { pat: (*param.pat).clone(), ty, source })
    }

    fn rest(pat: &Pat, ty: &Type, errors: &Errors) -> Option<Source> {
        let Some(item) = only_argument(ty, "Vec") else {
            errors.at(ty, "`#[rest]` takes any number of arguments: write `Vec<T>`");
            return None;
        };
        Some(Source::Rest { name: name(pat, errors)?, item: item.clone() })
    }

    fn by_type(pat: &Pat, ty: &Type, errors: &Errors) -> Option<Source> {
        if let Some(inner) = only_argument(ty, "Kwargs") {
            return Some(Source::Kwargs { name: name(pat, errors)?, wrapped: Some(inner.clone()) });
        }
        let known = last_segment(ty).and_then(|segment| EXTRACTORS.iter().find(|known| segment.ident == **known));
        if known.is_some() {
            return Some(Source::Extract { known: known.copied() });
        }
        let absent = if only_argument(ty, "Option").is_some() { Absent::None } else { Absent::Refused };
        Some(Source::Argument { name: name(pat, errors)?, absent })
    }
}

/// The keyword under which callers may give the argument: the parameter's name, without a leading `_`.
fn name(pat: &Pat, errors: &Errors) -> Option<String> {
    let name = match pat {
        Pat::Ident(pat) if pat.subpat.is_none() && pat.by_ref.is_none() => pat.ident.unraw().to_string(),
        _ => String::new(),
    };
    let name = name.trim_start_matches('_');
    if name.is_empty() {
        errors.at(pat, "callers may give this argument by its name: write a plain name here (`_name` if it is not used)");
        return None;
    }
    Some(name.to_owned())
}

fn as_method(item: &mut ImplItem) -> Option<&mut ImplItemFn> {
    match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    }
}

fn as_param(input: &mut FnArg) -> Option<&mut PatType> {
    match input {
        FnArg::Typed(param) => Some(param),
        FnArg::Receiver(_) => None,
    }
}

/// The name of a type that a component may be made for.
pub(crate) fn type_name(ty: &Type) -> Option<&Ident> {
    last_segment(ty).map(|segment| &segment.ident)
}
