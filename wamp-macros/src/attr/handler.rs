use super::Options;
use crate::errors::Errors;
use crate::template::{self, Part};
use proc_macro2::Span;
use std::time::Duration;
use syn::{Attribute, LitStr};

/// What a handler is bound to; a method may have several.
pub(crate) enum Binding {
    Procedure(Procedure),
    Topic(Topic),
    Task(Task),
    Every(Every),
    Hook(Hook),
}

/// `#[procedure(…)]`.
pub(crate) struct Procedure {
    pub(crate) at: Attribute,
    /// Default: the method's name under the component's prefix.
    pub(crate) uri: Option<LitStr>,
    /// Default: exact; with named parts wildcard.
    pub(crate) matching: Option<Match>,
    /// A variant of `InvokePolicy`.
    pub(crate) invoke: Option<&'static str>,
    pub(crate) concurrency: Option<Count>,
    pub(crate) queue: Option<Count>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) disclose_caller: Option<bool>,
    pub(crate) force_reregister: Option<bool>,
    /// A variant of `OnCancel`, and where it stands.
    pub(crate) on_cancel: Option<(&'static str, Span)>,
    pub(crate) collect: Option<Count>,
    pub(crate) roles: Option<Vec<LitStr>>,
    pub(crate) idempotent: Option<bool>,
}

/// `#[topic(…)]`.
pub(crate) struct Topic {
    pub(crate) at: Attribute,
    /// Default: the method's name under the component's prefix.
    pub(crate) uri: Option<LitStr>,
    /// Default: exact; with named parts wildcard.
    pub(crate) matching: Option<Match>,
    pub(crate) concurrency: Option<Count>,
    pub(crate) queue: Option<Count>,
    pub(crate) get_retained: Option<bool>,
    /// A variant of `Delivery`.
    pub(crate) delivery: Option<&'static str>,
}

/// `#[task]`.
pub(crate) struct Task {
    pub(crate) at: Attribute,
}

/// `#[every("1s")]`.
pub(crate) struct Every {
    pub(crate) period: Duration,
}

/// `#[on_join]` and its like; each is a method of `Bindings` too.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hook {
    Join,
    Ready,
    Leave,
    Error,
}

impl Hook {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Join => "on_join",
            Self::Ready => "on_ready",
            Self::Leave => "on_leave",
            Self::Error => "on_error",
        }
    }
}

impl Binding {
    /// Whether nobody outside asks for it, so that there are no arguments.
    pub(crate) fn is_run(&self) -> bool {
        matches!(self, Self::Task(_) | Self::Every(_) | Self::Hook(_))
    }

    /// The URI as it is written, if it has one.
    pub(crate) const fn uri(&self) -> Option<&LitStr> {
        match self {
            Self::Procedure(procedure) => procedure.uri.as_ref(),
            Self::Topic(topic) => topic.uri.as_ref(),
            Self::Task(_) | Self::Every(_) | Self::Hook(_) => None,
        }
    }

    /// The named parts of its URI; none, if there is something wrong with them.
    pub(crate) fn parts(&self) -> Vec<Part> {
        template::of(self.uri()).unwrap_or_default().parts
    }
}

/// A number of at least 1 (0 where a word says so), and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Count {
    pub(crate) value: usize,
    pub(crate) span: Span,
}

/// How a URI is compared; each is a variant of `MatchPolicy`.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Match {
    #[default]
    Exact,
    Prefix,
    Wildcard,
}

const MATCHES: &[(&str, Match)] = &[("exact", Match::Exact), ("prefix", Match::Prefix), ("wildcard", Match::Wildcard)];
const INVOKES: &[(&str, &str)] =
    &[("single", "Single"), ("first", "First"), ("last", "Last"), ("roundrobin", "RoundRobin"), ("random", "Random")];

const CANCELS: &[(&str, &str)] = &[("finish", "RunToEnd"), ("drop", "Rebuild")];
const DELIVERIES: &[(&str, &str)] = &[("each", "Each"), ("first", "First")];

/// Takes our attributes off a method and reads them.
pub(crate) fn take_bindings(attrs: &mut Vec<Attribute>, errors: &Errors) -> Vec<Binding> {
    let mut bindings = Vec::new();
    for attr in attrs.extract_if(.., |attr| reader(attr).is_some()) {
        bindings.extend(reader(&attr).and_then(|read| read(&attr, errors)));
    }
    bindings
}

type Reader = fn(&Attribute, &Errors) -> Option<Binding>;

/// Known by the last segment, so that `#[wamp_actors::procedure]` is one too.
fn reader(attr: &Attribute) -> Option<Reader> {
    let name = attr.path().segments.last()?.ident.to_string();
    Some(match name.as_str() {
        "procedure" => |attr, errors| Some(Binding::Procedure(Procedure::parse(attr, errors))),
        "topic" => |attr, errors| Some(Binding::Topic(Topic::parse(attr, errors))),
        "task" => |attr, errors| Some(Binding::Task(Task::parse(attr, errors))),
        "on_join" => |attr, errors| Some(Hook::Join.parse(attr, errors)),
        "on_ready" => |attr, errors| Some(Hook::Ready.parse(attr, errors)),
        "on_leave" => |attr, errors| Some(Hook::Leave.parse(attr, errors)),
        "on_error" => |attr, errors| Some(Hook::Error.parse(attr, errors)),
        "every" => |attr, errors| Every::parse(attr, errors).map(Binding::Every),
        _ => return None,
    })
}

impl Procedure {
    /// How its URI is matched.
    pub(crate) fn policy(&self) -> Match {
        policy(self.uri.as_ref(), self.matching)
    }

    fn parse(attr: &Attribute, errors: &Errors) -> Self {
        let mut options = Options::of("procedure", attr, errors);
        let parsed = Self {
            at: attr.clone(),
            uri: options.leading_or("uri"),
            matching: options.word("match", MATCHES),
            invoke: options.word("invoke", INVOKES),
            concurrency: count(&mut options, "concurrency"),
            queue: count(&mut options, "queue"),
            timeout: options.duration("timeout"),
            disclose_caller: options.flag("disclose_caller"),
            force_reregister: options.flag("force_reregister"),
            on_cancel: options.word_at("cancel", CANCELS),
            collect: options.count_or("collect", "error").map(|(value, span)| Count { value, span }),
            roles: options.texts("roles"),
            idempotent: options.flag("idempotent"),
        };
        options.finish();
        parsed
    }
}

impl Topic {
    /// How its URI is matched.
    pub(crate) fn policy(&self) -> Match {
        policy(self.uri.as_ref(), self.matching)
    }

    fn parse(attr: &Attribute, errors: &Errors) -> Self {
        let mut options = Options::of("topic", attr, errors);
        let parsed = Self {
            at: attr.clone(),
            uri: options.leading_or("uri"),
            matching: options.word("match", MATCHES),
            concurrency: count(&mut options, "concurrency"),
            queue: count(&mut options, "queue"),
            get_retained: options.flag("get_retained"),
            delivery: options.word("delivery", DELIVERIES),
        };
        options.finish();
        parsed
    }
}

impl Task {
    fn parse(attr: &Attribute, errors: &Errors) -> Self {
        Options::of("task", attr, errors).finish();
        Self { at: attr.clone() }
    }
}

impl Hook {
    fn parse(self, attr: &Attribute, errors: &Errors) -> Binding {
        Options::of(self.name(), attr, errors).finish();
        Binding::Hook(self)
    }
}

impl Every {
    fn parse(attr: &Attribute, errors: &Errors) -> Option<Self> {
        let before = errors.count();
        let mut options = Options::of("every", attr, errors);
        let period = options.leading_or("period");
        let parsed = period.as_ref().and_then(|text| options.duration_in(text));
        options.finish();
        if period.is_none() && errors.count() == before {
            errors.at(attr, "how often? Write `#[every(\"1s\")]`");
        }
        Some(Self { period: parsed? })
    }
}

/// As said; with named parts a wildcard.
fn policy(uri: Option<&LitStr>, said: Option<Match>) -> Match {
    let parts = template::of(uri).unwrap_or_default().parts;
    if parts.is_empty() { said.unwrap_or_default() } else { Match::Wildcard }
}

fn count(options: &mut Options<'_>, name: &'static str) -> Option<Count> {
    options.count(name).map(|(value, span)| Count { value, span })
}
