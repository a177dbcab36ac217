//! What a pool tells of itself.
use wasm_bindgen::JsValue;

use crate::error::Error;
use crate::js;

/// How much a [`LogEntry`] matters.
///
/// ```no_run
/// # async fn example() -> Result<(), millrace::Error> {
/// use millrace::LogLevel;
///
/// let listener = |entry: millrace::LogEntry| {
///     if matches!(entry.level, LogLevel::Warn | LogLevel::Error) {
///         println!("{}", entry.message);
///     }
/// };
/// let pool = millrace::Pool::builder().on_log(listener).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogLevel {
    /// Workers come and go as they should.
    Debug,
    /// The place of a lost worker is not used again yet.
    Info,
    /// Something was lost or refused, and the pool goes on.
    Warn,
    /// It goes on with less than it should have, or not at all.
    Error,
}

/// Something that a pool has noticed.
///
/// ```no_run
/// # async fn example() -> Result<(), millrace::Error> {
/// use millrace::{LogLevel, Pool};
///
/// let pool = Pool::builder().on_log(|entry| assert_ne!(entry.level, LogLevel::Error, "{}", entry.message)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct LogEntry {
    /// How much it matters.
    pub level: LogLevel,
    /// What it is, in English.
    pub message: String,
    /// The pool's name.
    pub pool: String,
    /// The worker's number, if it is about one.
    pub worker: Option<u64>,
    /// The error behind it, if there is one.
    pub cause: Option<Error>,
}

impl LogEntry {
    pub(crate) fn from_js(entry: &JsValue) -> Self {
        let level = match js::string(entry, "level").as_deref() {
            Some("debug") => LogLevel::Debug,
            Some("info") => LogLevel::Info,
            Some("warn") => LogLevel::Warn,
            _ => LogLevel::Error,
        };
        let (worker, cause) = (js::get(entry, "worker"), js::get(entry, "cause"));
        Self {
            level,
            message: js::string(entry, "message").unwrap_or_default(),
            pool: js::string(entry, "pool").unwrap_or_default(),
            worker: worker.as_f64().map(|_| js::count(entry, "worker")),
            cause: (!cause.is_undefined()).then(|| Error::from_js(&cause)),
        }
    }
}
