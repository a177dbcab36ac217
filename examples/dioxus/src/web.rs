//! The little that the app needs of the browser itself.
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = requestAnimationFrame)]
    fn request_animation_frame(callback: &Function);
    #[wasm_bindgen(js_name = fetch)]
    fn fetch_response(url: &str) -> Promise;
    type Response;
    #[wasm_bindgen(method)]
    fn text(this: &Response) -> Promise;
}

/// Waits for the next frame: gives its time, in milliseconds.
pub async fn next_frame() -> f64 {
    let frame = Promise::new(&mut |resolve, _| request_animation_frame(&resolve));
    JsFuture::from(frame).await.ok().and_then(|time| time.as_f64()).unwrap_or_default()
}

/// What is at a URL, as text.
pub async fn fetch_text(url: &str) -> Result<String, String> {
    let failed = |error: JsValue| format!("{url} could not be fetched: {error:?}");
    let response: Response = JsFuture::from(fetch_response(url)).await.map_err(failed)?.unchecked_into();
    let text = JsFuture::from(response.text()).await.map_err(failed)?;
    Ok(text.as_string().unwrap_or_default())
}
