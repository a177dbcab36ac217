//! Why a call has failed.

use alloc::string::String;
use core::fmt;

use crate::Code;

/// Why a call has failed: a number, and what the host has said about it.
///
/// ```
/// let error = millrace_guest::call("nobody", b"").unwrap_err();
/// assert_eq!(error.to_string(), "POOL_ENOSYS (-38)"); // natively nobody answers
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    code: Code,
    text: String,
}

impl Error {
    pub(crate) fn new(code: Code, text: String) -> Error {
        Error { code, text }
    }

    /// Its number.
    ///
    /// ```
    /// use millrace_guest::{Code, call};
    ///
    /// assert_eq!(call("nobody", b"").unwrap_err().code(), Code::ENOSYS);
    /// ```
    pub fn code(&self) -> Code {
        self.code
    }

    /// The host's text about it, as the message of what its function has thrown; empty if there is none.
    ///
    /// ```
    /// assert_eq!(millrace_guest::call("nobody", b"").unwrap_err().text(), "");
    /// ```
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text.as_str() {
            "" => self.code.fmt(f),
            text => write!(f, "{}: {text}", self.code),
        }
    }
}

impl core::error::Error for Error {}

impl From<Code> for Error {
    fn from(code: Code) -> Error {
        Error::new(code, String::new())
    }
}

#[cfg(feature = "std")]
impl From<Error> for std::io::Error {
    fn from(error: Error) -> std::io::Error {
        std::io::Error::other(error)
    }
}
