//! Makes JavaScript modules of what cargo has built: wasm-bindgen's command line, as far as it is needed here. The lock file
//! has one version of wasm-bindgen for this program and for all others, so the two always fit.
//!
//! Usage: millrace-bindgen OUT_DIR FILE.wasm…, which writes OUT_DIR/FILE/FILE.js and FILE_bg.wasm.
use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let out = arguments.next().ok_or("usage: millrace-bindgen OUT_DIR FILE.wasm…")?;
    for file in arguments {
        let stem = Path::new(&file).file_stem().ok_or("a file without a name")?;
        let folder = Path::new(&out).join(stem);
        let mut bindgen = Bindgen::new();
        bindgen.input_path(&file).web(true)?.typescript(false).omit_default_module_path(false);
        bindgen.generate(folder)?;
    }
    Ok(())
}
