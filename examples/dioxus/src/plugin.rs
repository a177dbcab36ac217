//! A guest that calls the app back, which answers with what it fetches: the guest's call blocks, and nobody else does.
use dioxus::prelude::*;
use millrace::{Error, Pool};

use crate::card::Card;
use crate::web::fetch_text;

#[component]
pub fn Plugin(pool: Pool) -> Element {
    let mut answer = use_signal(|| "Not asked.".to_owned());
    let mut asking = use_signal(|| false);
    let ask = move |_| {
        let pool = pool.clone();
        asking.set(true);
        spawn(async move {
            answer.set(fetch_by_guest(pool).await.unwrap_or_else(|error| error.to_string()));
            asking.set(false);
        });
    };
    rsx! {
        Card { id: "plugin", title: "A plugin that calls back", text: "A C program asks the app for a file, and waits. The app fetches it.",
            div { class: "row",
                button { disabled: asking(), onclick: ask, "Ask" }
            }
            output { "{answer}" }
        }
    }
}

/// Has the guest call the method `fetch` of ours, and gives what it has got.
async fn fetch_by_guest(pool: Pool) -> Result<String, Error> {
    let plugin = pool.command("/guests/rpc.wasm").plugin().method("fetch", |params: String| async move {
        let url = params.trim_matches(['[', ']', '"']);
        Ok::<_, String>(format!("{:?}", fetch_text(url).await?.trim_end()))
    });
    let plugin = plugin.open().await?;
    let text = plugin.call("call", Some(r#"{"method": "fetch", "params": ["/greeting.txt"]}"#)).await?;
    plugin.close().await?;
    Ok(text.trim_matches('"').to_owned())
}
