//! Questions about types as they are written: a macro cannot resolve them.

use syn::visit::Visit;
use syn::{GenericArgument, Lifetime, PathArguments, PathSegment, Type, TypeImplTrait, TypeReference};

/// The type in parentheses and in the invisible groups that `macro_rules` makes.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        _ => ty,
    }
}

/// [`ungrouped`], to be changed.
pub(crate) fn ungrouped_mut(ty: &mut Type) -> &mut Type {
    match ty {
        Type::Group(group) => ungrouped_mut(&mut group.elem),
        Type::Paren(paren) => ungrouped_mut(&mut paren.elem),
        _ => ty,
    }
}

/// The last segment of a path type: `Option<T>` of `std::option::Option<T>`.
pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ungrouped(ty) {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        _ => None,
    }
}

/// The `T` of `name<T>`.
pub(crate) fn only_argument<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == name)?;
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) if arguments.args.len() == 1 => match arguments.args.first()? {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        },
        _ => None,
    }
}

/// The first borrow or `impl Trait` in a type, neither of which an argument can be.
pub(crate) enum Unfit<'t> {
    Reference(&'t TypeReference),
    Lifetime(&'t Lifetime),
    ImplTrait(&'t TypeImplTrait),
}

/// What makes `ty` unfit for an argument, if anything.
pub(crate) fn unfit(ty: &Type) -> Option<Unfit<'_>> {
    let mut search = Search(None);
    search.visit_type(ty);
    search.0
}

struct Search<'t>(Option<Unfit<'t>>);

impl<'t> Visit<'t> for Search<'t> {
    fn visit_type_reference(&mut self, reference: &'t TypeReference) {
        self.0.get_or_insert(Unfit::Reference(reference));
    }

    fn visit_type_impl_trait(&mut self, ty: &'t TypeImplTrait) {
        self.0.get_or_insert(Unfit::ImplTrait(ty));
    }

    fn visit_lifetime(&mut self, lifetime: &'t Lifetime) {
        // `dyn Trait + 'static` and `Cow<'static, str>` own what they have.
        if lifetime.ident != "static" {
            self.0.get_or_insert(Unfit::Lifetime(lifetime));
        }
    }

    fn visit_type_fn_ptr(&mut self, _: &'t syn::TypeFnPtr) {
        // A function's own lifetimes are not borrows.
    }
}

/// Whether `ty` is `()`.
pub(crate) fn is_unit(ty: &Type) -> bool {
    matches!(ungrouped(ty), Type::Tuple(tuple) if tuple.elems.is_empty())
}
