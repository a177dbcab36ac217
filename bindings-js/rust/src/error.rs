//! The crate's error: an enum by the code of what went wrong.
use std::fmt;

use wasm_bindgen::JsValue;

use crate::errno::Errno;
use crate::js;
use crate::output::Output;
use crate::trap::Trap;

/// What every error tells.
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) {
/// let error = pool.command("/missing.wasm").run().await.unwrap_err();
/// println!("{}: {}", error.failure().name, error.failure().message);
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Failure {
    /// The package's code, as `POOL_TIMED_OUT`; empty if it is no error of the package's.
    pub code: String,
    /// The name of the package's class, as `TimedOutError`, or of the platform's.
    pub name: String,
    /// What went wrong, in English.
    pub message: String,
    /// The error that led to it.
    pub cause: Option<Error>,
    /// After [`Command::run`](crate::Command::run): what the guest had written until then.
    pub output: Option<Output>,
}

/// What can go wrong. Each variant is one code of the package's; those of `pool.h` share [`Error::Errno`].
///
/// It is plain data, and so, unlike the rest of this crate, `Send` and `Sync`: it goes through `?` into
/// `Box<dyn std::error::Error + Send + Sync>` and what is built on that.
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) {
/// use millrace::Error;
/// use std::time::Duration;
///
/// match pool.command("/spin.wasm").timeout(Duration::from_millis(100)).run().await {
///     Ok(result) => println!("exited with {}", result.status.code),
///     Err(Error::TimedOut(_)) => println!("it took too long"),
///     Err(error) => println!("{error}"),
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error {
    /// The guest trapped.
    Trapped {
        /// Where and why.
        trap: Box<Trap>,
        /// What is known besides.
        failure: Box<Failure>,
    },
    /// It was cancelled: by [`Job::cancel`](crate::Job::cancel), by dropping what waits for it, or by closing the pool.
    Cancelled(Box<Failure>),
    /// Its timeout ran out.
    TimedOut(Box<Failure>),
    /// The worker or the coordinator died. The job may be run again.
    Lost(Box<Failure>),
    /// The module could not be run as a command: a missing import, no `_start`, no memory for it.
    NotStarted(Box<Failure>),
    /// The guest has exited instead of returning from the export that was called.
    Exited {
        /// What it exited with.
        exit_code: u32,
        /// What is known besides.
        failure: Box<Failure>,
    },
    /// The instance or the plugin had ended before it answered.
    Ended(Box<Failure>),
    /// Some of what the guest wrote was lost on the way.
    OutputLost(Box<Failure>),
    /// The guest wrote more than was to be kept, and was ended.
    OutputLimit(Box<Failure>),
    /// The source of the guest's stdin failed.
    InputFailed(Box<Failure>),
    /// It is no WebAssembly module, or could not be fetched.
    NotCompiled(Box<Failure>),
    /// The page is not cross-origin isolated, and the engine cannot suspend wasm. The message names the headers to set.
    NotIsolated(Box<Failure>),
    /// The pool could not be started: its files were not found, or no worker came up.
    StartFailed(Box<Failure>),
    /// A plugin's guest answered a call with an error.
    Rpc {
        /// The code of JSON-RPC, or of the application's own.
        code: i64,
        /// What was sent with it, as JSON.
        data: Option<String>,
        /// What is known besides.
        failure: Box<Failure>,
    },
    /// A code of `pool.h`.
    Errno {
        /// Which one.
        errno: Errno,
        /// What is known besides.
        failure: Box<Failure>,
    },
    /// Anything that is no error of the package's.
    Other(Box<Failure>),
}

impl Error {
    /// The error of what was thrown.
    pub(crate) fn from_js(thrown: &JsValue) -> Self {
        Self::with_causes(thrown, CAUSES)
    }

    fn with_causes(thrown: &JsValue, causes: usize) -> Self {
        let failure = Box::new(Failure::from_js(thrown, causes));
        match failure.code.as_str() {
            "POOL_TRAPPED" => Self::Trapped { trap: Box::new(Trap::from_js(thrown)), failure },
            "POOL_CANCELLED" => Self::Cancelled(failure),
            "POOL_TIMED_OUT" => Self::TimedOut(failure),
            "POOL_LOST" => Self::Lost(failure),
            "POOL_NOT_STARTED" => Self::NotStarted(failure),
            "POOL_EXITED" => Self::Exited { exit_code: exit_code_of(thrown), failure },
            "POOL_ENDED" => Self::Ended(failure),
            "POOL_OUTPUT_LOST" => Self::OutputLost(failure),
            "POOL_OUTPUT_LIMIT" => Self::OutputLimit(failure),
            "POOL_INPUT_FAILED" => Self::InputFailed(failure),
            "POOL_NOT_COMPILED" => Self::NotCompiled(failure),
            "POOL_NOT_ISOLATED" => Self::NotIsolated(failure),
            "POOL_START_FAILED" => Self::StartFailed(failure),
            code => match Errno::from_name(code) {
                Some(errno) => Self::Errno { errno, failure },
                None => Self::foreign(thrown, failure),
            },
        }
    }

    /// An error without a code of the package's.
    #[allow(clippy::cast_possible_truncation)]
    fn foreign(thrown: &JsValue, failure: Box<Failure>) -> Self {
        if failure.name != "RpcError" {
            return Self::Other(failure);
        }
        let data = js::get(thrown, "data");
        let data = js_sys::JSON::stringify(&data).ok().and_then(|text| text.as_string());
        Self::Rpc { code: js::number(thrown, "code") as i64, data, failure }
    }

    /// The package's script could not be loaded.
    pub(crate) fn not_loaded(url: &str, cause: Self) -> Self {
        let message = format!("the package could not be loaded from {url}: {cause}");
        let [code, name] = ["POOL_START_FAILED", "StartError"].map(str::to_owned);
        Self::StartFailed(Box::new(Failure { code, name, message, cause: Some(cause), output: None }))
    }

    /// What every error tells.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let error = pool.command("/trap.wasm").run().await.unwrap_err();
    /// println!("{}: {}", error.failure().name, error.failure().message);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn failure(&self) -> &Failure {
        match self {
            Self::Trapped { failure, .. }
            | Self::Cancelled(failure)
            | Self::TimedOut(failure)
            | Self::Lost(failure)
            | Self::NotStarted(failure)
            | Self::Exited { failure, .. }
            | Self::Ended(failure)
            | Self::OutputLost(failure)
            | Self::OutputLimit(failure)
            | Self::InputFailed(failure)
            | Self::NotCompiled(failure)
            | Self::NotIsolated(failure)
            | Self::StartFailed(failure)
            | Self::Rpc { failure, .. }
            | Self::Errno { failure, .. }
            | Self::Other(failure) => failure,
        }
    }

    /// The code of `pool.h`, if it is one.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let data = pool.directory()?;
    /// let error = data.read_file("missing.txt").await.unwrap_err();
    /// assert_eq!(error.errno(), Some(millrace::Errno::Noent));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn errno(&self) -> Option<Errno> {
        match self {
            Self::Errno { errno, .. } => Some(*errno),
            _ => None,
        }
    }

    /// What the guest had written until then, if that was collected.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let error = pool.command("/trap.wasm").run().await.unwrap_err();
    /// let written = error.output().map(|output| output.stdout_text());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn output(&self) -> Option<&Output> {
        self.failure().output.as_ref()
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn exit_code_of(thrown: &JsValue) -> u32 {
    js::number(thrown, "exitCode") as u32
}

/// Causes of causes that are kept: what has been thrown may be its own cause.
const CAUSES: usize = 8;

impl Failure {
    fn from_js(thrown: &JsValue, causes: usize) -> Self {
        let message = js::string(thrown, "message");
        let (cause, output) = (js::get(thrown, "cause"), js::get(thrown, "output"));
        Self {
            code: js::string(thrown, "code").unwrap_or_default(),
            name: js::string(thrown, "name").unwrap_or_default(),
            message: message.or_else(|| thrown.as_string()).unwrap_or_else(|| format!("{thrown:?}")),
            cause: (causes > 0 && !cause.is_undefined()).then(|| Error::with_causes(&cause, causes - 1)),
            output: output.is_object().then(|| Output::from_js(&output)),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.failure().message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.failure().cause.as_ref().map(|cause| cause as _)
    }
}

impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        Self::new(kind_of(&error), error)
    }
}

fn kind_of(error: &Error) -> std::io::ErrorKind {
    use std::io::ErrorKind;
    match error {
        Error::TimedOut(_) => ErrorKind::TimedOut,
        Error::Errno { errno: Errno::Pipe, .. } => ErrorKind::BrokenPipe,
        Error::Errno { errno: Errno::Noent, .. } => ErrorKind::NotFound,
        Error::Errno { errno: Errno::Inval, .. } => ErrorKind::InvalidInput,
        Error::Errno { errno: Errno::Nomem, .. } => ErrorKind::OutOfMemory,
        _ => ErrorKind::Other,
    }
}
