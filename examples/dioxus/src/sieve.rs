//! A guest in C that computes for seconds: its progress as it comes, and an end to it at any time.
use dioxus::core::Task;
use dioxus::prelude::*;
use millrace::{Error, Input, Pool};

use crate::card::Card;

const LIMIT: &str = "500000000";

/// How far it is.
#[derive(Clone, PartialEq)]
enum State {
    Idle,
    Running(f64),
    Done(String),
    Cancelled,
    Failed(String),
}

impl State {
    fn text(&self) -> String {
        match self {
            Self::Idle => "Not started.".to_owned(),
            Self::Running(share) => format!("{:.0} %", share * 100.0),
            Self::Done(primes) => format!("{primes} primes."),
            Self::Cancelled => "Cancelled.".to_owned(),
            Self::Failed(why) => why.clone(),
        }
    }

    fn share(&self) -> f64 {
        match self {
            Self::Running(share) => *share,
            Self::Done(_) => 1.0,
            _ => 0.0,
        }
    }
}

#[component]
pub fn Sieve(pool: Pool) -> Element {
    let mut state = use_signal(|| State::Idle);
    let mut task = use_signal(|| None::<Task>);
    let running = matches!(state(), State::Running(_));
    let start = move |_| {
        let pool = pool.clone();
        state.set(State::Running(0.0));
        task.set(Some(spawn(async move {
            let end = count(pool, move |share| state.set(State::Running(share))).await;
            state.set(end.map_or_else(|error| State::Failed(error.to_string()), State::Done));
        })));
    };
    // Ending the task drops its future, with the job in it: the guest is ended, although it only computes.
    let cancel = move |_| {
        if let Some(task) = task.take() {
            task.cancel();
            state.set(State::Cancelled);
        }
    };
    rsx! {
        Card { id: "sieve", title: "A long computation", text: "A C program sieves primes up to 500,000,000, and says how far it is.",
            div { class: "row",
                button { disabled: running, onclick: start, "Start" }
                button { class: "quiet", disabled: !running, onclick: cancel, "Cancel" }
            }
            progress { max: "1", value: "{state().share()}" }
            output { "{state().text()}" }
        }
    }
}

/// Runs the guest: tells what it says of its progress, and gives what it prints.
async fn count(pool: Pool, mut told: impl FnMut(f64)) -> Result<String, Error> {
    let mut job = pool.command("/guests/sieve.wasm").arg(LIMIT).stdin(Input::null()).spawn().await?;
    let mut stderr = job.stderr.take().expect("stderr is piped");
    while let Some(chunk) = stderr.chunk().await? {
        let text = String::from_utf8_lossy(&chunk).into_owned();
        if let Some(share) = text.trim_end().rsplit(' ').next().and_then(|share| share.parse().ok()) {
            told(share);
        }
    }
    let printed = job.stdout.take().expect("stdout is piped").text().await?;
    job.status().await?;
    Ok(printed.trim().to_owned())
}
