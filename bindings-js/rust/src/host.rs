//! Functions that serve guests' host calls.
use std::any::Any;
use std::fmt::Display;
use std::future::Future;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use crate::error::Error;
use crate::js::JsContext;
use crate::package::Later;
use crate::serve;

/// The JavaScript function that serves a host call by `handler`. It lives for as long as JavaScript has it.
pub(crate) fn serve<H, F, E>(handler: H, package: Later) -> JsValue
where
    H: Fn(Vec<u8>) -> F + 'static,
    F: Future<Output = Result<Vec<u8>, E>> + 'static,
    E: Display + 'static,
{
    let package = Rc::new(package);
    let serve = move |data: Uint8Array, context: JsValue| {
        let (answering, package) = (handler(data.to_vec()), package.clone());
        let answer = async move {
            match answering.await {
                Ok(bytes) => Ok(Uint8Array::from(bytes.as_slice()).into()),
                Err(error) => Err(thrown(&error, &package)),
            }
        };
        serve::answer(answer, context.unchecked_ref::<JsContext>())
    };
    Closure::<dyn Fn(Uint8Array, JsValue) -> Result<JsValue, JsValue>>::new(serve).into_js_value()
}

/// What the package makes an answer of: the error's text, and its code if it is one of ours.
fn thrown<E: Display + 'static>(error: &E, package: &Later) -> JsValue {
    let message = error.to_string();
    let errno = (error as &dyn Any).downcast_ref::<Error>().and_then(Error::errno);
    match errno {
        Some(errno) => {
            let arguments = Array::of2(&errno.name().into(), &message.as_str().into());
            package.error("PoolError", &arguments, &message)
        }
        None => js_sys::Error::new(&message).into(),
    }
}
