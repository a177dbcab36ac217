//! A guest, and what it is to be given.
use std::future::Future;
use std::time::Duration;

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue};

use crate::call::Call;
use crate::directory::Directory;
use crate::error::Error;
use crate::host;
use crate::instance::Instance;
use crate::job::{Job, Piped};
use crate::js;
use crate::module::Source;
use crate::output::RunResult;
use crate::package::Later;
use crate::pending::{Abort, Pending};
use crate::plugin::PluginBuilder;
use crate::pool::Pool;
use crate::stdio::{Input, Stdio};
use crate::value::Value;

/// Which of the jobs that wait for a worker begins first.
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
/// let result = pool.command("/cat.wasm").priority(millrace::Priority::Low).run().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    /// Before all others.
    High,
    /// The default.
    #[default]
    Normal,
    /// Only when no other waits.
    Low,
}

/// A guest, and what it is to be given: what [`Pool::command`] makes.
///
/// [`run`](Self::run) waits for its end and collects what it writes; [`spawn`](Self::spawn) gives a [`Job`] with streams;
/// [`call`](Self::call) calls an export; [`instantiate`](Self::instantiate) keeps it, and [`plugin`](Self::plugin) speaks
/// JSON-RPC with it. What is given wrong is [`Errno::Inval`](crate::Errno::Inval), before anything is done. Not `Send`.
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
/// use millrace::Priority;
/// use std::time::Duration;
///
/// let result = pool
///     .command("/wc.wasm")
///     .args(["-n", "1"])
///     .env("LANG", "C.UTF-8")
///     .priority(Priority::High)
///     .timeout(Duration::from_secs(10))
///     .stdin("to be or not to be")
///     .run()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a command does nothing until it is run, spawned, called or instantiated"]
pub struct Command {
    pool: Pool,
    source: JsValue,
    options: Object,
    piped: Piped,
}

impl Command {
    pub(crate) fn new(pool: Pool, source: Source) -> Self {
        let piped = Piped { stdin: true, stdout: true, stderr: true };
        Self { pool, source: source.0, options: Object::new(), piped }
    }

    /// One more argument. The program's name is not among them.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/wordcount.wasm").arg("-n").arg("5").stdin("to be or not to be").run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn arg(self, arg: impl AsRef<str>) -> Self {
        self.args([arg])
    }

    /// More arguments.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/wordcount.wasm").args(["-n", "5"]).stdin("to be or not to be").run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn args<A: AsRef<str>>(self, args: impl IntoIterator<Item = A>) -> Self {
        let all = js::get(&self.options, "args").dyn_into::<Array>().unwrap_or_default();
        for arg in args {
            all.push(&JsValue::from_str(arg.as_ref()));
        }
        self.option("args", all)
    }

    /// What the program finds as its own name, `argv[0]`. By default "guest".
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/busybox.wasm").name("ls").arg("/").run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(self, name: impl AsRef<str>) -> Self {
        self.option("name", name.as_ref())
    }

    /// A variable of its environment. It sees no others.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/python.wasm").env("PYTHONUNBUFFERED", "1").args(["-c", "print(1)"]).run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn env(self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        js::set(&js::object_at(&self.options, "env"), name.as_ref(), value.as_ref());
        self
    }

    /// A directory that it sees as `path`. It sees no other files.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let data = pool.directory()?;
    /// data.write_file("in.txt", "some text").await?;
    /// let result = pool.command("/files.wasm").args(["cat", "/data/in.txt"]).preopen("/data", &data).run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn preopen(self, path: impl AsRef<str>, directory: &Directory) -> Self {
        js::set(&js::object_at(&self.options, "preopens"), path.as_ref(), directory.js());
        self
    }

    /// The same, and the guest can change nothing in it.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let data = pool.directory()?;
    /// data.write_file("in.txt", "some text").await?;
    /// let result = pool.command("/files.wasm").args(["cat", "/data/in.txt"]).preopen_read_only("/data", &data).run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn preopen_read_only(self, path: impl AsRef<str>, directory: &Directory) -> Self {
        let preopen = Object::new();
        js::set(&preopen, "directory", directory.js());
        js::set(&preopen, "readOnly", true);
        js::set(&js::object_at(&self.options, "preopens"), path.as_ref(), preopen);
        self
    }

    /// From now until the job ends as [`Error::TimedOut`]. Fetching, compiling and waiting for a worker count.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// use millrace::Error;
    ///
    /// let limit = std::time::Duration::from_millis(100);
    /// let error = pool.command("/spin.wasm").timeout(limit).run().await.unwrap_err();
    /// assert!(matches!(error, Error::TimedOut(_)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn timeout(self, timeout: Duration) -> Self {
        self.option("timeoutMs", js::milliseconds(timeout))
    }

    /// Which of the jobs that wait for a worker begins first.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/hello.wasm").priority(millrace::Priority::High).run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn priority(self, priority: Priority) -> Self {
        let name = match priority {
            Priority::High => "high",
            Priority::Normal => "normal",
            Priority::Low => "low",
        };
        self.option("priority", name)
    }

    /// Bytes that each of its pipes holds before the writer waits, 1 MiB at most. By default 256 KiB.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let job = pool.command("/cat.wasm").pipe_capacity(4096).spawn().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn pipe_capacity(self, bytes: u32) -> Self {
        self.option("pipeCapacity", bytes)
    }

    /// Host calls that the guest may have open at once. By default 256.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/hostcall.wasm").max_calls(16).run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_calls(self, calls: u32) -> Self {
        self.option("maxCalls", calls)
    }

    /// MiB of the pool's memory for the guest's open host calls. By default a quarter of it.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/hostcall.wasm").max_memory_mib(8).run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_memory_mib(self, mib: u32) -> Self {
        self.option("maxMemoryMiB", mib)
    }

    /// The guest's stdin, stdout and stderr say that they are a terminal of that size: C libraries then buffer by lines, and
    /// interpreters prompt.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let job = pool.command("/python.wasm").tty(80, 24).spawn().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn tty(self, columns: u16, rows: u16) -> Self {
        let size = js::object_at(&self.options, "tty");
        js::set(&size, "columns", columns);
        js::set(&size, "rows", rows);
        self
    }

    /// The URL of a JavaScript module that workers load, whose functions serve what the guest imports, in its own thread.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/logger.wasm").imports_from("/imports.js").run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn imports_from(self, url: impl AsRef<str>) -> Self {
        self.option("importsFrom", url.as_ref())
    }

    /// A function that the module imports and nobody provides is no reason not to start: calling it traps.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/logger.wasm").trap_on_missing_imports().run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn trap_on_missing_imports(self) -> Self {
        self.option("missingImports", "trap")
    }

    /// Serves one of the guest's host calls (`pool_guest.h`): the guest waits, and nobody else does. An error goes to the
    /// guest as its text, with the code of an [`Error::Errno`], else as `EIO`. When the guest has gone, the future is
    /// dropped. One that is ready at once is the fastest.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool
    ///     .command("/hostcall.wasm")
    ///     .args(["greet", "Ada"])
    ///     .host("greet", |name: Vec<u8>| async move {
    ///         let name = String::from_utf8(name)?;
    ///         Ok::<_, std::string::FromUtf8Error>(format!("Hello, {name}!").into_bytes())
    ///     })
    ///     .run()
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
        let served = host::serve(handler, Later::now(self.pool.package().clone()));
        js::set(&js::object_at(&self.options, "host"), name.as_ref(), served);
        self
    }

    /// What it reads. By default `run` gives it nothing, and `spawn` a pipe.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/cat.wasm").stdin("some text").run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn stdin(mut self, input: impl Into<Input>) -> Self {
        self.piped.stdin = false;
        self.option("stdin", input.into().0)
    }

    /// Where its stdout goes. By default into a pipe.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/cat.wasm").stdin("seen in the console").stdout(millrace::Stdio::inherit()).run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn stdout(mut self, target: impl Into<Stdio>) -> Self {
        let target = target.into();
        self.piped.stdout = target.is_piped();
        self.option("stdout", target.0)
    }

    /// Where its stderr goes. By default into a pipe.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/cat.wasm").stdin("some text").stderr(millrace::Stdio::null()).run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn stderr(mut self, target: impl Into<Stdio>) -> Self {
        let target = target.into();
        self.piped.stderr = target.is_piped();
        self.option("stderr", target.0)
    }

    /// Of `run`: bytes of stdout, and of stderr, that are kept. A guest that writes more is ended. By default 64 MiB.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/cat.wasm").stdin("some text").max_output(1 << 20).run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_output(self, bytes: u64) -> Self {
        self.option("maxOutput", js::size(bytes))
    }

    fn option(self, name: &str, value: impl Into<JsValue>) -> Self {
        js::set(&self.options, name, value);
        self
    }

    /// Runs it to its end. Dropping the future cancels it.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let result = pool.command("/hello.wasm").run().await?;
    /// println!("{}", result.output.stdout_text());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn run(self) -> Result<RunResult, Error> {
        let abort = Abort::of(&self.options);
        let running = self.pool.js().run(&self.source, &self.options);
        Pending::new(running, abort).await.map(|result| RunResult::from_js(&result))
    }

    /// Starts it: gives its job as soon as the pool has a place for it. Dropping the future cancels it.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let job = pool.command("/cat.wasm").stdin("text").spawn().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn spawn(self) -> Result<Job, Error> {
        let abort = Abort::of(&self.options);
        let spawned = self.pool.js().spawn(&self.source, &self.options);
        let job = Pending::new(spawned, abort).await?;
        Ok(Job::new(job.unchecked_into(), self.piped, self.pool))
    }

    /// Calls an export of the module on a fresh instance. Streams are not for this: what the guest writes is discarded.
    /// Dropping the future cancels it.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// use millrace::Value;
    ///
    /// let sum = pool.command("/adder.wasm").call("add", [40, 2]).await?;
    /// assert_eq!(sum, [Value::Number(42.0)]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn call<V: Into<Value>>(self, name: impl AsRef<str>, values: impl IntoIterator<Item = V>) -> Call {
        Call::of_pool(self.pool, self.source, self.options, name.as_ref(), values)
    }

    /// Instantiates it and keeps it in a worker of its own: what one call leaves in its memory, the next one finds. A timeout
    /// is of its whole life. Dropping the future cancels it.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let counter = pool.command("/counter.wasm").instantiate().await?;
    /// counter.call("add", [40]).await?;
    /// counter.close().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn instantiate(self) -> Result<Instance, Error> {
        let abort = Abort::of(&self.options);
        let made = self.pool.js().instantiate(&self.source, &self.options);
        let instance = Pending::new(made, abort).await?;
        Ok(Instance::new(instance.unchecked_into(), self.pool))
    }

    /// Speaks JSON-RPC with it, over its stdin and stdout.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let plugin = pool.command("/rpc.wasm").plugin().open().await?;
    /// assert_eq!(plugin.call("ping", None).await?, "\"pong\"");
    /// plugin.close().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn plugin(self) -> PluginBuilder {
        PluginBuilder::new(self.pool, self.source, self.options)
    }
}
