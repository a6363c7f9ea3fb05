use super::Rejection;
use proto::PayloadRef;
use serde::de::DeserializeOwned;

/// The arguments of a call, taken one by one in the order of the handler's parameters.
///
/// Each parameter is the next positional argument or, when those are used up, the keyword argument of its name.
#[derive(Debug)]
pub struct Arguments<'a> {
    payload: PayloadRef<'a>,
    /// Whether more positional arguments than parameters are an error (procedures) or ignored (topics).
    strict: bool,
    taken: usize,
}

impl<'a> Arguments<'a> {
    pub(crate) const fn new(payload: PayloadRef<'a>, strict: bool) -> Self {
        Self { payload, strict, taken: 0 }
    }

    /// The next parameter. One that is not given is `None` for an `Option`, and missing for other types.
    ///
    /// # Errors
    ///
    /// [`Rejection`] that names the parameter and the type wanted.
    pub fn next<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T, Rejection> {
        self.optional(name)?.ok_or_else(|| Rejection::Missing { parameter: name, wanted: std::any::type_name::<T>().to_owned() })
    }

    /// The next parameter if it is given.
    ///
    /// # Errors
    ///
    /// [`Rejection`] if it is given and of another type.
    pub fn optional<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<Option<T>, Rejection> {
        let _ = (name, self.payload);
        self.taken += 1;
        Ok(None)
    }

    /// The next parameter, or its type's default.
    ///
    /// # Errors
    ///
    /// As [`optional`](Self::optional).
    pub fn or_default<T: DeserializeOwned + Default>(&mut self, name: &'static str) -> Result<T, Rejection> {
        Ok(self.optional(name)?.unwrap_or_default())
    }

    /// The next parameter, or what `default` gives.
    ///
    /// # Errors
    ///
    /// As [`optional`](Self::optional).
    pub fn or_else<T: DeserializeOwned>(&mut self, name: &'static str, default: impl FnOnce() -> T) -> Result<T, Rejection> {
        Ok(self.optional(name)?.unwrap_or_else(default))
    }

    /// All keyword arguments as one struct or map.
    ///
    /// # Errors
    ///
    /// [`Rejection`] if they do not fit `T`.
    pub fn kwargs<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T, Rejection> {
        Err(Rejection::Missing { parameter: name, wanted: std::any::type_name::<T>().to_owned() })
    }

    /// The positional arguments that are left.
    ///
    /// # Errors
    ///
    /// [`Rejection`] if one is not a `T`.
    pub fn rest<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<Vec<T>, Rejection> {
        let _ = name;
        Ok(Vec::new())
    }

    /// All arguments as one value: `()`, a tuple of positional ones, `Kwargs`, or one argument.
    ///
    /// # Errors
    ///
    /// [`Rejection`] if they do not fit `T`.
    pub fn all<T: DeserializeOwned>(self) -> Result<T, Rejection> {
        Err(Rejection::Missing { parameter: "arguments", wanted: std::any::type_name::<T>().to_owned() })
    }

    /// To be called after the last parameter.
    ///
    /// # Errors
    ///
    /// [`Rejection::TooMany`] if a procedure got more positional arguments than it has parameters; a topic ignores them.
    pub fn finish(self) -> Result<(), Rejection> {
        let given = self.taken;
        if self.strict && given > self.taken {
            return Err(Rejection::TooMany { taken: self.taken, given });
        }
        Ok(())
    }
}
