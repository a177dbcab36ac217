//! A guest that calls its host many times, for the benchmark: the same through this crate as bench/suite/rust.mjs does from
//! JavaScript. Times are its matter.
use millrace::{Plugin, Pool};
use wasm_bindgen::prelude::*;

/// A running guest, whose calls Rust answers.
#[wasm_bindgen]
pub struct Calls {
    pool: Pool,
    plugin: Plugin,
    hostcall: String,
}

#[wasm_bindgen]
impl Calls {
    /// Starts a pool of one worker, and the guest in it.
    pub async fn open(url: String, rpc: String, hostcall: String) -> Result<Calls, JsError> {
        let pool = Pool::builder().url(url).workers(1).await?;
        let plugin = pool.command(rpc).plugin().method("host_ping", |params: String| async move {
            let n = params.trim_start_matches(r#"{"n":"#).trim_end_matches('}');
            Ok::<_, String>(n.to_owned())
        });
        let plugin = plugin.open().await?;
        plugin.call("ping", None).await?;
        Ok(Self { pool, plugin, hostcall })
    }

    /// Has the guest call `count` times: by `call_many`, or by `call_many_async`. Gives how many answers were right.
    pub async fn request(&self, method: String, count: u32) -> Result<String, JsError> {
        Ok(self.plugin.call(&method, Some(&format!(r#"{{"count": {count}}}"#))).await?)
    }

    /// Has another guest call `count` times by `pool_call`, in a row. Gives what it prints.
    pub async fn host_calls(&self, count: u32) -> Result<String, JsError> {
        let args = ["-r", &count.to_string(), "host_ping", r#"{"n":1}"#];
        let command = self.pool.command(self.hostcall.as_str()).args(args);
        let command = command.host("host_ping", |data: Vec<u8>| async { Ok::<_, String>(data) });
        Ok(command.run().await?.output.stdout_text())
    }

    /// Ends all of it.
    pub async fn close(self) -> Result<(), JsError> {
        self.plugin.close().await?;
        Ok(self.pool.close().await?)
    }
}
