//! A future that answers a guest: dropped when the guest has gone.
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use js_sys::Function;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::future_to_promise;

use crate::js::{JsContext, JsSignal};

/// What is given to the package: a value, or a promise of one. What is ready at once needs no promise.
pub(crate) fn answer<F>(future: F, context: &JsContext) -> Result<JsValue, JsValue>
where
    F: Future<Output = Result<JsValue, JsValue>> + 'static,
{
    let mut future: Answering = Box::pin(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => Ok(future_to_promise(Serving::new(future, context.signal())).into()),
    }
}

type Answering = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>;

/// Whether the guest has gone, and who is to know.
#[derive(Default)]
struct Gone {
    is: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

struct Serving {
    future: Option<Answering>,
    gone: Rc<Gone>,
    signal: JsSignal,
    _on_abort: Closure<dyn FnMut()>,
}

impl Serving {
    fn new(future: Answering, signal: JsSignal) -> Self {
        let gone = Rc::new(Gone::default());
        gone.is.set(signal.aborted());
        let told = gone.clone();
        let on_abort = Closure::<dyn FnMut()>::new(move || {
            told.is.set(true);
            if let Some(waker) = told.waker.take() {
                waker.wake();
            }
        });
        signal.set_onabort(on_abort.as_ref().unchecked_ref::<Function>());
        Self { future: Some(future), gone, signal, _on_abort: on_abort }
    }
}

impl Future for Serving {
    type Output = Result<JsValue, JsValue>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.gone.is.get() {
            self.future = None; // what it gave would go nowhere
        }
        self.gone.waker.replace(Some(context.waker().clone()));
        match &mut self.future {
            Some(future) => future.as_mut().poll(context),
            None => Poll::Ready(Ok(JsValue::UNDEFINED)),
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.signal.set_onabort(&JsValue::NULL);
    }
}
