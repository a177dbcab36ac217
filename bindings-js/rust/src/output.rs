//! What guests wrote, and how they ended.

use wasm_bindgen::JsValue;

use crate::js;

/// What a job wrote: all of it, or what it had written before it failed.
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) {
/// let error = pool.command("/trap.wasm").run().await.unwrap_err();
/// if let Some(output) = error.output() {
///     println!("it wrote {}", output.stdout_text());
/// }
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// The bytes of stdout.
    pub stdout: Vec<u8>,
    /// The bytes of stderr.
    pub stderr: Vec<u8>,
}

impl Output {
    pub(crate) fn from_js(value: &JsValue) -> Self {
        Self { stdout: js::bytes(value, "stdout"), stderr: js::bytes(value, "stderr") }
    }

    /// `stdout` as text in UTF-8; what is not UTF-8 becomes U+FFFD.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/cat.wasm").stdin("text").run().await?;
    /// assert_eq!(result.output.stdout_text(), "text");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// `stderr` as text in UTF-8; what is not UTF-8 becomes U+FFFD.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/cat.wasm").stdin("text").run().await?;
    /// assert_eq!(result.output.stderr_text(), "");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

/// How a guest has exited.
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
/// let job = pool.command("/exit3.wasm").spawn().await?;
/// let status = job.status().await?;
/// assert_eq!((status.code, status.success()), (3, false));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobStatus {
    /// The exit code.
    pub code: u32,
}

impl JobStatus {
    pub(crate) fn from_js(value: &JsValue) -> Self {
        Self { code: u32::try_from(js::count(value, "code")).unwrap_or(u32::MAX) }
    }

    /// Whether it is 0.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/hello.wasm").run().await?;
    /// assert!(result.status.success());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn success(self) -> bool {
        self.code == 0
    }
}

/// What [`Command::run`](crate::Command::run) gives: all that the guest wrote, and how it ended.
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
/// let result = pool.command("/cat.wasm").stdin("text").run().await?;
/// assert!(result.status.success());
/// assert_eq!(result.output.stdout_text(), "text");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunResult {
    /// How it has exited.
    pub status: JobStatus,
    /// What it wrote.
    pub output: Output,
}

impl RunResult {
    pub(crate) fn from_js(value: &JsValue) -> Self {
        Self { status: JobStatus::from_js(value), output: Output::from_js(value) }
    }
}
