//! How a pool is to be: what is said before it starts.
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use js_sys::{Function, Object};
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use crate::error::Error;
use crate::host;
use crate::js;
use crate::log::LogEntry;
use crate::package::{DEFAULT_URL, Later, Package};
use crate::pending::{Abort, Pending};
use crate::pool::{Pool, Tier};

/// Makes a [`Pool`]: await it, or call [`create`](Self::create).
///
/// ```no_run
/// # async fn example() -> Result<(), millrace::Error> {
/// let pool = millrace::Pool::builder().url("/assets/millrace/index.js").workers(4).name("spell checker").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a pool starts when its builder is awaited"]
pub struct PoolBuilder {
    url: String,
    options: Object,
    package: Later,
}

impl PoolBuilder {
    pub(crate) fn new() -> Self {
        Self { url: DEFAULT_URL.to_owned(), options: Object::new(), package: Later::default() }
    }

    /// Where the package's `index.js` is: absolute, or relative to the page. Its other files are beside it, unless the
    /// methods below name others. By default [`DEFAULT_URL`](crate::DEFAULT_URL).
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), millrace::Error> {
    /// let pool = millrace::Pool::builder().url("/assets/millrace/index.js").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = url.into();
        self
    }

    /// Where `coordinator.wasm` is.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), millrace::Error> {
    /// let pool = millrace::Pool::builder().wasm_url("/assets/coordinator-5f2c.wasm").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn wasm_url(self, url: impl AsRef<str>) -> Self {
        self.file("wasm", url.as_ref())
    }

    /// Where `coordinator.js` is.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), millrace::Error> {
    /// let pool = millrace::Pool::builder().coordinator_url("/assets/coordinator-9d1e.js").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn coordinator_url(self, url: impl AsRef<str>) -> Self {
        self.file("coordinator", url.as_ref())
    }

    /// Where `worker.js` is.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), millrace::Error> {
    /// let pool = millrace::Pool::builder().worker_url("/assets/worker-77ab.js").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn worker_url(self, url: impl AsRef<str>) -> Self {
        self.file("worker", url.as_ref())
    }

    /// Where `cell.js` is, which the tier [`Tier::Jspi`] has in the place of the two above.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), millrace::Error> {
    /// let pool = millrace::Pool::builder().cell_url("/assets/cell-03c4.js").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn cell_url(self, url: impl AsRef<str>) -> Self {
        self.file("cell", url.as_ref())
    }

    fn file(self, name: &str, url: &str) -> Self {
        js::set(&js::object_at(&self.options, "urls"), name, url);
        self
    }

    /// How many workers run jobs at the same time. By default the number of cores less one, at least 1.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), millrace::Error> {
    /// let pool = millrace::Pool::builder().workers(2).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn workers(self, workers: u32) -> Self {
        self.option("workers", workers)
    }

    /// The same, as a range: the pool keeps `min`, starts more, up to `max`, while jobs wait, and ends those that have had
    /// nothing to do for `idle`.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), millrace::Error> {
    /// let pool = millrace::Pool::builder().worker_range(1, 8, std::time::Duration::from_secs(30)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn worker_range(self, min: u32, max: u32, idle: Duration) -> Self {
        let range = js::object_at(&self.options, "workers");
        js::set(&range, "min", min);
        js::set(&range, "max", max);
        self.option("idleMs", js::milliseconds(idle))
    }

    /// Threads at most, also while jobs wait for each other. By default 32 more than workers.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), millrace::Error> {
    /// let pool = millrace::Pool::builder().workers(2).max_workers(10).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_workers(self, workers: u32) -> Self {
        self.option("maxWorkers", workers)
    }

    /// Bytes of memory at most, for pipes, arguments and files together, 32 MiB to 4 GiB. By default 256 MiB.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), millrace::Error> {
    /// let pool = millrace::Pool::builder().max_memory(1 << 30).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_memory(self, bytes: u64) -> Self {
        self.option("maxMemory", js::size(bytes))
    }

    /// What a cancelled guest may go on computing before its worker is ended and replaced. By default 50 ms.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), millrace::Error> {
    /// let pool = millrace::Pool::builder().grace(std::time::Duration::from_millis(500)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn grace(self, grace: Duration) -> Self {
        self.option("graceMs", js::milliseconds(grace))
    }

    /// The pool's name, which developer tools, errors and logs show. By default "millrace".
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), millrace::Error> {
    /// let pool = millrace::Pool::builder().name("spell checker").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(self, name: impl AsRef<str>) -> Self {
        self.option("name", name.as_ref())
    }

    /// How guests run. By default [`Tier::Shared`] on pages that are cross-origin isolated, and [`Tier::Jspi`] on others.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), millrace::Error> {
    /// let pool = millrace::Pool::builder().tier(millrace::Tier::Jspi).await?;
    /// assert_eq!(pool.tier(), millrace::Tier::Jspi);
    /// # Ok(())
    /// # }
    /// ```
    pub fn tier(self, tier: Tier) -> Self {
        self.option("tier", tier.name())
    }

    /// Serves a host call of every job, as [`Command::host`](crate::Command::host) does for one.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), millrace::Error> {
    /// let pool = millrace::Pool::builder()
    ///     .host("reverse", |mut data: Vec<u8>| async move {
    ///         data.reverse();
    ///         Ok::<_, String>(data)
    ///     })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn host<H, F, E>(self, name: impl AsRef<str>, handler: H) -> Self
    where
        H: Fn(Vec<u8>) -> F + 'static,
        F: Future<Output = Result<Vec<u8>, E>> + 'static,
        E: std::fmt::Display + 'static,
    {
        let served = host::serve(handler, self.package.clone());
        js::set(&js::object_at(&self.options, "host"), name.as_ref(), served);
        self
    }

    /// Is told what the pool notices and no future reports, as a worker that was lost. Without it the pool says nothing.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), millrace::Error> {
    /// let pool = millrace::Pool::builder().on_log(|entry| println!("{:?}: {}", entry.level, entry.message)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_log(self, listener: impl Fn(LogEntry) + 'static) -> Self {
        let listener = Closure::<dyn Fn(JsValue)>::new(move |entry: JsValue| listener(LogEntry::from_js(&entry)));
        self.option("onlog", listener.into_js_value().unchecked_into::<Function>())
    }

    fn option(self, name: &str, value: impl Into<JsValue>) -> Self {
        js::set(&self.options, name, value);
        self
    }

    /// Loads the package and starts the pool. Dropping the future ends what had been started.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), millrace::Error> {
    /// let pool = millrace::Pool::builder().workers(2).create().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create(self) -> Result<Pool, Error> {
        let package = Package::load(&self.url).await?;
        self.package.arrive(package.clone());
        let abort = Abort::of(&self.options);
        let pool = Pending::new(package.create_pool(&self.options), abort).await?;
        Ok(Pool::new(pool.unchecked_into(), package))
    }
}

impl IntoFuture for PoolBuilder {
    type Output = Result<Pool, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.create())
    }
}
