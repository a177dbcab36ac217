//! What this crate uses of JavaScript: the package's classes and the platform's, and how objects are made.
use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(
    inline_js = "export const load = (url) => import(/* webpackIgnore: true */ /* @vite-ignore */ new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href).href);"
)]
extern "C" {
    /// Loads a module. A relative URL is relative to the page, not to this script, which bundlers move.
    #[wasm_bindgen(catch)]
    pub fn load(url: &str) -> Result<Promise, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// `Pool` of the package.
    #[derive(Clone, Debug)]
    pub type JsPool;
    #[wasm_bindgen(method, catch)]
    pub fn compile(this: &JsPool, source: &JsValue, options: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn run(this: &JsPool, source: &JsValue, options: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn spawn(this: &JsPool, source: &JsValue, options: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, variadic)]
    pub fn call(this: &JsPool, source: &JsValue, name: &str, values: &Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn instantiate(this: &JsPool, source: &JsValue, options: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn pipe(this: &JsPool, options: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn unload(this: &JsPool, module: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn resize(this: &JsPool, workers: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    pub fn stats(this: &JsPool) -> JsValue;
    #[wasm_bindgen(method, catch)]
    pub fn close(this: &JsPool, options: &JsValue) -> Result<Promise, JsValue>;

    /// `Job` of the package.
    #[derive(Clone, Debug)]
    pub type JsJob;
    #[wasm_bindgen(method, getter)]
    pub fn stdin(this: &JsJob) -> JsWritable;
    #[wasm_bindgen(method, getter)]
    pub fn stdout(this: &JsJob) -> JsReadable;
    #[wasm_bindgen(method, getter)]
    pub fn stderr(this: &JsJob) -> JsReadable;
    #[wasm_bindgen(method, getter)]
    pub fn status(this: &JsJob) -> Promise;
    #[wasm_bindgen(method)]
    pub fn cancel(this: &JsJob);

    /// `Instance` of the package.
    #[derive(Clone, Debug)]
    pub type JsInstance;
    #[wasm_bindgen(method, catch, js_name = call, variadic)]
    pub fn call_export(this: &JsInstance, name: &str, values: &Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, getter)]
    pub fn memory(this: &JsInstance) -> JsMemory;
    #[wasm_bindgen(method, getter, js_name = status)]
    pub fn instance_status(this: &JsInstance) -> Promise;
    #[wasm_bindgen(method, js_name = cancel)]
    pub fn cancel_instance(this: &JsInstance);
    #[wasm_bindgen(method, js_name = close)]
    pub fn close_instance(this: &JsInstance) -> Promise;

    /// `InstanceMemory` of the package.
    pub type JsMemory;
    #[wasm_bindgen(method, catch)]
    pub fn read(this: &JsMemory, address: u32, length: u32) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn write(this: &JsMemory, address: u32, bytes: &Uint8Array) -> Result<Promise, JsValue>;

    /// `Plugin` of the package.
    #[derive(Clone, Debug)]
    pub type JsPlugin;
    #[wasm_bindgen(method, catch, js_name = call)]
    pub fn call_method(this: &JsPlugin, method: &str, params: &JsValue, options: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn notify(this: &JsPlugin, method: &str, params: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = close)]
    pub fn close_plugin(this: &JsPlugin, options: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, getter)]
    pub fn closed(this: &JsPlugin) -> Promise;

    /// `Directory` of the package.
    #[derive(Clone, Debug)]
    pub type JsDirectory;
    #[wasm_bindgen(method, catch, js_name = readFile)]
    pub fn read_file(this: &JsDirectory, path: &str, options: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = writeFile)]
    pub fn write_file(this: &JsDirectory, path: &str, data: &Uint8Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn list(this: &JsDirectory, path: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn stat(this: &JsDirectory, path: &str, options: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn mkdir(this: &JsDirectory, path: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn remove(this: &JsDirectory, path: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn rename(this: &JsDirectory, from: &str, to: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn symlink(this: &JsDirectory, path: &str, target: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn readlink(this: &JsDirectory, path: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, js_name = close)]
    pub fn close_directory(this: &JsDirectory) -> Promise;

    /// What serves a host call is told of it.
    pub type JsContext;
    #[wasm_bindgen(method, getter)]
    pub fn signal(this: &JsContext) -> JsSignal;

    /// A `ReadableStream`, and its reader.
    #[derive(Clone, Debug)]
    pub type JsReadable;
    #[wasm_bindgen(method, catch, js_name = getReader)]
    pub fn get_reader(this: &JsReadable) -> Result<JsReader, JsValue>;
    #[derive(Clone, Debug)]
    pub type JsReader;
    #[wasm_bindgen(method, js_name = read)]
    pub fn read_chunk(this: &JsReader) -> Promise;
    #[wasm_bindgen(method, js_name = cancel)]
    pub fn cancel_stream(this: &JsReader) -> Promise;
    #[wasm_bindgen(method, js_name = releaseLock)]
    pub fn release_lock(this: &JsReader);

    /// A `WritableStream`, and its writer.
    #[derive(Clone, Debug)]
    pub type JsWritable;
    #[wasm_bindgen(method, catch, js_name = getWriter)]
    pub fn get_writer(this: &JsWritable) -> Result<JsWriter, JsValue>;
    #[derive(Clone, Debug)]
    pub type JsWriter;
    #[wasm_bindgen(method, js_name = write)]
    pub fn write_chunk(this: &JsWriter, chunk: &Uint8Array) -> Promise;
    #[wasm_bindgen(method, js_name = close)]
    pub fn close_stream(this: &JsWriter) -> Promise;

    /// The platform's `AbortController` and `AbortSignal`.
    #[derive(Clone, Debug)]
    #[wasm_bindgen(js_name = AbortController)]
    pub type JsController;
    #[wasm_bindgen(constructor, js_class = "AbortController")]
    pub fn new() -> JsController;
    #[wasm_bindgen(method)]
    pub fn abort(this: &JsController);
    #[wasm_bindgen(method, getter, js_name = signal)]
    pub fn own_signal(this: &JsController) -> JsSignal;
    #[derive(Clone, Debug)]
    pub type JsSignal;
    #[wasm_bindgen(method, getter)]
    pub fn aborted(this: &JsSignal) -> bool;
    #[wasm_bindgen(method, setter, js_name = onabort)]
    pub fn set_onabort(this: &JsSignal, listener: &JsValue);
}

/// A property, or `undefined`.
pub fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
}

/// Sets a property of an object of our own, which takes all.
pub fn set(object: &Object, key: &str, value: impl Into<JsValue>) {
    let _ = Reflect::set(object, &JsValue::from_str(key), &value.into());
}

/// The object that is a property of another, made when it is missing.
pub fn object_at(object: &Object, key: &str) -> Object {
    let there = get(object, key);
    if there.is_object() {
        return there.unchecked_into();
    }
    let made = Object::new();
    set(object, key, &made);
    made
}

/// A number that is a property, or 0.
pub fn number(object: &JsValue, key: &str) -> f64 {
    get(object, key).as_f64().unwrap_or_default()
}

/// A count that is a property, or 0. Counts of the package are whole and not negative.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn count(object: &JsValue, key: &str) -> u64 {
    number(object, key) as u64
}

/// A string that is a property, if it is one.
pub fn string(object: &JsValue, key: &str) -> Option<String> {
    get(object, key).as_string()
}

/// The bytes that are a property, or none.
pub fn bytes(object: &JsValue, key: &str) -> Vec<u8> {
    let value = get(object, key);
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).unwrap_or_default()
}

/// Milliseconds, as the package takes them.
pub fn milliseconds(duration: std::time::Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// A number of bytes, which is exact up to 2^53.
#[allow(clippy::cast_precision_loss)]
pub fn size(bytes: u64) -> f64 {
    bytes as f64
}
