//! Bytes that come out of a pipe.
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_io::AsyncRead;
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::error::Error;
use crate::js::{self, JsReadable, JsReader};
use crate::pending::ignore;
use crate::pool::Pool;

/// What a job writes, or what comes out of a pipe: an [`AsyncRead`], and a [`Stream`] of chunks as they come.
///
/// The guest waits while the pipe is full. Dropping a reader closes the pipe, and its writer gets `EPIPE`. One that nobody
/// has begun to read can be given to another job as its stdin; then the bytes go from guest to guest. Not `Send`.
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
/// let mut job = pool.command("/sieve.wasm").spawn().await?;
/// let mut stdout = job.stdout.take().expect("stdout is piped");
/// while let Some(chunk) = stdout.chunk().await? {
///     println!("{} bytes have come", chunk.len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Reader {
    stream: JsReadable,
    /// Made at the first read: until then the stream can be given away.
    lock: Option<JsReader>,
    reading: Option<JsFuture>,
    /// What has come, and how much of it was read.
    chunk: Vec<u8>,
    taken: usize,
    /// There is nothing more, or it is somebody else's.
    ended: bool,
    _pool: Pool,
}

impl Reader {
    pub(crate) fn new(stream: JsReadable, pool: Pool) -> Self {
        Self { stream, lock: None, reading: None, chunk: Vec::new(), taken: 0, ended: false, _pool: pool }
    }

    /// The stream, for a job: it says itself whether it can be given.
    pub(crate) fn into_js(mut self) -> JsValue {
        self.ended = true;
        self.stream.clone().into()
    }

    /// The next bytes, as soon as there are some; `None` at the end.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let mut job = pool.command("/hello.wasm").spawn().await?;
    /// let mut stdout = job.stdout.take().expect("stdout is piped");
    /// while let Some(bytes) = stdout.chunk().await? {
    ///     println!("{} bytes", bytes.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        poll_fn(|context| self.poll_chunk(context)).await.transpose()
    }

    /// All that is still to come.
    ///
    /// ```no_run
    /// # async fn example(mut job: millrace::Job) -> Result<(), millrace::Error> {
    /// let all = job.stdout.take().expect("stdout is piped").bytes().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn bytes(mut self) -> Result<Vec<u8>, Error> {
        let mut all = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all)
    }

    /// The same as text in UTF-8; what is not UTF-8 becomes U+FFFD.
    ///
    /// ```no_run
    /// # async fn example(mut job: millrace::Job) -> Result<(), millrace::Error> {
    /// let all = job.stdout.take().expect("stdout is piped").text().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn text(self) -> Result<String, Error> {
        Ok(String::from_utf8_lossy(&self.bytes().await?).into_owned())
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<u8>, Error>>> {
        if self.taken < self.chunk.len() {
            let rest = self.chunk.split_off(std::mem::take(&mut self.taken));
            self.chunk.clear();
            return Poll::Ready(Some(Ok(rest)));
        }
        if self.ended {
            return Poll::Ready(None);
        }
        let came = match self.poll_read_chunk(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(came) => came.map_err(|thrown| Error::from_js(&thrown)),
        };
        self.ended = !matches!(came, Ok(Some(_)));
        Poll::Ready(came.transpose())
    }

    /// What the stream's reader gives.
    fn poll_read_chunk(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Vec<u8>>, JsValue>> {
        if self.lock.is_none() {
            self.lock = Some(self.stream.get_reader()?);
        }
        let reader = self.lock.as_ref().expect("it was made just now");
        let reading = self.reading.get_or_insert_with(|| reader.read_chunk().into());
        let came = ready!(Pin::new(reading).poll(context));
        self.reading = None;
        let came = came?;
        if js::get(&came, "done").is_truthy() {
            return Poll::Ready(Ok(None));
        }
        Poll::Ready(Ok(Some(js::get(&came, "value").unchecked_into::<Uint8Array>().to_vec())))
    }
}

impl Stream for Reader {
    type Item = Result<Vec<u8>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_chunk(context)
    }
}

impl AsyncRead for Reader {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut [u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if into.is_empty() {
            return Poll::Ready(Ok(0));
        }
        if this.taken == this.chunk.len() {
            match ready!(this.poll_chunk(context)).transpose()? {
                None => return Poll::Ready(Ok(0)),
                Some(chunk) => (this.chunk, this.taken) = (chunk, 0),
            }
        }
        let rest = &this.chunk[this.taken..];
        let n = rest.len().min(into.len());
        into[..n].copy_from_slice(&rest[..n]);
        this.taken += n;
        Poll::Ready(Ok(n))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let reader = self.lock.take().map_or_else(|| self.stream.get_reader(), Ok);
        if let Ok(reader) = reader {
            ignore(reader.cancel_stream());
        }
    }
}
