//! The smallest app in Yew: a text, and a guest that counts its words while one types.
use millrace::{Error, Pool};
use yew::platform::spawn_local;
use yew::prelude::*;

fn main() {
    yew::Renderer::<App>::new().render();
}

#[component]
fn App() -> Html {
    let pool = use_state(|| None::<Pool>);
    let answer = use_state(|| "The pool starts …".to_owned());
    {
        let (pool, answer) = (pool.clone(), answer.clone());
        use_effect_with((), move |()| {
            spawn_local(async move {
                match Pool::create().await {
                    Ok(made) => {
                        pool.set(Some(made));
                        answer.set("Type something.".to_owned());
                    }
                    Err(error) => answer.set(error.to_string()),
                }
            });
        });
    }
    let oninput = {
        let answer = answer.clone();
        Callback::from(move |event: InputEvent| {
            let Some(pool) = (*pool).clone() else { return };
            let (answer, text) = (answer.clone(), text_of(&event));
            spawn_local(async move { answer.set(count(&pool, &text).await.unwrap_or_else(|error| error.to_string())) });
        })
    };
    html! {
        <main>
            <h1>{ "Millrace and Yew" }</h1>
            <textarea {oninput} rows="6" placeholder="to be or not to be" />
            <pre id="answer">{ &*answer }</pre>
        </main>
    }
}

/// What the guest says of a text.
async fn count(pool: &Pool, text: &str) -> Result<String, Error> {
    let result = pool.command("/guests/wordcount.wasm").args(["-n", "3"]).stdin(text).run().await?;
    Ok(result.output.stdout_text())
}

fn text_of(event: &InputEvent) -> String {
    event.target_unchecked_into::<web_sys::HtmlTextAreaElement>().value()
}
