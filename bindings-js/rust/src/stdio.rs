//! What a job's stdin, stdout and stderr are connected with.
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

use crate::reader::Reader;
use crate::writer::Writer;

/// What a guest reads from its stdin: text, bytes, or what comes out of a [`Reader`].
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
/// let mut lines = pool.command("/lines.wasm").args(["seq", "1000"]).spawn().await?;
/// let numbers = lines.stdout.take().expect("stdout is piped");
/// let counted = pool.command("/wc.wasm").stdin(numbers).run().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Input(pub(crate) JsValue);

impl Input {
    /// Nothing: the guest is at end of file.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let job = pool.command("/cat.wasm").stdin(millrace::Input::null()).spawn().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn null() -> Self {
        Self(JsValue::NULL)
    }
}

impl From<&[u8]> for Input {
    fn from(bytes: &[u8]) -> Self {
        Self(Uint8Array::from(bytes).into())
    }
}

impl<const N: usize> From<&[u8; N]> for Input {
    fn from(bytes: &[u8; N]) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl From<Vec<u8>> for Input {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl From<&str> for Input {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<String> for Input {
    fn from(text: String) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<Reader> for Input {
    fn from(reader: Reader) -> Self {
        Self(reader.into_js())
    }
}

/// Where a guest's stdout or stderr goes.
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
/// let result = pool.command("/wc.wasm").stderr(millrace::Stdio::inherit()).run().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Stdio(pub(crate) JsValue);

impl Stdio {
    /// Into the result of `run`, or a [`Reader`] of the job that `spawn` gives: the default.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let job = pool.command("/hello.wasm").stdout(millrace::Stdio::piped()).spawn().await?;
    /// assert!(job.stdout.is_some());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn piped() -> Self {
        Self(JsValue::from_str("pipe"))
    }

    /// It is discarded.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let job = pool.command("/hello.wasm").stdout(millrace::Stdio::null()).spawn().await?;
    /// assert!(job.stdout.is_none());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn null() -> Self {
        Self(JsValue::from_str("null"))
    }

    /// To the console, line by line.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let job = pool.command("/hello.wasm").stdout(millrace::Stdio::inherit()).spawn().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn inherit() -> Self {
        Self(JsValue::from_str("inherit"))
    }

    pub(crate) fn is_piped(&self) -> bool {
        self.0.as_string().is_some_and(|word| word == "pipe")
    }
}

impl From<Writer> for Stdio {
    fn from(writer: Writer) -> Self {
        Self(writer.into_js())
    }
}
