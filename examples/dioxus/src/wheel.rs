//! A mill wheel that a future turns, frame by frame, on the thread that a blocking program would freeze.
use dioxus::prelude::*;

use crate::web::next_frame;

const DEGREES_A_SECOND: f64 = 60.0;

#[component]
pub fn Wheel() -> Element {
    let mut frames = use_signal(|| 0_u32);
    let mut degrees = use_signal(|| 0.0);
    let mut longest = use_signal(|| 0.0_f64);
    use_future(move || async move {
        let mut last = next_frame().await;
        loop {
            let now = next_frame().await;
            degrees.set((degrees() + (now - last) * DEGREES_A_SECOND / 1000.0) % 360.0);
            longest.set(longest().max(now - last));
            frames += 1;
            last = now;
        }
    });
    rsx! {
        figure {
            svg { view_box: "-50 -50 100 100", width: "96", height: "96", role: "img",
                g { transform: "rotate({degrees})",
                    circle { class: "rim", r: "36" }
                    circle { class: "hub", r: "7" }
                    for i in 0..12 {
                        g { key: "{i}", transform: "rotate({i * 30})",
                            line { class: "spoke", y1: "7", y2: "36" }
                            rect { class: "paddle", x: "-5", y: "34", width: "10", height: "12", rx: "1.5" }
                        }
                    }
                }
            }
            figcaption {
                span { id: "frames", "{frames}" }
                " frames, longest pause {longest:.0} ms"
            }
        }
    }
}
