//! What scenarios stand on.
use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Function, Promise};
use millrace::{Pool, PoolBuilder, Tier};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Where a scenario runs.
pub struct Env {
    pub url: String,
    pub guests: String,
    pub tier: String,
}

impl Env {
    pub fn tier(&self) -> Tier {
        if self.tier == "jspi" { Tier::Jspi } else { Tier::Shared }
    }

    /// A pool of two workers, as far as nothing else is said.
    pub fn builder(&self) -> PoolBuilder {
        Pool::builder().url(self.url.as_str()).workers(2).tier(self.tier())
    }

    pub async fn pool(&self) -> Result<Pool, Wrong> {
        Ok(self.builder().await?)
    }

    pub fn guest(&self, name: &str) -> String {
        format!("{}/{name}.gen.wasm", self.guests)
    }
}

/// What is wrong.
#[derive(Debug)]
pub struct Wrong(pub String);

impl<E: Display> From<E> for Wrong {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

pub type Outcome = Result<(), Wrong>;
pub type Running = Pin<Box<dyn Future<Output = Outcome>>>;
pub type Scenario = (&'static str, fn(Rc<Env>) -> Running);

/// A module's scenarios, by their names.
macro_rules! scenarios {
    ($($name:literal => $function:ident,)*) => {
        pub fn scenarios() -> Vec<crate::rig::Scenario> {
            vec![$(($name, |env| Box::pin($function(env)) as crate::rig::Running),)*]
        }
    };
}

/// Fails unless both are the same.
macro_rules! equal {
    ($actual:expr, $expected:expr) => {
        match (&$actual, &$expected) {
            (actual, expected) if *actual == *expected => (),
            (actual, expected) => {
                let [file, line] = [file!().to_owned(), line!().to_string()];
                return Err(crate::rig::Wrong(format!("{file}:{line}: {actual:?} is not {expected:?}")));
            }
        }
    };
}

/// Fails unless it is of that kind.
macro_rules! is {
    ($actual:expr, $pattern:pat $(if $guard:expr)?) => {
        match &$actual {
            $pattern $(if $guard)? => (),
            actual => {
                let [file, line] = [file!().to_owned(), line!().to_string()];
                let wanted = stringify!($pattern $(if $guard)?);
                return Err(crate::rig::Wrong(format!("{file}:{line}: {actual:?} is not {wanted}")));
            }
        }
    };
}

pub(crate) use {equal, is, scenarios};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, ms: f64);
}

/// Lets the event loop go round.
pub async fn turn() {
    let turned = Promise::new(&mut |resolve, _| set_timeout(&resolve, 1.0));
    let _ = JsFuture::from(turned).await;
}

/// Waits until it is so. One who waits in vain hangs, which the runner ends.
pub async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        turn().await;
    }
}
