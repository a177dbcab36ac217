//! The numbers of errors.

use core::fmt;

/// The number of an error: of the pool, one of the constants here, as in `pool.h`; or whatever negative number the host has
/// replied with.
///
/// ```
/// use millrace_guest::Code;
///
/// assert_eq!(Code::ENOENT.to_string(), "POOL_ENOENT (-2)");
/// assert_eq!(Code::from_number(-1000).to_string(), "-1000");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Code(i32);

impl Code {
    /// The number, which is negative.
    ///
    /// ```
    /// assert_eq!(millrace_guest::Code::EIO.number(), -5);
    /// ```
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The error of a number.
    ///
    /// ```
    /// use millrace_guest::Code;
    ///
    /// assert_eq!(Code::from_number(-5), Code::EIO);
    /// ```
    pub const fn from_number(number: i32) -> Code {
        Code(number)
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])+ $name:ident = $number:literal;)+) => {
        impl Code {
            $($(#[$doc])+ pub const $name: Code = Code($number);)+

            /// Its name in `pool.h`; `None`: it is the host's own.
            ///
            /// ```
            /// assert_eq!(millrace_guest::Code::EDQUOT.name(), Some("POOL_EDQUOT"));
            /// ```
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some(concat!("POOL_", stringify!($name))),)+
                    _ => None,
                }
            }
        }
    };
}

codes! {
    /// Nobody serves that name.
    ENOENT = -2;
    /// The host's function has failed: a handler in JavaScript has thrown.
    EIO = -5;
    /// The data, or the reply, is larger than the pool carries in one piece.
    E2BIG = -7;
    /// It is not the descriptor of a call, or it is closed.
    EBADF = -9;
    /// The call has not been answered.
    EAGAIN = -11;
    /// There is no memory for it.
    ENOMEM = -12;
    /// The name, or an address, is not one.
    EINVAL = -22;
    /// The calls of all guests are as many as there can be.
    ENFILE = -23;
    /// The guest has as many calls open as it may, or as many descriptors.
    EMFILE = -24;
    /// The pool closes.
    EPIPE = -32;
    /// There is no host: the program does not run on Millrace.
    ENOSYS = -38;
    /// The guest's calls and their replies have as much memory as they may, or would with this reply.
    EDQUOT = -122;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}
