//! What exports are called with, and what they return.
use js_sys::{Array, BigInt, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// A value that an export takes or returns. Text, as UTF-8, and bytes are two parameters to the export, an address and a
/// size: `pool_guest.h` says what the guest needs for that.
///
/// ```
/// use millrace::Value;
///
/// assert_eq!(Value::from(42), Value::Number(42.0));
/// assert_eq!(Value::from(42_i64), Value::Int64(42));
/// assert_eq!(Value::from("text"), Value::Text("text".to_owned()));
/// assert_eq!(Value::Number(42.0).as_i32(), Some(42));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// An i32, f32 or f64.
    Number(f64),
    /// An i64.
    Int64(i64),
    /// Text, as an export takes it.
    Text(String),
    /// Bytes, as an export takes them.
    Bytes(Vec<u8>),
}

impl Value {
    /// Of a number: the same as f64.
    ///
    /// ```
    /// assert_eq!(millrace::Value::Number(2.5).as_f64(), Some(2.5));
    /// ```
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Of a number that is an i32: that.
    ///
    /// ```
    /// assert_eq!(millrace::Value::Number(42.0).as_i32(), Some(42));
    /// assert_eq!(millrace::Value::Number(2.5).as_i32(), None);
    /// ```
    #[must_use]
    #[allow(clippy::cast_possible_truncation)]
    pub fn as_i32(&self) -> Option<i32> {
        let number = self.as_f64()?;
        let whole = number as i32;
        (f64::from(whole).to_bits() == number.to_bits()).then_some(whole)
    }

    /// Of an i64: that.
    ///
    /// ```
    /// assert_eq!(millrace::Value::from(42_i64).as_i64(), Some(42));
    /// ```
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int64(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn to_js(&self) -> JsValue {
        match self {
            Self::Number(number) => JsValue::from_f64(*number),
            Self::Int64(number) => JsValue::from(BigInt::from(*number)),
            Self::Text(text) => JsValue::from_str(text),
            Self::Bytes(bytes) => Uint8Array::from(bytes.as_slice()).into(),
        }
    }

    /// What an export has returned.
    fn from_js(value: JsValue) -> Self {
        match value.as_f64() {
            Some(number) => Self::Number(number),
            None => Self::Int64(i64::try_from(value).unwrap_or_default()),
        }
    }

    /// All that an export has returned: none, one or several.
    pub(crate) fn all_from_js(returned: JsValue) -> Vec<Self> {
        if returned.is_undefined() {
            return Vec::new();
        }
        match returned.dyn_into::<Array>() {
            Ok(all) => all.iter().map(Self::from_js).collect(),
            Err(one) => vec![Self::from_js(one)],
        }
    }
}

/// Numbers that an f64 has exactly.
macro_rules! numbers {
    ($($type:ty),*) => { $(
        impl From<$type> for Value {
            fn from(number: $type) -> Self {
                Self::Number(f64::from(number))
            }
        }
    )* };
}

numbers!(i32, u32, i16, u16, i8, u8, f32, f64);

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int64(number)
    }
}

/// An i64 of the same bits.
impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Int64(i64::from_ne_bytes(number.to_ne_bytes()))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}
