//! Pipes that belong to no job, until their ends are given to some.
use wasm_bindgen::{JsCast, JsValue};

use crate::error::Error;
use crate::js;
use crate::pool::Pool;

pub use crate::reader::Reader;
pub use crate::writer::Writer;

pub(crate) fn open(pool: &Pool, options: &JsValue) -> Result<(Reader, Writer), Error> {
    let pipe = pool.js().pipe(options).map_err(|thrown| Error::from_js(&thrown))?;
    let reader = Reader::new(js::get(&pipe, "readable").unchecked_into(), pool.clone());
    Ok((reader, Writer::new(js::get(&pipe, "writable").unchecked_into(), pool.clone())))
}
