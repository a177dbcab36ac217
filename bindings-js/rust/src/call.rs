//! One call of an export.
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;

use crate::error::Error;
use crate::js::{self, JsInstance};
use crate::pending::{Abort, Pending};
use crate::pool::Pool;
use crate::value::Value;

/// A call of an export: await it for the numbers that it returns, or use [`text`](Self::text) or [`bytes`](Self::bytes).
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
/// let sum = pool.command("/adder.wasm").call("add", [40, 2]).await?;
/// let text = pool.command("/bytes.wasm").call("reverse", ["stressed"]).text().await?;
/// assert_eq!(text, "desserts");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a call is made when it is awaited"]
pub struct Call {
    target: Target,
    name: String,
    values: Array,
    options: Object,
    /// Whether it is ended when nobody waits for it.
    cancels: bool,
}

/// What is called.
#[derive(Debug)]
enum Target {
    Pool(Pool, JsValue),
    Instance(JsInstance),
}

impl Call {
    pub(crate) fn of_pool<V: Into<Value>>(
        pool: Pool,
        source: JsValue,
        options: Object,
        name: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let target = Target::Pool(pool, source);
        Self { target, name: name.to_owned(), values: array_of(values), options, cancels: true }
    }

    pub(crate) fn of_instance<V: Into<Value>>(
        instance: JsInstance,
        name: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let target = Target::Instance(instance);
        Self { target, name: name.to_owned(), values: array_of(values), options: Object::new(), cancels: false }
    }

    /// From now until the call ends as [`Error::TimedOut`]. On an instance it ends that with it if it runs already, since
    /// nothing else stops a guest, and the call begins only when those before it are done.
    ///
    /// ```no_run
    /// # async fn example(counter: millrace::Instance) -> Result<(), millrace::Error> {
    /// let result = counter.call("add", [1]).timeout(std::time::Duration::from_secs(1)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn timeout(self, timeout: Duration) -> Self {
        js::set(&self.options, "timeoutMs", js::milliseconds(timeout));
        self
    }

    /// Dropping the future takes the call back, and ends the instance if it runs already; the call begins only when those
    /// before it are done. Without this a call of an instance goes on when its future is dropped. One of
    /// [`Command::call`](crate::Command::call) always ends.
    ///
    /// ```no_run
    /// # async fn example(counter: millrace::Instance) -> Result<(), millrace::Error> {
    /// let result = counter.call("add", [1]).cancel_on_drop().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn cancel_on_drop(mut self) -> Self {
        self.cancels = true;
        self
    }

    /// Calls, and gives the bytes that the export returns.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let bytes = pool.command("/bytes.wasm").call("reverse", [vec![1, 2, 3]]).bytes().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn bytes(self) -> Result<Vec<u8>, Error> {
        js::set(&self.options, "returns", "bytes");
        self.begin().await.map(|bytes| js_sys::Uint8Array::new(&bytes).to_vec())
    }

    /// Calls, and gives the text that the export returns.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let text = pool.command("/bytes.wasm").call("upper", ["text"]).text().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn text(self) -> Result<String, Error> {
        js::set(&self.options, "returns", "string");
        self.begin().await.map(|text| text.as_string().unwrap_or_default())
    }

    fn begin(self) -> Pending {
        let abort = if self.cancels { Abort::of(&self.options) } else { Abort::none() };
        if Object::keys(&self.options).length() > 0 {
            self.values.push(&self.options);
        }
        let called = match &self.target {
            Target::Pool(pool, source) => pool.js().call(source, &self.name, &self.values),
            Target::Instance(instance) => instance.call_export(&self.name, &self.values),
        };
        Pending::new(called, abort)
    }
}

fn array_of<V: Into<Value>>(values: impl IntoIterator<Item = V>) -> Array {
    values.into_iter().map(|value| value.into().to_js()).collect()
}

impl IntoFuture for Call {
    type Output = Result<Vec<Value>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async { self.begin().await.map(Value::all_from_js) })
    }
}
