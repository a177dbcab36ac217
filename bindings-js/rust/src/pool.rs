//! The pool: what an application makes first.
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Object, Promise};
use wasm_bindgen::{JsCast, JsValue};

use crate::builder::PoolBuilder;
use crate::command::Command;
use crate::directory::Directory;
use crate::error::Error;
use crate::js::{self, JsPool};
use crate::module::{Module, Source};
use crate::package::Package;
use crate::pending::{Abort, Pending, ignore};
use crate::pipe::{self, Reader, Writer};
use crate::stats::PoolStats;

/// How guests run.
///
/// ```no_run
/// # async fn example() -> Result<(), millrace::Error> {
/// let pool = millrace::Pool::builder().tier(millrace::Tier::Jspi).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Over memory that all threads share, which a page has only if it is cross-origin isolated.
    Shared,
    /// On any page, over a memory for each worker, where the engine can suspend wasm.
    Jspi,
}

impl Tier {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Jspi => "jspi",
        }
    }
}

/// A pool of workers that run guests, and never keep this thread waiting.
///
/// It is a handle: clones are the same pool. The pool is closed when [`close`](Self::close) is called, or when the last of
/// them is dropped, and of its commands, jobs, instances, directories and plugins. A [handler](crate::Command::host) that
/// holds one of those is dropped by JavaScript's garbage collector, some time after its job has ended: then call `close`.
/// Like all of those it belongs to the thread that made it, and is not `Send`:
///
/// ```compile_fail
/// fn send(_: impl Send) {}
/// fn example(pool: millrace::Pool) {
///     send(pool);
/// }
/// ```
///
/// ```no_run
/// # async fn example() -> Result<(), millrace::Error> {
/// let pool = millrace::Pool::create().await?;
/// let result = pool.command("/wc.wasm").args(["-n", "1"]).stdin("to be or not to be").run().await?;
/// println!("{}", result.output.stdout_text());
/// pool.close().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Pool(Rc<Handle>);

/// What all clones share.
#[derive(Debug)]
struct Handle {
    js: JsPool,
    package: Package,
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Ok(closed) = self.js.close(&JsValue::UNDEFINED) {
            ignore(closed);
        }
    }
}

/// Whether they are the same pool.
impl PartialEq for Pool {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Pool {
    pub(crate) fn new(js: JsPool, package: Package) -> Self {
        Self(Rc::new(Handle { js, package }))
    }

    pub(crate) fn js(&self) -> &JsPool {
        &self.0.js
    }

    pub(crate) fn package(&self) -> &Package {
        &self.0.package
    }

    /// Starts a pool with the defaults: the package at [`DEFAULT_URL`](crate::DEFAULT_URL), a worker for each core but one.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), millrace::Error> {
    /// let pool = millrace::Pool::create().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create() -> Result<Self, Error> {
        Self::builder().create().await
    }

    /// Says how the pool is to be, before it starts.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), millrace::Error> {
    /// let pool = millrace::Pool::builder().workers(2).max_memory(64 << 20).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> PoolBuilder {
        PoolBuilder::new()
    }

    /// How its guests run.
    ///
    /// ```no_run
    /// # fn example(pool: millrace::Pool) {
    /// println!("{:?}", pool.tier());
    /// # }
    /// ```
    #[must_use]
    pub fn tier(&self) -> Tier {
        if js::string(self.js(), "tier").as_deref() == Some("jspi") { Tier::Jspi } else { Tier::Shared }
    }

    /// A guest, and what it is to be given. It does nothing until it is run, spawned, called or instantiated.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/cat.wasm").stdin("text").run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn command(&self, source: impl Into<Source>) -> Command {
        Command::new(self.clone(), source.into())
    }

    /// Compiles a guest, once for all workers. Dropping the future gives the fetch up, unless somebody else waits for it.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let module = pool.compile("/cat.wasm").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn compile(&self, source: impl Into<Source>) -> Result<Module, Error> {
        let options = Object::new();
        let abort = Abort::of(&options);
        let compiled = self.js().compile(&source.into().0, &options);
        Pending::new(compiled, abort).await.map(Module::new)
    }

    /// Has the workers forget a module as soon as no job runs it. Given again, it is sent again.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool, module: millrace::Module) -> Result<(), millrace::Error> {
    /// pool.command(&module).run().await?;
    /// pool.unload(&module)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn unload(&self, module: &Module) -> Result<(), Error> {
        self.js().unload(module.js()).map_err(|thrown| Error::from_js(&thrown))
    }

    /// An empty directory for guests of this pool.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let directory = pool.directory()?;
    /// directory.write_file("in.txt", "some text").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn directory(&self) -> Result<Directory, Error> {
        Directory::new(self.clone(), &Object::new())
    }

    /// An empty directory with limits: bytes of all files together, and how many files, directories and symlinks there may
    /// be. What exceeds them is [`Errno::Nospc`](crate::Errno::Nospc), to guests and here.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let small = pool.directory_with_limits(1 << 20, 100)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn directory_with_limits(&self, max_bytes: u64, max_files: u64) -> Result<Directory, Error> {
        let options = Object::new();
        js::set(&options, "maxBytes", js::size(max_bytes));
        js::set(&options, "maxFiles", js::size(max_files));
        Directory::new(self.clone(), &options)
    }

    /// Opens a pipe, for jobs and this thread: its writer can be a job's stdout, its reader a job's stdin. It holds 256 KiB.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let (reader, writer) = pool.pipe()?;
    /// let job = pool.command("/cat.wasm").stdin("through a pipe").stdout(writer).spawn().await?;
    /// assert_eq!(reader.text().await?, "through a pipe");
    /// # Ok(())
    /// # }
    /// ```
    pub fn pipe(&self) -> Result<(Reader, Writer), Error> {
        pipe::open(self, &JsValue::UNDEFINED)
    }

    /// The same, of so many bytes, rounded up to a power of two, 1 MiB at most.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let (reader, writer) = pool.pipe_with_capacity(4096)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn pipe_with_capacity(&self, bytes: u32) -> Result<(Reader, Writer), Error> {
        let options = Object::new();
        js::set(&options, "capacity", bytes);
        pipe::open(self, &options)
    }

    /// Changes how many jobs run at the same time. Jobs that run go on.
    ///
    /// ```no_run
    /// # fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// pool.resize(2)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn resize(&self, workers: u32) -> Result<(), Error> {
        self.js().resize(&workers.into()).map_err(|thrown| Error::from_js(&thrown))
    }

    /// How the pool is doing now.
    ///
    /// ```no_run
    /// # fn example(pool: millrace::Pool) {
    /// let stats = pool.stats();
    /// println!("{} jobs run, {} wait", stats.running, stats.queued);
    /// # }
    /// ```
    #[must_use]
    pub fn stats(&self) -> PoolStats {
        PoolStats::from_js(&self.js().stats())
    }

    /// Ends every job, which are told [`Error::Cancelled`], and every worker. Resolves when they are gone. Dropping the
    /// future does not keep the pool from closing.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// pool.close().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn close(&self) -> Result<(), Error> {
        closed(self.js().close(&JsValue::UNDEFINED)).await
    }

    /// Takes nothing new, lets what was begun go to its end, and closes then; after `timeout`, what still runs is cancelled.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// pool.close_gracefully(std::time::Duration::from_secs(10)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn close_gracefully(&self, timeout: Duration) -> Result<(), Error> {
        let options = Object::new();
        let graceful = js::object_at(&options, "graceful");
        js::set(&graceful, "timeoutMs", js::milliseconds(timeout));
        closed(self.js().close(options.unchecked_ref())).await
    }
}

async fn closed(closing: Result<Promise, JsValue>) -> Result<(), Error> {
    Pending::plain(closing).await.map(drop)
}
