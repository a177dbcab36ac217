//! A guest that is kept.
use js_sys::Uint8Array;

use crate::call::Call;
use crate::error::Error;
use crate::js::JsInstance;
use crate::output::JobStatus;
use crate::pending::{Pending, ignore};
use crate::pool::Pool;
use crate::value::Value;

/// A guest that is kept, in a worker of its own: what one call leaves in its memory, the next one finds. Calls are begun in
/// the order in which they were made, one after the other. Dropping it closes it, once the calls that were made are
/// done. Not `Send`.
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
/// let counter = pool.command("/counter.wasm").instantiate().await?;
/// counter.call("add", [40]).await?;
/// assert_eq!(counter.call("add", [2]).await?[0].as_i32(), Some(42));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Instance {
    js: JsInstance,
    _pool: Pool,
}

impl Instance {
    pub(crate) fn new(js: JsInstance, pool: Pool) -> Self {
        Self { js, _pool: pool }
    }

    /// Calls an export.
    ///
    /// ```no_run
    /// # async fn example(counter: millrace::Instance) -> Result<(), millrace::Error> {
    /// let results = counter.call("add", [1]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn call<V: Into<Value>>(&self, name: impl AsRef<str>, values: impl IntoIterator<Item = V>) -> Call {
        Call::of_instance(self.js.clone(), name.as_ref(), values)
    }

    /// A copy of so many bytes of its memory, after the calls that were made before.
    ///
    /// ```no_run
    /// # async fn example(counter: millrace::Instance) -> Result<(), millrace::Error> {
    /// counter.write_memory(1024, b"hello").await?;
    /// assert_eq!(counter.read_memory(1024, 5).await?, b"hello");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn read_memory(&self, address: u32, length: u32) -> Result<Vec<u8>, Error> {
        let read = self.js.memory().read(address, length);
        Pending::plain(read).await.map(|bytes| Uint8Array::new(&bytes).to_vec())
    }

    /// Copies bytes into its memory, after the calls that were made before.
    ///
    /// ```no_run
    /// # async fn example(counter: millrace::Instance) -> Result<(), millrace::Error> {
    /// counter.write_memory(1024, b"hello").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn write_memory(&self, address: u32, bytes: &[u8]) -> Result<(), Error> {
        let written = self.js.memory().write(address, &Uint8Array::from(bytes));
        Pending::plain(written).await.map(drop)
    }

    /// Waits until it is closed, or has exited. An error if it ended in any other way.
    ///
    /// ```no_run
    /// # async fn example(counter: millrace::Instance) -> Result<(), millrace::Error> {
    /// let status = counter.status().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn status(&self) -> Result<JobStatus, Error> {
        Pending::plain(Ok(self.js.instance_status())).await.map(|status| JobStatus::from_js(&status))
    }

    /// Ends it, also in the middle of a call.
    ///
    /// ```no_run
    /// # async fn example(counter: millrace::Instance) {
    /// counter.cancel();
    /// assert!(matches!(counter.status().await, Err(millrace::Error::Cancelled(_))));
    /// # }
    /// ```
    pub fn cancel(&self) {
        self.js.cancel_instance();
    }

    /// Closes it, and waits until it is gone: what it was asked before is answered first.
    ///
    /// ```no_run
    /// # async fn example(counter: millrace::Instance) {
    /// counter.close().await;
    /// # }
    /// ```
    pub async fn close(&self) {
        let _ = Pending::plain(Ok(self.js.close_instance())).await;
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        ignore(self.js.close_instance());
    }
}
