use super::error::ServiceError;
use super::spec::Spec;
use crate::component::BoundUri;
use proto::MatchPolicy;
use proto::message::InvokePolicy;
use std::collections::{BTreeMap, BTreeSet};

/// What a component serves, for listings.
pub(super) type Served = Vec<BoundUri>;

/// Who declares a procedure of a realm, and how it is shared.
type Declared = BTreeMap<(Option<String>, String, MatchPolicy), (&'static str, InvokePolicy)>;

/// What the components serve, in their order, if it can be served at once.
pub(super) fn check(specs: &[Spec]) -> Result<Vec<Served>, ServiceError> {
    if specs.is_empty() {
        return Err(ServiceError::Empty);
    }
    let mut declared = Declared::new();
    let mut all = Vec::with_capacity(specs.len());
    for spec in specs {
        let served = spec.check()?;
        for bound in &served {
            let Some(invoke) = bound.invoke else { continue };
            check_procedure(&mut declared, spec, bound, invoke)?;
        }
        all.push(served);
    }
    Ok(all)
}

/// The indices of the components that each one requires.
pub(super) fn required(specs: &[Spec], served: &[Served]) -> Result<Vec<Vec<usize>>, ServiceError> {
    let find = |spec: &Spec, name: &String| {
        let declares = |served: &Served| served.iter().any(|bound| bound.is_procedure() && bound.uri == *name);
        let found = specs.iter().position(|spec| spec.name == name).or_else(|| served.iter().position(declares));
        found.ok_or_else(|| ServiceError::UnknownRequirement {
            component: spec.name,
            required: name.clone(),
            known: specs.iter().map(|spec| spec.name).collect(),
        })
    };
    let of = |spec: &Spec| {
        // It may be required by the code and by the file.
        let found: Result<BTreeSet<_>, _> = spec.options.requires.iter().map(|name| find(spec, name)).collect();
        found.map(|found| found.into_iter().collect())
    };
    specs.iter().map(of).collect()
}

fn check_procedure(declared: &mut Declared, spec: &Spec, bound: &BoundUri, invoke: InvokePolicy) -> Result<(), ServiceError> {
    let uri = bound.uri.clone();
    let instances = spec.options.instances;
    if instances > 1 && invoke == InvokePolicy::Single {
        return Err(ServiceError::SharedSingle { component: spec.name, instances, uri });
    }
    let realm = spec.options.realm.clone();
    match declared.insert((realm, uri.clone(), bound.matching), (spec.name, invoke)) {
        Some((first, before)) if before != invoke || invoke == InvokePolicy::Single => {
            Err(ServiceError::Duplicate { uri, first, second: spec.name })
        }
        _ => Ok(()),
    }
}
