//! Exports that take and return strings and bytes: "bytes in exports" of `pool_guest.h`.

#[cfg(feature = "alloc")]
use alloc::{boxed::Box, string::String, vec::Vec};

/// What an export of [`export!`](crate::export) can take beside `&str` and `&[u8]`: one of WebAssembly's numbers, or a `bool`.
///
/// ```
/// fn takes(_: impl millrace_guest::Parameter) {}
///
/// takes(1_u32);
/// takes(0.5);
/// ```
pub trait Parameter {
    /// What WebAssembly passes.
    #[doc(hidden)]
    type Raw;
    #[doc(hidden)]
    fn from_raw(raw: Self::Raw) -> Self;
}

/// What an export of [`export!`](crate::export) can return: a number, a `bool`, or nothing; with the feature `alloc` strings and
/// bytes, which the caller has asked for (`returns: 'string'` or `'bytes'`).
///
/// ```
/// fn returns() -> impl millrace_guest::Returns {
///     42_i64
/// }
///
/// returns();
/// ```
pub trait Returns {
    /// What WebAssembly returns.
    #[doc(hidden)]
    type Raw;
    #[doc(hidden)]
    fn into_raw(self) -> Self::Raw;
}

macro_rules! numbers {
    ($($type:ty as $raw:ty),+) => {$(
        impl Parameter for $type {
            type Raw = $raw;
            fn from_raw(raw: $raw) -> $type {
                raw as $type
            }
        }
        impl Returns for $type {
            type Raw = $raw;
            fn into_raw(self) -> $raw {
                self as $raw
            }
        }
    )+};
}

numbers!(i32 as i32, u32 as i32, i64 as i64, u64 as i64, f32 as f32, f64 as f64, usize as usize, isize as isize);

impl Parameter for bool {
    type Raw = i32;
    fn from_raw(raw: i32) -> bool {
        raw != 0
    }
}

impl Returns for bool {
    type Raw = i32;
    fn into_raw(self) -> i32 {
        i32::from(self)
    }
}

impl Returns for () {
    type Raw = ();
    fn into_raw(self) {}
}

/// The address in the low 32 bits, the size in the high ones. From then on it is the caller's, who gives it back by `pool_free`.
#[cfg(feature = "alloc")]
impl Returns for Vec<u8> {
    type Raw = u64;
    fn into_raw(self) -> u64 {
        let bytes = Box::leak(self.into_boxed_slice());
        ((bytes.len() as u64) << 32) | (bytes.as_ptr() as usize as u64 & 0xffff_ffff)
    }
}

#[cfg(feature = "alloc")]
impl Returns for String {
    type Raw = u64;
    fn into_raw(self) -> u64 {
        self.into_bytes().into_raw()
    }
}

/// Exports `pool_alloc` and `pool_free` over the program's allocator, which the caller of an export needs for strings and
/// bytes: once in a guest, outside of functions.
///
/// ```
/// millrace_guest::heap!();
/// # fn main() {}
/// ```
#[cfg(feature = "alloc")]
#[macro_export]
macro_rules! heap {
    () => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            #[unsafe(export_name = "pool_alloc")]
            extern "C" fn allocate(size_bytes: usize) -> *mut u8 {
                $crate::private::allocate(size_bytes)
            }
            #[unsafe(export_name = "pool_free")]
            unsafe extern "C" fn free(data: *mut u8, size_bytes: usize) {
                // SAFETY: the caller gives back what it got from the other, or from an export, and with that size.
                unsafe { $crate::private::free(data, size_bytes) }
            }
        };
    };
}

/// Exports functions of these names, whose callers pass strings and bytes as such: `pool.call('/guest.wasm', 'count', 'to be', 32)`
/// in JavaScript. Parameters are `&str`, `&[u8]`, and what is a [`Parameter`]; results are what [`Returns`] says. In the program
/// they are functions like any other.
///
/// A guest whose exports take or return strings or bytes needs [`heap!`](crate::heap) too. A `&str` that the caller passed as bytes
/// that are no UTF-8 traps.
///
/// ```
/// millrace_guest::export! {
///     /// How often a byte is in some data.
///     fn count(data: &[u8], byte: u32) -> u32 {
///         data.iter().filter(|each| u32::from(**each) == byte).count() as u32
///     }
///
///     fn shout(text: &str) -> String {
///         text.to_uppercase()
///     }
/// }
///
/// # fn main() {
/// assert_eq!(count(b"to be", 0x20), 1);
/// assert_eq!(shout("to be"), "TO BE");
/// # }
/// ```
#[macro_export]
macro_rules! export {
    () => {};
    ($(#[$meta:meta])* $visibility:vis fn $name:ident($($parameters:tt)*) $(-> $returns:ty)? $body:block $($rest:tt)*) => {
        $(#[$meta])*
        #[cfg_attr(not(any(test, target_arch = "wasm32")), allow(dead_code))]
        $visibility fn $name($($parameters)*) $(-> $returns)? $body
        #[cfg(target_arch = "wasm32")]
        $crate::__export!($name [$($returns)?] () () $($parameters)*);
        $crate::export!($($rest)*);
    };
}

/// Goes through the parameters: what WebAssembly passes, and what the function is given.
#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    ($name:ident $returns:tt ($($raw:tt)*) ($($given:tt)*) $parameter:ident: &str $(, $($rest:tt)*)?) => {
        $crate::__export!($name $returns ($($raw)* data: *const u8, size_bytes: usize,)
            ($($given)* unsafe { $crate::private::text(data, size_bytes) },) $($($rest)*)?);
    };
    ($name:ident $returns:tt ($($raw:tt)*) ($($given:tt)*) $parameter:ident: &[u8] $(, $($rest:tt)*)?) => {
        $crate::__export!($name $returns ($($raw)* data: *const u8, size_bytes: usize,)
            ($($given)* unsafe { $crate::private::bytes(data, size_bytes) },) $($($rest)*)?);
    };
    ($name:ident $returns:tt ($($raw:tt)*) ($($given:tt)*) $parameter:ident: $type:ty $(, $($rest:tt)*)?) => {
        $crate::__export!($name $returns ($($raw)* value: <$type as $crate::Parameter>::Raw,)
            ($($given)* <$type as $crate::Parameter>::from_raw(value),) $($($rest)*)?);
    };
    ($name:ident [] $raw:tt $given:tt) => {
        $crate::__export!($name [()] $raw $given);
    };
    ($name:ident [$returns:ty] ($($raw:tt)*) ($($given:tt)*)) => {
        const _: () = {
            #[unsafe(export_name = stringify!($name))]
            extern "C" fn export($($raw)*) -> <$returns as $crate::Returns>::Raw {
                // SAFETY (of what is given): the caller has passed addresses of so many bytes, which stay until this returns.
                <$returns as $crate::Returns>::into_raw($name($($given)*))
            }
        };
    };
}

/// What the macros need; no promise to anybody else.
#[doc(hidden)]
pub mod private {
    /// # Safety
    /// So many bytes are there, and stay as they are for as long as they are used.
    pub unsafe fn bytes<'a>(data: *const u8, size_bytes: usize) -> &'a [u8] {
        // SAFETY: as the caller says.
        unsafe { core::slice::from_raw_parts(data, size_bytes) }
    }

    /// # Safety
    /// As `bytes`.
    pub unsafe fn text<'a>(data: *const u8, size_bytes: usize) -> &'a str {
        // SAFETY: as the caller says.
        let bytes = unsafe { bytes(data, size_bytes) };
        core::str::from_utf8(bytes).expect("the caller passed bytes that are no UTF-8 where a string is taken")
    }

    /// Memory, or null.
    #[cfg(feature = "alloc")]
    pub fn allocate(size_bytes: usize) -> *mut u8 {
        match core::alloc::Layout::array::<u8>(size_bytes) {
            // SAFETY: it is not for 0 bytes.
            Ok(layout) if size_bytes > 0 => unsafe { alloc::alloc::alloc(layout) },
            _ => core::ptr::null_mut(),
        }
    }

    /// # Safety
    /// It is what `allocate` gave for so many bytes, or a boxed slice of so many.
    #[cfg(feature = "alloc")]
    pub unsafe fn free(data: *mut u8, size_bytes: usize) {
        let Ok(layout) = core::alloc::Layout::array::<u8>(size_bytes) else { return };
        if size_bytes > 0 {
            // SAFETY: as the caller says.
            unsafe { alloc::alloc::dealloc(data, layout) };
        }
    }
}
