//! A Dioxus app on Millrace: guests that block, in workers, and a page that goes on.
mod calculator;
mod card;
mod plugin;
mod sieve;
mod web;
mod wheel;

use calculator::Calculator;
use dioxus::prelude::*;
use millrace::{Error, Pool, Tier};
use plugin::Plugin;
use sieve::Sieve;
use wheel::Wheel;

fn main() {
    dioxus::launch(App);
}

#[component]
fn App() -> Element {
    let pool = use_resource(Pool::create);
    rsx! {
        style { {include_str!("../style.css")} }
        header {
            div {
                h1 { "Millrace and Dioxus" }
                p { "Blocking WebAssembly programs, run beside a user interface in Rust without atomics." }
            }
            Wheel {}
        }
        {body(pool.read().as_ref())}
    }
}

/// What is shown under the header: the pool may not be there yet.
fn body(pool: Option<&Result<Pool, Error>>) -> Element {
    match pool {
        None => rsx! { p { class: "state", "The pool starts …" } },
        Some(Err(error)) => rsx! { p { id: "pool", class: "state failed", "{error}" } },
        Some(Ok(pool)) => rsx! {
            p { id: "pool", class: "state", "{tier_of(pool)}" }
            main {
                Sieve { pool: pool.clone() }
                Calculator { pool: pool.clone() }
                Plugin { pool: pool.clone() }
            }
        },
    }
}

fn tier_of(pool: &Pool) -> &'static str {
    match pool.tier() {
        Tier::Shared => "The pool is ready: guests run over shared memory.",
        Tier::Jspi => "The pool is ready: this page is not isolated, and guests are suspended where they block.",
    }
}
