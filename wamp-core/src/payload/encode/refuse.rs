//! What serializers have in common that take a few shapes only.

/// Methods of a `Serializer` for shapes it does not take: each gives `Err($error)`.
macro_rules! refuse {
    (scalars: $error:expr) => {
        refuse! { @one $error; serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
            serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128,
            serialize_f32: f32, serialize_f64: f64, serialize_bytes: &[u8] }
    };
    (text: $error:expr) => {
        refuse! { @one $error; serialize_str: &str, serialize_char: char }
        fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<Self::Ok, Self::Error> {
            Err($error)
        }
        fn collect_str<T: ?Sized + std::fmt::Display>(self, _: &T) -> Result<Self::Ok, Self::Error> {
            Err($error)
        }
    };
    (unit: $error:expr) => {
        fn serialize_unit(self) -> Result<Self::Ok, Self::Error> {
            Err($error)
        }
        fn serialize_none(self) -> Result<Self::Ok, Self::Error> {
            Err($error)
        }
    };
    (transparent: $error:expr) => {
        fn serialize_some<T: ?Sized + serde::Serialize>(self, _: &T) -> Result<Self::Ok, Self::Error> {
            Err($error)
        }
        fn serialize_newtype_struct<T: ?Sized + serde::Serialize>(self, _: &'static str, _: &T) -> Result<Self::Ok, Self::Error> {
            Err($error)
        }
    };
    (dictionaries: $error:expr) => {
        fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Self::Error> {
            Err($error)
        }
        fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Self::Error> {
            Err($error)
        }
    };
    (tuple: $error:expr) => {
        fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Self::Error> {
            Err($error)
        }
    };
    (others: $error:expr) => {
        fn serialize_unit_struct(self, _: &'static str) -> Result<Self::Ok, Self::Error> {
            Err($error)
        }
        fn serialize_newtype_variant<T: ?Sized + serde::Serialize>(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: &T,
        ) -> Result<Self::Ok, Self::Error> {
            Err($error)
        }
        fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Self::Error> {
            Err($error)
        }
        fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Self::Error> {
            Err($error)
        }
        fn serialize_tuple_variant(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: usize,
        ) -> Result<Self::SerializeTupleVariant, Self::Error> {
            Err($error)
        }
        fn serialize_struct_variant(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: usize,
        ) -> Result<Self::SerializeStructVariant, Self::Error> {
            Err($error)
        }
    };
    (@one $error:expr; $($method:ident: $type:ty),*) => {
        $(fn $method(self, _: $type) -> Result<Self::Ok, Self::Error> {
            Err($error)
        })*
    };
}
pub(super) use refuse;
