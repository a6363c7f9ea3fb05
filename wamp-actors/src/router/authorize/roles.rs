use super::authorizer::{Authorizer, Subject};
use super::gate::Gate;
use super::rule::Rule;
use super::table::{Misfit, Table};
use crate::router::error::RouterError;
use compact_str::CompactString;
use hashbrown::HashMap;
use std::fmt;
use std::sync::Arc;

/// The roles of a realm and what they may do; see [`RouterBuilder::roles`](crate::router::RouterBuilder::roles).
#[derive(Debug, Clone, Default)]
#[must_use = "roles count only in a realm"]
pub struct Roles {
    roles: Vec<(CompactString, Permissions)>,
}

impl Roles {
    /// No role, so that nobody may join.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a role. One of that name that is there already is replaced.
    pub fn role(mut self, name: impl Into<CompactString>, permissions: Permissions) -> Self {
        let name = name.into();
        self.roles.retain(|(other, _)| *other != name);
        self.roles.push((name, permissions));
        self
    }
}

/// What a role may do.
#[derive(Clone)]
#[must_use = "permissions count only in a role"]
pub struct Permissions(Source);

#[derive(Clone)]
enum Source {
    Everything,
    Rules(Vec<Rule>),
    Code(Arc<dyn Authorizer>),
    Procedure(String),
}

impl Permissions {
    /// Everything, the meta procedures that end other sessions among it.
    pub const fn everything() -> Self {
        Self(Source::Everything)
    }

    /// What the rules allow, and nothing else.
    pub fn rules(rules: impl IntoIterator<Item = Rule>) -> Self {
        Self(Source::Rules(rules.into_iter().collect()))
    }

    /// What the authorizer allows.
    pub fn ask(authorizer: impl Authorizer + 'static) -> Self {
        Self(Source::Code(Arc::new(authorizer)))
    }

    /// What a procedure of the realm allows: it is called by a session of the role `trusted` with the session's details, the URI, the
    /// action and the options (`match`), and gives a boolean or a dictionary with `allow` and, if wanted, `disclose` and `cache`, as
    /// Crossbar.io's dynamic authorizers do.
    pub fn procedure(uri: impl Into<String>) -> Self {
        Self(Source::Procedure(uri.into()))
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Everything => f.write_str("everything"),
            Source::Rules(rules) => rules.fmt(f),
            Source::Code(_) => f.write_str("by code"),
            Source::Procedure(uri) => write!(f, "by {uri}"),
        }
    }
}

/// The roles of a realm, ready for use.
#[derive(Debug)]
pub(in crate::router) struct Compiled(HashMap<CompactString, Arc<Judge>>);

/// Who judges what a role does.
pub(super) enum Judge {
    Everything,
    Rules(Table),
    Code(Arc<dyn Authorizer>),
    Procedure(String),
}

impl Compiled {
    pub(in crate::router) fn of(roles: &Roles) -> Result<Self, RouterError> {
        let compile = |(name, permissions): &(CompactString, Permissions)| Ok((name.clone(), Arc::new(Judge::of(name, permissions)?)));
        roles.roles.iter().map(compile).collect::<Result<_, _>>().map(Self)
    }

    /// The names of the roles.
    pub(in crate::router) fn names(&self) -> Arc<[CompactString]> {
        self.0.keys().cloned().collect()
    }

    /// What a session has to pass. A role that is not there may do nothing.
    pub(in crate::router) fn gate(&self, subject: Subject) -> Gate {
        let judge = self.0.get(&subject.authrole).cloned().unwrap_or_else(|| Arc::new(Judge::Rules(Table::default())));
        Gate::new(judge, subject)
    }
}

impl Judge {
    fn of(role: &str, permissions: &Permissions) -> Result<Self, RouterError> {
        let role = role.to_owned();
        let misfit = |misfit| match misfit {
            Misfit::Invalid(uri, source) => RouterError::Rule { role, uri, source },
            Misfit::TooLong(uri) => RouterError::LongRule { role, uri },
        };
        Ok(match &permissions.0 {
            Source::Everything => Self::Everything,
            Source::Rules(rules) => Self::Rules(Table::of(rules).map_err(misfit)?),
            Source::Code(authorizer) => Self::Code(Arc::clone(authorizer)),
            Source::Procedure(uri) => {
                proto::Uri::new(uri).map_err(|source| misfit(Misfit::Invalid(uri.clone(), source)))?;
                Self::Procedure(uri.clone())
            }
        })
    }
}

impl fmt::Debug for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Everything => "Everything",
            Self::Rules(_) => "Rules",
            Self::Code(_) => "Code",
            Self::Procedure(_) => "Procedure",
        })
    }
}
