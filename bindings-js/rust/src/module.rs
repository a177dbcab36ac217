//! Guests, compiled or to be compiled.
use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

/// A compiled guest: what [`Pool::compile`](crate::Pool::compile) gives. Clones are the same module. Not `Send`.
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
/// let cat = pool.compile("/cat.wasm").await?;
/// let one = pool.command(&cat).stdin("1").run().await?;
/// let two = pool.command(&cat).stdin("2").run().await?;
/// pool.unload(&cat)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Module(Rc<JsValue>);

impl Module {
    pub(crate) fn new(module: JsValue) -> Self {
        Self(Rc::new(module))
    }

    pub(crate) fn js(&self) -> &JsValue {
        &self.0
    }
}

impl PartialEq for Module {
    fn eq(&self, other: &Self) -> bool {
        *self.0 == *other.0
    }
}

/// Where a guest comes from: a URL, the bytes of a module, or a [`Module`]. The same URL is fetched and compiled once.
///
/// ```no_run
/// # fn example(pool: millrace::Pool, module: millrace::Module) {
/// let by_url = pool.command("/cat.wasm");
/// let by_bytes = pool.command(b"\0asm\x01\0\0\0");
/// let compiled = pool.command(&module);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Source(pub(crate) JsValue);

impl From<&str> for Source {
    fn from(url: &str) -> Self {
        Self(JsValue::from_str(url))
    }
}

impl From<String> for Source {
    fn from(url: String) -> Self {
        Self::from(url.as_str())
    }
}

impl From<&String> for Source {
    fn from(url: &String) -> Self {
        Self::from(url.as_str())
    }
}

impl From<&[u8]> for Source {
    fn from(bytes: &[u8]) -> Self {
        Self(Uint8Array::from(bytes).into())
    }
}

impl<const N: usize> From<&[u8; N]> for Source {
    fn from(bytes: &[u8; N]) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl From<&Module> for Source {
    fn from(module: &Module) -> Self {
        Self(module.js().clone())
    }
}

impl From<Module> for Source {
    fn from(module: Module) -> Self {
        Self::from(&module)
    }
}
