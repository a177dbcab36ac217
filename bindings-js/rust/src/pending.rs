//! A promise of the package's that is given up when nobody waits for it any more.
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use js_sys::{Object, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::error::Error;
use crate::js::{self, JsController};

/// Aborts its signal when it is dropped before it is done.
#[derive(Debug)]
pub(crate) struct Abort(Option<JsController>);

impl Abort {
    /// One whose signal is the option `signal`.
    pub fn of(options: &Object) -> Self {
        let controller = JsController::new();
        js::set(options, "signal", controller.own_signal());
        Self(Some(controller))
    }

    /// One that aborts nothing.
    pub fn none() -> Self {
        Self(None)
    }

    /// There is nothing to abort any more.
    pub fn disarm(&mut self) {
        self.0 = None;
    }
}

impl Drop for Abort {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

/// What a call has promised.
#[derive(Debug)]
pub(crate) struct Pending {
    promise: Result<JsFuture, Option<Error>>,
    abort: Abort,
}

impl Pending {
    /// Dropping it aborts the call.
    pub fn new(called: Result<Promise, JsValue>, abort: Abort) -> Self {
        let promise = called.map(JsFuture::from).map_err(|thrown| Some(Error::from_js(&thrown)));
        Self { promise, abort }
    }

    /// Dropping it changes nothing.
    pub fn plain(called: Result<Promise, JsValue>) -> Self {
        Self::new(called, Abort::none())
    }
}

impl Future for Pending {
    type Output = Result<JsValue, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let result = match &mut self.promise {
            Ok(promise) => match Pin::new(promise).poll(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(settled) => settled.map_err(|thrown| Error::from_js(&thrown)),
            },
            Err(error) => Err(error.take().expect("polled after it was ready")),
        };
        self.abort.disarm();
        Poll::Ready(result)
    }
}

/// Lets a promise settle that nobody waits for: what it rejects with has been told elsewhere, or concerns nobody.
pub(crate) fn ignore(promise: Promise) {
    wasm_bindgen_futures::spawn_local(async move {
        let _ = JsFuture::from(promise).await;
    });
}
