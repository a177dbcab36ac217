//! The npm package's scripts, loaded once the crate needs them.
use std::cell::OnceCell;
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::error::Error;
use crate::js;
use crate::pending::Pending;

/// Where the package's `index.js` is expected unless [`PoolBuilder::url`](crate::PoolBuilder::url) says otherwise.
///
/// ```
/// assert_eq!(millrace::DEFAULT_URL, "/millrace/index.js");
/// ```
pub const DEFAULT_URL: &str = "/millrace/index.js";

/// A script of the package: what it exports.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    exports: JsValue,
    url: String,
}

impl Package {
    pub async fn load(url: &str) -> Result<Self, Error> {
        match Pending::plain(js::load(url)).await {
            Ok(exports) => Ok(Self { exports, url: url.to_owned() }),
            Err(cause) => Err(Error::not_loaded(url, cause)),
        }
    }

    /// The script of plugins, which is beside this one: `plugin.js`, or `plugin.node.js`.
    pub async fn load_plugin(&self) -> Result<Self, Error> {
        let (folder, name) = self.url.rsplit_once('/').map_or(("", self.url.as_str()), |(folder, name)| (folder, name));
        let slash = if folder.is_empty() && !self.url.starts_with('/') { "" } else { "/" };
        Self::load(&format!("{folder}{slash}{}", name.replacen("index", "plugin", 1))).await
    }

    /// A function or class that it exports.
    fn export(&self, name: &str) -> Result<Function, JsValue> {
        js::get(&self.exports, name).dyn_into().map_err(|_| {
            let message = format!("{} is no script of the package: it exports no {name}", self.url);
            js_sys::Error::new(&message).into()
        })
    }

    /// Calls a function that it exports, which gives a promise.
    pub fn call(&self, name: &str, arguments: &Array) -> Result<Promise, JsValue> {
        self.export(name)?.apply(&self.exports, arguments)?.dyn_into()
    }

    /// `Pool.create`.
    pub fn create_pool(&self, options: &Object) -> Result<Promise, JsValue> {
        let class = self.export("Pool")?;
        let create: Function = js::get(&class, "create").dyn_into()?;
        create.call1(&class, options)?.dyn_into()
    }

    /// Makes an object of a class that it exports.
    pub fn construct(&self, class: &str, arguments: &Array) -> Result<JsValue, JsValue> {
        Reflect::construct(&self.export(class)?, arguments)
    }
}

/// A script that may not be loaded yet: what serves guests is made before the pool is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Later(Rc<OnceCell<Package>>);

impl Later {
    /// One that is there.
    pub fn now(package: Package) -> Self {
        Self(Rc::new(OnceCell::from(package)))
    }

    /// It is there from now on.
    pub fn arrive(&self, package: Package) {
        let _ = self.0.set(package);
    }

    /// An error of one of its classes, to be thrown into it, which knows its own by `instanceof`. A plain one if it is not
    /// there.
    pub fn error(&self, class: &str, arguments: &Array, message: &str) -> JsValue {
        let made = self.0.get().and_then(|package| package.construct(class, arguments).ok());
        made.unwrap_or_else(|| js_sys::Error::new(message).into())
    }
}
