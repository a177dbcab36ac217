#![doc = include_str!("../README.md")]
#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod call;
mod code;
#[cfg(feature = "alloc")]
mod error;
mod export;
mod imports;

#[cfg(feature = "alloc")]
pub use call::call;
pub use call::{Call, Reply, begin, call_into};
pub use code::Code;
#[cfg(feature = "alloc")]
pub use error::Error;
#[doc(hidden)]
pub use export::private;
pub use export::{Parameter, Returns};
