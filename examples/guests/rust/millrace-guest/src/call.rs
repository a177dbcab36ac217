//! Calls that the host answers.

#[cfg(feature = "alloc")]
use alloc::{string::String, vec::Vec};
use core::mem::ManuallyDrop;

#[cfg(feature = "alloc")]
use crate::Error;
use crate::{Code, imports};

/// What the host has answered, as far as there was room for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// Its beginning, and how many bytes all of it has.
    Cut(&'a [u8], usize),
}

/// Calls the host by `name`, with `data`, waits for the reply, and has it put into `buffer`. Without an allocator.
///
/// Blocks until the host has answered.
///
/// # Errors
///
/// The error's number, and the host's text about it as far as it fits, which lies in `buffer`: `ENOENT` if nobody serves that
/// name, `EIO` if the host's function has thrown, `E2BIG`, `EMFILE`, `EDQUOT`, `ENFILE`, `ENOMEM`, `EPIPE`, or the host's own.
///
/// ```
/// use millrace_guest::{Code, Reply, call_into};
///
/// let mut buffer = [0; 64];
/// match call_into("time", b"", &mut buffer) {
///     Ok(Reply::Whole(reply)) => println!("{} bytes", reply.len()),
///     Ok(Reply::Cut(beginning, size)) => println!("{} of {size} bytes", beginning.len()),
///     Err((code, text)) => assert_eq!((code, text), (Code::ENOSYS, "")),
/// }
/// ```
pub fn call_into<'a>(name: &str, data: &[u8], buffer: &'a mut [u8]) -> Result<Reply<'a>, (Code, &'a str)> {
    // SAFETY: each pointer comes with the size of what it points to, all of which outlives the call.
    let status =
        unsafe { imports::call(name.as_ptr(), name.len(), data.as_ptr(), data.len(), buffer.as_mut_ptr(), buffer.len()) };
    match usize::try_from(status) {
        Ok(size) if size <= buffer.len() => Ok(Reply::Whole(&buffer[..size])),
        Ok(size) => Ok(Reply::Cut(buffer, size)),
        Err(_) => Err((Code::from_number(status), text_in(buffer))),
    }
}

/// A text up to its NUL, without a character that was cut.
fn text_in(buffer: &[u8]) -> &str {
    let end = buffer.iter().position(|byte| *byte == 0).unwrap_or(0);
    match core::str::from_utf8(&buffer[..end]) {
        Ok(text) => text,
        Err(error) => core::str::from_utf8(&buffer[..error.valid_up_to()]).unwrap_or(""),
    }
}

/// Calls the host by `name`, with `data`, and waits for the reply, of any size.
///
/// Blocks until the host has answered. With `begin` there can be many calls at once.
///
/// # Errors
///
/// As [`call_into`]; the error has the host's text.
///
/// ```
/// # fn main() -> Result<(), millrace_guest::Error> {
/// # if cfg!(target_arch = "wasm32") {
/// let reply = millrace_guest::call("upper", "grüße".as_bytes())?;
/// assert_eq!(reply, "GRÜSSE".as_bytes());
/// # }
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "alloc")]
pub fn call(name: &str, data: &[u8]) -> Result<Vec<u8>, Error> {
    begin(name, data)?.wait()
}

/// Calls the host and does not wait: its answer can be read from the `Call`, when there is time for it. While the guest
/// computes, the host answers.
///
/// Blocks only for memory to carry the data.
///
/// # Errors
///
/// As [`call_into`], but for the host's: these are told at the end of the reply.
///
/// ```
/// # fn main() -> Result<(), millrace_guest::Error> {
/// # if cfg!(target_arch = "wasm32") {
/// let (one, other) = (millrace_guest::begin("load", b"one")?, millrace_guest::begin("load", b"other")?);
/// let both = [one.wait()?, other.wait()?]; // both were on their way at the same time
/// # drop(both);
/// # }
/// # Ok(())
/// # }
/// ```
pub fn begin(name: &str, data: &[u8]) -> Result<Call, Code> {
    // SAFETY: each pointer comes with the size of what it points to.
    let fd = unsafe { imports::call_begin(name.as_ptr(), name.len(), data.as_ptr(), data.len()) };
    if fd < 0 { Err(Code::from_number(fd)) } else { Ok(Call { fd }) }
}

/// A call that has begun. It is open, and counts among those that the guest may have, until it is dropped; one that is dropped
/// before the answer gives it up.
///
/// With the feature `std` it is `std::io::Read`.
///
/// ```
/// match millrace_guest::begin("load", b"all") {
///     Ok(call) => drop(call), // nobody wants it any more
///     Err(code) => assert_eq!(code, millrace_guest::Code::ENOSYS),
/// }
/// ```
#[derive(Debug)]
pub struct Call {
    fd: i32,
}

impl Call {
    /// The next bytes of the reply, or of the host's text about its error: how many; 0 at the end, when `status` tells which of
    /// the two they were. Waits until there are some.
    ///
    /// # Errors
    ///
    /// `EIO` if they cannot be read.
    ///
    /// ```
    /// # fn main() -> Result<(), millrace_guest::Code> {
    /// # if cfg!(target_arch = "wasm32") {
    /// let mut call = millrace_guest::begin("load", b"all")?;
    /// let mut buffer = [0; 4096];
    /// while call.read(&mut buffer)? > 0 {}
    /// call.status()?;
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Code> {
        imports::read(self.fd, buffer).map_err(|_| Code::EIO)
    }

    /// Whether the host has answered with success. Ask when all is read.
    ///
    /// # Errors
    ///
    /// The host's error; `EAGAIN` while there is no answer.
    ///
    /// ```
    /// # fn main() -> Result<(), millrace_guest::Code> {
    /// # if cfg!(target_arch = "wasm32") {
    /// let call = millrace_guest::begin("load", b"all")?;
    /// assert_eq!(call.status(), Err(millrace_guest::Code::EAGAIN)); // it is on its way
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    pub fn status(&self) -> Result<(), Code> {
        // SAFETY: it takes no pointer, and says itself if the descriptor is no call's.
        match unsafe { imports::call_status(self.fd) } {
            0 => Ok(()),
            error => Err(Code::from_number(error)),
        }
    }

    /// Its WASI descriptor, to be polled together with others (`poll_oneoff`). It stays the call's.
    ///
    /// ```
    /// # if cfg!(target_arch = "wasm32") {
    /// let call = millrace_guest::begin("load", b"all").unwrap();
    /// assert!(call.fd() > 2);
    /// # }
    /// ```
    pub fn fd(&self) -> i32 {
        self.fd
    }

    /// Its descriptor, which is the caller's to close from now on.
    ///
    /// ```
    /// # if cfg!(target_arch = "wasm32") {
    /// let fd = millrace_guest::begin("load", b"all").unwrap().into_fd();
    /// # let _ = fd;
    /// # }
    /// ```
    pub fn into_fd(self) -> i32 {
        ManuallyDrop::new(self).fd
    }

    /// Waits for the whole reply, of any size.
    ///
    /// # Errors
    ///
    /// The host's, with its text.
    ///
    /// ```
    /// # fn main() -> Result<(), millrace_guest::Error> {
    /// # if cfg!(target_arch = "wasm32") {
    /// let reply = millrace_guest::begin("load", b"all")?.wait()?;
    /// # drop(reply);
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "alloc")]
    pub fn wait(mut self) -> Result<Vec<u8>, Error> {
        const PIECE_BYTES: usize = 4096;
        let (mut reply, mut size) = (Vec::new(), 0);
        loop {
            if reply.len() - size < PIECE_BYTES {
                reply.resize(usize::max(2 * reply.len(), PIECE_BYTES), 0);
            }
            match self.read(&mut reply[size..])? {
                0 => break,
                read => size += read,
            }
        }
        reply.truncate(size);
        match self.status() {
            Ok(()) => Ok(reply),
            Err(code) => Err(Error::new(code, String::from_utf8_lossy(&reply).into_owned())),
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        imports::close(self.fd);
    }
}

#[cfg(feature = "std")]
impl std::io::Read for Call {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        Call::read(self, buffer).map_err(|code| Error::from(code).into())
    }
}

#[cfg(test)]
mod tests {
    use super::text_in;

    #[test]
    fn a_text_that_was_cut_has_whole_characters() {
        assert_eq!(text_in(b"no luck\0rest"), "no luck");
        assert_eq!(text_in("grü\0".as_bytes()), "grü");
        assert_eq!(text_in(b"gr\xc3\0"), "gr");
        assert_eq!(text_in(b""), "");
        assert_eq!(text_in(b"\0"), "");
    }
}
