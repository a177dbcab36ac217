//! The frame around each of the app's parts.
use dioxus::prelude::*;

#[component]
pub fn Card(id: String, title: String, text: String, children: Element) -> Element {
    rsx! {
        section { id,
            h2 { "{title}" }
            p { class: "about", "{text}" }
            {children}
        }
    }
}
