//! The codes of `pool.h`.

/// Writes the enum, and its translation from and to the package's names.
macro_rules! errnos {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Why something was refused or did not work: the codes of the C API, `pool.h`, which are those of POSIX.
        ///
        /// ```
        /// assert_eq!(millrace::Errno::Noent.name(), "POOL_ENOENT");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Errno { $($(#[$doc])* $variant,)* }

        impl Errno {
            /// Its name, as the package and `pool.h` have it.
            ///
            /// ```
            /// assert_eq!(millrace::Errno::Pipe.name(), "POOL_EPIPE");
            /// ```
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            pub(crate) fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

errnos! {
    /// The path leads outside the directory.
    Perm = "POOL_EPERM",
    /// There is nothing of that name.
    Noent = "POOL_ENOENT",
    /// What should have come could not be had: a handler or a stream has failed.
    Io = "POOL_EIO",
    /// Larger than the pool carries in one piece.
    TooBig = "POOL_E2BIG",
    /// It is not open any more, or was given to a job.
    Badf = "POOL_EBADF",
    /// It would have to wait, or there is no room for it now.
    Again = "POOL_EAGAIN",
    /// There is no memory for it.
    Nomem = "POOL_ENOMEM",
    /// It is in use.
    Busy = "POOL_EBUSY",
    /// The name is taken.
    Exist = "POOL_EEXIST",
    /// The two are not in the same directory.
    Xdev = "POOL_EXDEV",
    /// It is no directory.
    Notdir = "POOL_ENOTDIR",
    /// It is a directory.
    Isdir = "POOL_EISDIR",
    /// What was given cannot be taken: the message says why.
    Inval = "POOL_EINVAL",
    /// The pool has too many of these.
    Nfile = "POOL_ENFILE",
    /// The job has too many of these.
    Mfile = "POOL_EMFILE",
    /// The file is too large.
    Fbig = "POOL_EFBIG",
    /// The directory has no room left.
    Nospc = "POOL_ENOSPC",
    /// It can only be read.
    Rofs = "POOL_EROFS",
    /// Too many hard links.
    Mlink = "POOL_EMLINK",
    /// Nobody reads it any more.
    Pipe = "POOL_EPIPE",
    /// The name is too long.
    Nametoolong = "POOL_ENAMETOOLONG",
    /// There is no such thing here.
    Nosys = "POOL_ENOSYS",
    /// The directory is not empty.
    Notempty = "POOL_ENOTEMPTY",
    /// Too many symlinks on the way.
    Loop = "POOL_ELOOP",
    /// What came was not what had been agreed on.
    Proto = "POOL_EPROTO",
    /// It cannot be done with this.
    Notsup = "POOL_ENOTSUP",
    /// The pool is closed.
    Shutdown = "POOL_ESHUTDOWN",
    /// It took too long.
    Timedout = "POOL_ETIMEDOUT",
    /// It has used up what it may have.
    Dquot = "POOL_EDQUOT",
    /// It was cancelled.
    Canceled = "POOL_ECANCELED",
}
