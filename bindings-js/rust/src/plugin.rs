//! JSON-RPC with guests.
use std::any::Any;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, JSON, Object};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use crate::error::Error;
use crate::js::{self, JsContext, JsPlugin};
use crate::package::Later;
use crate::pending::{Abort, Pending, ignore};
use crate::pool::Pool;
use crate::serve;

/// An error that a method of the host's answers a guest with, with a code of JSON-RPC or of the application's own.
///
/// ```
/// let error = millrace::RpcError::new(-32602, "the limit must be a number");
/// assert_eq!(error.to_string(), "the limit must be a number");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RpcError {
    /// Which error it is.
    pub code: i32,
    /// What is wrong, in words.
    pub message: String,
}

impl RpcError {
    /// Makes one, of a code of JSON-RPC 2.0 (<https://www.jsonrpc.org/specification#error_object>) or of your own.
    ///
    /// ```
    /// let error = millrace::RpcError::new(-32601, "no such method");
    /// assert_eq!(error.code, -32601);
    /// ```
    pub fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for RpcError {}

/// How a plugin is to be: what [`Command::plugin`](crate::Command::plugin) makes. Await it, or call [`open`](Self::open).
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
/// let plugin = pool
///     .command("/rpc.wasm")
///     .plugin()
///     .method("add", |params: String| async move { Ok::<_, String>(params.len().to_string()) })
///     .on_log(|line| println!("the plugin says {line}"))
///     .restart(3)
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a plugin starts when its builder is awaited"]
pub struct PluginBuilder {
    pool: Pool,
    source: JsValue,
    options: Object,
    package: Later,
}

impl PluginBuilder {
    pub(crate) fn new(pool: Pool, source: JsValue, options: Object) -> Self {
        Self { pool, source, options, package: Later::default() }
    }

    /// Serves a method that the guest calls: is given its params, and gives the result, both as JSON. "null" are no params.
    /// An error that is a [`RpcError`] goes to the guest as it is, any other as its text with the code -32603. When the
    /// guest gives the call up, the future is dropped.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// use millrace::RpcError;
    ///
    /// let plugin = pool
    ///     .command("/rpc.wasm")
    ///     .plugin()
    ///     .method("now", |params: String| async move {
    ///         if params == "null" { Ok("1700000000".to_owned()) } else { Err(RpcError::new(-32602, "it takes nothing")) }
    ///     })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn method<M, F, E>(self, name: impl AsRef<str>, method: M) -> Self
    where
        M: Fn(String) -> F + 'static,
        F: Future<Output = Result<String, E>> + 'static,
        E: fmt::Display + 'static,
    {
        let served = served(method, self.package.clone());
        js::set(&js::object_at(&self.options, "methods"), name.as_ref(), served);
        self
    }

    /// Is told each line that the guest writes to stderr. By default they go to the console.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let plugin = pool.command("/rpc.wasm").plugin().on_log(|line| println!("rpc: {line}")).open().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_log(self, listener: impl Fn(String) + 'static) -> Self {
        self.listener("onLog", move |line| listener(line.as_string().unwrap_or_default()))
    }

    /// Is told of what nobody else is told of: a line of the guest's that is no JSON-RPC, or an answer to no call.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let plugin = pool.command("/rpc.wasm").plugin().on_error(|error| println!("{error}")).open().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_error(self, listener: impl Fn(Error) + 'static) -> Self {
        self.listener("onError", move |error| listener(Error::from_js(&error)))
    }

    /// A guest that ends is started again, so often in a row without one answer in between.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let plugin = pool.command("/rpc.wasm").plugin().restart(3).open().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn restart(self, retries: u32) -> Self {
        js::set(&js::object_at(&self.options, "restart"), "retries", retries);
        self
    }

    /// Is told when the guest was started again, with the error of the one before.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let plugin = pool
    ///     .command("/rpc.wasm")
    ///     .plugin()
    ///     .restart(3)
    ///     .on_restart(|error| println!("started again after {error}"))
    ///     .open()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_restart(self, listener: impl Fn(Error) + 'static) -> Self {
        self.listener("onRestart", move |error| listener(Error::from_js(&error)))
    }

    /// Bytes that a message of the guest's may have. By default 16 MiB.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let plugin = pool.command("/rpc.wasm").plugin().max_message_bytes(1 << 20).open().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_message_bytes(self, bytes: u32) -> Self {
        js::set(&self.options, "maxMessageBytes", bytes);
        self
    }

    fn listener(self, name: &str, listener: impl Fn(JsValue) + 'static) -> Self {
        js::set(&self.options, name, Closure::<dyn Fn(JsValue)>::new(listener).into_js_value());
        self
    }

    /// Starts the guest: gives the plugin as soon as the pool has a place for it. Dropping the future ends it.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let plugin = pool.command("/rpc.wasm").plugin().open().await?;
    /// plugin.close().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn open(self) -> Result<Plugin, Error> {
        let package = self.pool.package().load_plugin().await?;
        self.package.arrive(package.clone());
        let abort = Abort::of(&self.options);
        let arguments = Array::of3(self.pool.js().as_ref(), &self.source, &self.options);
        let plugin = Pending::new(package.call("openPlugin", &arguments), abort).await?;
        Ok(Plugin { js: plugin.unchecked_into(), _pool: self.pool })
    }
}

impl IntoFuture for PluginBuilder {
    type Output = Result<Plugin, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.open())
    }
}

/// The JavaScript function that serves a method.
fn served<M, F, E>(method: M, package: Later) -> JsValue
where
    M: Fn(String) -> F + 'static,
    F: Future<Output = Result<String, E>> + 'static,
    E: fmt::Display + 'static,
{
    let package = Rc::new(package);
    let serve = move |params: JsValue, context: JsValue| {
        let (answering, package) = (method(text_of(&params)?), package.clone());
        let answer = async move {
            match answering.await {
                Ok(result) => JSON::parse(&result),
                Err(error) => Err(thrown(&error, &package)),
            }
        };
        serve::answer(answer, context.unchecked_ref::<JsContext>())
    };
    Closure::<dyn Fn(JsValue, JsValue) -> Result<JsValue, JsValue>>::new(serve).into_js_value()
}

fn thrown<E: fmt::Display + 'static>(error: &E, package: &Later) -> JsValue {
    match (error as &dyn Any).downcast_ref::<RpcError>() {
        Some(RpcError { code, message }) => {
            let arguments = Array::of2(&(*code).into(), &message.as_str().into());
            package.error("RpcError", &arguments, message)
        }
        None => js_sys::Error::new(&error.to_string()).into(),
    }
}

/// A value as JSON. Nothing is null.
fn text_of(value: &JsValue) -> Result<String, JsValue> {
    if value.is_undefined() {
        return Ok("null".to_owned());
    }
    Ok(JSON::stringify(value)?.into())
}

/// A guest that is spoken with in JSON-RPC 2.0 over its stdin and stdout, in both directions. Many calls can be under way,
/// and answers come in any order. Dropping it ends its guest. Not `Send`.
///
/// Params and results are JSON, so that any crate can write and read them.
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
/// let plugin = pool.command("/rpc.wasm").plugin().open().await?;
/// let primes = plugin.call("prime_sieve", Some(r#"{"limit": 100}"#)).await?;
/// assert_eq!(primes, "25");
/// plugin.close().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Plugin {
    js: JsPlugin,
    _pool: Pool,
}

impl Plugin {
    /// Calls a method of the guest's: gives its result, as JSON. Dropping the future gives the call up, and the guest is told.
    ///
    /// ```no_run
    /// # async fn example(plugin: millrace::Plugin) -> Result<(), millrace::Error> {
    /// assert_eq!(plugin.call("ping", None).await?, "\"pong\"");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn call(&self, method: &str, params: Option<&str>) -> Result<String, Error> {
        self.ask(method, params, &Object::new()).await
    }

    /// The same, and the call ends as [`Error::TimedOut`] after so long.
    ///
    /// ```no_run
    /// # async fn example(plugin: millrace::Plugin) -> Result<(), millrace::Error> {
    /// let pong = plugin.call_within("ping", None, std::time::Duration::from_secs(1)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn call_within(&self, method: &str, params: Option<&str>, timeout: Duration) -> Result<String, Error> {
        let options = Object::new();
        js::set(&options, "timeoutMs", js::milliseconds(timeout));
        self.ask(method, params, &options).await
    }

    async fn ask(&self, method: &str, params: Option<&str>, options: &Object) -> Result<String, Error> {
        let params = value_of(params)?;
        let abort = Abort::of(options);
        let result = Pending::new(self.js.call_method(method, &params, options), abort).await?;
        text_of(&result).map_err(|thrown| Error::from_js(&thrown))
    }

    /// Sends a message that the guest does not answer. Waits until it is written.
    ///
    /// ```no_run
    /// # async fn example(plugin: millrace::Plugin) -> Result<(), millrace::Error> {
    /// plugin.notify("ping", None).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn notify(&self, method: &str, params: Option<&str>) -> Result<(), Error> {
        let params = value_of(params)?;
        Pending::plain(self.js.notify(method, &params)).await.map(drop)
    }

    /// Waits until it was closed. An error if its guest has ended in any other way, and is not started again.
    ///
    /// ```no_run
    /// # async fn example(plugin: millrace::Plugin) -> Result<(), millrace::Error> {
    /// plugin.closed().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn closed(&self) -> Result<(), Error> {
        Pending::plain(Ok(self.js.closed())).await.map(drop)
    }

    /// Ends it, and waits until its guest is gone. What is under way has five seconds.
    ///
    /// ```no_run
    /// # async fn example(plugin: millrace::Plugin) -> Result<(), millrace::Error> {
    /// plugin.close().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn close(&self) -> Result<(), Error> {
        Pending::plain(self.js.close_plugin(&JsValue::UNDEFINED)).await.map(drop)
    }

    /// The same, with another time for what is under way.
    ///
    /// ```no_run
    /// # async fn example(plugin: millrace::Plugin) -> Result<(), millrace::Error> {
    /// plugin.close_within(std::time::Duration::from_secs(1)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn close_within(&self, timeout: Duration) -> Result<(), Error> {
        Pending::plain(self.js.close_plugin(&timeout_of(timeout))).await.map(drop)
    }
}

fn timeout_of(timeout: Duration) -> Object {
    let options = Object::new();
    js::set(&options, "timeoutMs", js::milliseconds(timeout));
    options
}

/// The value that params are, which the caller has written as JSON.
fn value_of(params: Option<&str>) -> Result<JsValue, Error> {
    match params {
        None => Ok(JsValue::UNDEFINED),
        Some(text) => JSON::parse(text).map_err(|thrown| Error::from_js(&thrown)),
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        if let Ok(closing) = self.js.close_plugin(&timeout_of(Duration::ZERO)) {
            ignore(closing);
        }
    }
}
