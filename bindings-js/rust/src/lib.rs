//! Runs blocking WebAssembly programs in workers beside a UI in Rust that never freezes: the npm package `millrace` for
//! `wasm32-unknown-unknown` on the main thread, as Dioxus, Leptos and Yew are built. It needs stable Rust and no atomics.
//!
//! A guest is an ordinary WASI program, built from C, Rust, Go or anything else. It may block: in `read`, in `sleep`, in a
//! call of its host. This thread only awaits.
//!
//! ```no_run
//! # async fn example() -> Result<(), millrace::Error> {
//! use millrace::Pool;
//!
//! let pool = Pool::create().await?;
//! let mut job = pool.command("/greet.wasm").spawn().await?;
//! job.stdin.take().expect("stdin is piped").write_all(b"Ada\ngreen\n").await?;
//! let mut stdout = job.stdout.take().expect("stdout is piped");
//! while let Some(chunk) = stdout.chunk().await? {
//!     println!("{}", String::from_utf8_lossy(&chunk));
//! }
//! println!("it has exited with {}", job.status().await?.code);
//! # Ok(())
//! # }
//! ```
//!
//! # The package's files
//!
//! The crate stands on the scripts of the npm package `millrace` and loads them at run time, by one line of JavaScript,
//! `import(url)`. Serve its folder `dist` as `/millrace/`, which is where [`DEFAULT_URL`] looks, or say where it is by
//! [`PoolBuilder::url`]. With Dioxus that is the folder `public/millrace` of the app.
//!
//! Serve the page with `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp` for the
//! fastest [`Tier`]; without them guests run where the engine can suspend wasm.
//!
//! # Futures
//!
//! Whoever drops the future of a job, or the [`Job`] itself, cancels it: that is what components do when they go. What other
//! futures do is said where they are made. No type of this crate is `Send` but plain data and [`Error`], since all of it
//! stands on objects of this thread. The streams are those of the crate `futures`: [`Reader`] is an `AsyncRead` and a
//! `Stream`, [`Writer`] an `AsyncWrite` and a `Sink`.
//!
//! # Rust versions
//!
//! Rust 1.85 is the oldest that builds it, and what it is tested with.

mod builder;
mod call;
mod command;
mod directory;
mod errno;
mod error;
mod host;
mod instance;
mod job;
mod js;
mod log;
mod module;
mod output;
mod package;
mod pending;
mod pipe;
mod plugin;
mod pool;
mod reader;
mod serve;
mod stats;
mod stdio;
mod trap;
mod value;
mod writer;

pub use builder::PoolBuilder;
pub use call::Call;
pub use command::{Command, Priority};
pub use directory::{Directory, DirectoryEntry, EntryKind, EntryStat};
pub use errno::Errno;
pub use error::{Error, Failure};
pub use instance::Instance;
pub use job::Job;
pub use log::{LogEntry, LogLevel};
pub use module::{Module, Source};
pub use output::{JobStatus, Output, RunResult};
pub use package::DEFAULT_URL;
pub use plugin::{Plugin, PluginBuilder, RpcError};
pub use pool::{Pool, Tier};
pub use reader::Reader;
pub use stats::{Histogram, PoolStats, PoolUse, WorkerState, WorkerStats};
pub use stdio::{Input, Stdio};
pub use trap::{Trap, TrapFrame, TrapKind};
pub use value::Value;
pub use writer::Writer;
