//! Tests of the crate, run by a page or by Node. Each is a future that fails with what is wrong.
mod calls;
mod cancelling;
mod errors;
mod files;
mod host;
mod instances;
mod jobs;
mod plugins;
mod pools;
mod rig;
mod streams;

use std::rc::Rc;

use js_sys::{Array, Function, Object, Reflect};
use rig::{Env, Scenario};
use wasm_bindgen::prelude::*;

fn all() -> Vec<Scenario> {
    [
        jobs::scenarios(),
        streams::scenarios(),
        errors::scenarios(),
        cancelling::scenarios(),
        host::scenarios(),
        files::scenarios(),
        instances::scenarios(),
        plugins::scenarios(),
        pools::scenarios(),
    ]
    .concat()
}

/// Runs those whose name has `only` in it, one after the other, and tells each as it ends.
#[wasm_bindgen]
pub async fn run(url: String, guests: String, tier: String, only: String, tell: Function) -> Object {
    let env = Rc::new(Env { url, guests, tier });
    let (mut passed, failures) = (0, Array::new());
    for (name, scenario) in all().into_iter().filter(|(name, _)| name.contains(&only)) {
        let say = |word: &str| tell.call1(&JsValue::NULL, &format!("{word} {name}").into());
        let _ = say("…");
        match scenario(env.clone()).await {
            Ok(()) => {
                passed += 1;
                let _ = say("ok");
            }
            Err(wrong) => {
                failures.push(&format!("{name}: {}", wrong.0).into());
                let _ = say("FAILED");
            }
        }
    }
    report(passed, &failures)
}

fn report(passed: u32, failures: &Array) -> Object {
    let report = Object::new();
    let set = |key: &str, value: JsValue| Reflect::set(&report, &key.into(), &value).unwrap_throw();
    set("passed", passed.into());
    set("failed", failures.length().into());
    set("failures", failures.into());
    report
}
