//! Bytes that go into a pipe.
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::AsyncWrite;
use futures_sink::Sink;
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::error::Error;
use crate::js::{JsWritable, JsWriter};
use crate::pending::ignore;
use crate::pool::Pool;

/// Into a job's stdin, or into a pipe: an [`AsyncWrite`], and a [`Sink`] of chunks.
///
/// Writing waits while the pipe is full. Closing it is the reader's end of file, and so is dropping it. What a write of the
/// two traits could not do is told by the next one, or by flushing. Not `Send`.
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
/// let mut job = pool.command("/cat.wasm").spawn().await?;
/// let mut stdin = job.stdin.take().expect("stdin is piped");
/// stdin.write_all(b"piece by piece").await?;
/// stdin.close().await?;
/// assert_eq!(job.stdout.take().expect("stdout is piped").text().await?, "piece by piece");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Writer {
    stream: JsWritable,
    /// Made at the first write: until then the stream can be given away.
    lock: Option<JsWriter>,
    /// A write, or the closing, that is under way.
    writing: Option<JsFuture>,
    /// It was closed, or is somebody else's.
    ended: bool,
    _pool: Pool,
}

impl Writer {
    pub(crate) fn new(stream: JsWritable, pool: Pool) -> Self {
        Self { stream, lock: None, writing: None, ended: false, _pool: pool }
    }

    /// The stream, for a job: it says itself whether it can be given.
    pub(crate) fn into_js(mut self) -> JsValue {
        self.ended = true;
        self.stream.clone().into()
    }

    /// Writes all of it. When it is done, it is in the pipe.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let mut job = pool.command("/cat.wasm").spawn().await?;
    /// let mut stdin = job.stdin.take().expect("stdin is piped");
    /// stdin.write_all(b"some text").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn write_all(&mut self, bytes: &[u8]) -> Result<(), Error> {
        poll_fn(|context| self.poll_idle(context)).await?;
        self.begin(bytes)?;
        poll_fn(|context| self.poll_idle(context)).await
    }

    /// Closes it, once all is in the pipe.
    ///
    /// ```no_run
    /// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
    /// let mut job = pool.command("/cat.wasm").spawn().await?;
    /// let mut stdin = job.stdin.take().expect("stdin is piped");
    /// stdin.write_all(b"some text").await?;
    /// stdin.close().await?; // the guest reads its end of file
    /// # Ok(())
    /// # }
    /// ```
    pub async fn close(&mut self) -> Result<(), Error> {
        poll_fn(|context| self.poll_end(context)).await
    }

    /// Waits for what is under way.
    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let Some(writing) = &mut self.writing else { return Poll::Ready(Ok(())) };
        let written = ready!(Pin::new(writing).poll(context));
        self.writing = None;
        Poll::Ready(written.map(drop).map_err(|thrown| Error::from_js(&thrown)))
    }

    fn begin(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let chunk = Uint8Array::from(bytes);
        self.writing = Some(self.js_writer()?.write_chunk(&chunk).into());
        Ok(())
    }

    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let before = ready!(self.poll_idle(context));
        if self.ended {
            return Poll::Ready(before);
        }
        self.ended = true;
        before?;
        self.writing = Some(self.js_writer()?.close_stream().into());
        self.poll_idle(context)
    }

    fn js_writer(&mut self) -> Result<&JsWriter, Error> {
        if self.lock.is_none() {
            self.lock = Some(self.stream.get_writer().map_err(|thrown| Error::from_js(&thrown))?);
        }
        Ok(self.lock.as_ref().expect("it was made just now"))
    }
}

impl AsyncWrite for Writer {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_idle(context))?;
        if !bytes.is_empty() {
            this.begin(bytes)?;
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_idle(context).map_err(Into::into)
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_end(context).map_err(Into::into)
    }
}

impl Sink<Vec<u8>> for Writer {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.get_mut().poll_idle(context)
    }

    fn start_send(self: Pin<&mut Self>, chunk: Vec<u8>) -> Result<(), Error> {
        self.get_mut().begin(&chunk)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.get_mut().poll_idle(context)
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.get_mut().poll_end(context)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        if let Ok(writer) = self.js_writer() {
            ignore(writer.close_stream());
        }
    }
}
