//! A guest that runs.
use crate::error::Error;
use crate::js::JsJob;
use crate::output::JobStatus;
use crate::pending::Pending;
use crate::pool::Pool;
use crate::reader::Reader;
use crate::writer::Writer;

/// A guest that runs, or waits for a worker: what [`Command::spawn`](crate::Command::spawn) gives.
///
/// Dropping it cancels it; [`detach`](Self::detach) lets it go on. Not `Send`.
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
/// let mut job = pool.command("/greet.wasm").spawn().await?;
/// job.stdin.take().expect("stdin is piped").write_all(b"Ada\ngreen\n").await?;
/// println!("{}", job.stdout.take().expect("stdout is piped").text().await?);
/// assert!(job.status().await?.success());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Job {
    /// Into its stdin, if that is piped. Take it to give it away or to drop it, which closes it.
    pub stdin: Option<Writer>,
    /// Out of its stdout, if that is piped.
    pub stdout: Option<Reader>,
    /// Out of its stderr, if that is piped.
    pub stderr: Option<Reader>,
    js: JsJob,
    cancels: bool,
    pool: Pool,
}

/// Which of its streams are this thread's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piped {
    pub stdin: bool,
    pub stdout: bool,
    pub stderr: bool,
}

impl Job {
    pub(crate) fn new(js: JsJob, piped: Piped, pool: Pool) -> Self {
        Self {
            stdin: piped.stdin.then(|| Writer::new(js.stdin(), pool.clone())),
            stdout: piped.stdout.then(|| Reader::new(js.stdout(), pool.clone())),
            stderr: piped.stderr.then(|| Reader::new(js.stderr(), pool.clone())),
            js,
            cancels: true,
            pool,
        }
    }

    /// Waits until the guest has exited, whatever its code. An error if it ended in any other way. A guest whose piped
    /// output nobody reads waits, too, once the pipe is full.
    ///
    /// ```no_run
    /// # async fn example(job: millrace::Job) -> Result<(), millrace::Error> {
    /// println!("it has exited with {}", job.status().await?.code);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn status(&self) -> Result<JobStatus, Error> {
        Pending::plain(Ok(self.js.status())).await.map(|status| JobStatus::from_js(&status))
    }

    /// Ends the guest, wherever it is: waiting, calling or computing. Does nothing to a job that has ended.
    ///
    /// ```no_run
    /// # async fn example(job: millrace::Job) {
    /// job.cancel();
    /// assert!(matches!(job.status().await, Err(millrace::Error::Cancelled(_))));
    /// # }
    /// ```
    pub fn cancel(&self) {
        self.js.cancel();
    }

    /// Lets the guest go on without anybody who waits for it. Its piped streams are dropped: connect them with something
    /// else if it is to write. It holds its pool until it has ended.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// use millrace::{Input, Stdio};
    ///
    /// let job = pool.command("/hello.wasm").stdin(Input::null()).stdout(Stdio::inherit()).spawn().await?;
    /// job.detach();
    /// # Ok(())
    /// # }
    /// ```
    pub fn detach(mut self) {
        self.cancels = false;
        let (status, pool) = (self.js.status(), self.pool.clone());
        wasm_bindgen_futures::spawn_local(async move {
            let _ = Pending::plain(Ok(status)).await;
            drop(pool);
        });
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if self.cancels {
            self.js.cancel();
        }
    }
}
