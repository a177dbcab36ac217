//! A guest in Rust that reads line by line, and blocks until there is one.
use dioxus::prelude::*;
use millrace::{Error, Pool, Writer};

use crate::card::Card;

#[component]
pub fn Calculator(pool: Pool) -> Element {
    let mut screen = use_signal(String::new);
    let mut line = use_signal(String::new);
    let mut stdin = use_signal(|| None::<Writer>);
    use_future(move || {
        let pool = pool.clone();
        async move {
            let ended = converse(pool, |writer| stdin.set(Some(writer)), |text| screen.write().push_str(text)).await;
            screen
                .write()
                .push_str(&ended.map_or_else(|error| format!("\n{error}"), |()| "\nIt has ended.".to_owned()));
        }
    });
    let send = move |event: FormEvent| {
        event.prevent_default();
        let text = format!("{}\n", line.take());
        screen.write().push_str(&text);
        spawn(async move {
            let Some(mut writer) = stdin.take() else { return }; // it is busy with the line before
            if writer.write_all(text.as_bytes()).await.is_ok() {
                stdin.set(Some(writer));
            }
        });
    };
    rsx! {
        Card { id: "calculator", title: "A conversation", text: "A Rust program blocks in read_line() until you have sent it a sum.",
            pre { "{screen}" }
            form { class: "row", onsubmit: send,
                input {
                    placeholder: "6 * (3 + 4)",
                    aria_label: "a sum",
                    value: "{line}",
                    oninput: move |event| line.set(event.value()),
                }
                button { "Send" }
            }
        }
    }
}

/// Starts the guest, and hands on what it writes until it has ended. Dropping the future ends it.
async fn converse(pool: Pool, open: impl FnOnce(Writer), mut wrote: impl FnMut(&str)) -> Result<(), Error> {
    let mut job = pool.command("/guests/calculator.wasm").spawn().await?;
    open(job.stdin.take().expect("stdin is piped"));
    let mut stdout = job.stdout.take().expect("stdout is piped");
    while let Some(chunk) = stdout.chunk().await? {
        wrote(&String::from_utf8_lossy(&chunk));
    }
    job.status().await.map(drop)
}
