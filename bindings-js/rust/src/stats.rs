//! How a pool is doing.
use std::time::Duration;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::js;

/// How a pool is doing: what [`Pool::stats`](crate::Pool::stats) gives.
///
/// ```no_run
/// # fn example(pool: millrace::Pool) {
/// let stats = pool.stats();
/// println!("{} of {} bytes, median {:?}", stats.memory.used, stats.memory.limit, stats.running_time.p50);
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PoolStats {
    /// Workers that can run jobs.
    pub workers: u64,
    /// Workers that had to be ended, or died, since the pool was made. Each was replaced.
    pub lost_workers: u64,
    /// Jobs that are queued or running.
    pub jobs: u64,
    /// Jobs that wait for a worker or a place.
    pub queued: u64,
    /// Jobs that workers have begun and not ended.
    pub running: u64,
    /// How long jobs have waited for a worker.
    pub waiting_time: Histogram,
    /// How long jobs have run.
    pub running_time: Histogram,
    /// What each worker does now.
    pub per_worker: Vec<WorkerStats>,
    /// Bytes that this thread has written into pipes.
    pub bytes_in: u64,
    /// Bytes that this thread has read out of pipes.
    pub bytes_out: u64,
    /// Pipes.
    pub pipes: PoolUse,
    /// Host calls.
    pub calls: PoolUse,
    /// Directories.
    pub directories: PoolUse,
    /// Places for jobs.
    pub places: PoolUse,
    /// Bytes of memory.
    pub memory: PoolUse,
}

impl PoolStats {
    pub(crate) fn from_js(stats: &JsValue) -> Self {
        let of = |key: &str| PoolUse::from_js(&js::get(stats, key));
        let times = |key: &str| Histogram::from_js(&js::get(stats, key));
        let bytes = js::get(stats, "bytes");
        Self {
            workers: js::count(stats, "workers"),
            lost_workers: js::count(stats, "lostWorkers"),
            jobs: js::count(stats, "jobs"),
            queued: js::count(stats, "queued"),
            running: js::count(stats, "running"),
            waiting_time: times("waitingTime"),
            running_time: times("runningTime"),
            per_worker: elements(&js::get(stats, "perWorker"), WorkerStats::from_js),
            bytes_in: js::count(&bytes, "in"),
            bytes_out: js::count(&bytes, "out"),
            pipes: of("pipes"),
            calls: of("calls"),
            directories: of("directories"),
            places: of("places"),
            memory: of("memory"),
        }
    }
}

/// Of something of which a pool has only so much.
///
/// ```no_run
/// # fn example(pool: millrace::Pool) {
/// let millrace::PoolUse { used, limit } = pool.stats().memory;
/// println!("{used} of {limit} bytes");
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolUse {
    /// How many are used now.
    pub used: u64,
    /// How many there can be.
    pub limit: u64,
}

impl PoolUse {
    fn from_js(value: &JsValue) -> Self {
        Self { used: js::count(value, "used"), limit: js::count(value, "limit") }
    }
}

/// A histogram of durations, in buckets whose bounds are powers of two.
///
/// ```no_run
/// # fn example(pool: millrace::Pool) {
/// let millrace::Histogram { count, p99, .. } = pool.stats().waiting_time;
/// println!("of {count} jobs, 99 % have waited for less than {p99:?}");
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    /// How many durations there are.
    pub count: u64,
    /// The sum of all of them.
    pub sum: Duration,
    /// How many there are in each bucket: the one with the number i counts those below 2^i microseconds that are in none
    /// before it, the last all that are longer.
    pub buckets: Vec<u64>,
    /// The median, rounded up to the bound of its bucket.
    pub p50: Duration,
    /// The 99th percentile, in the same way.
    pub p99: Duration,
}

impl Histogram {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn from_js(value: &JsValue) -> Self {
        let duration = |key: &str| Duration::from_secs_f64(js::number(value, key).max(0.0) / 1000.0);
        Self {
            count: js::count(value, "count"),
            sum: duration("sum"),
            buckets: elements(&js::get(value, "buckets"), |n| n.as_f64().unwrap_or_default() as u64),
            p50: duration("p50"),
            p99: duration("p99"),
        }
    }
}

/// What a worker does.
///
/// ```no_run
/// # fn example(pool: millrace::Pool) {
/// let is_idle = |worker: &millrace::WorkerStats| worker.state == millrace::WorkerState::Idle;
/// println!("{} workers are idle", pool.stats().per_worker.iter().filter(|worker| is_idle(worker)).count());
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorkerState {
    /// It is not there yet.
    Starting,
    /// It has nothing to do.
    Idle,
    /// It runs a job.
    Running,
    /// Its job waits, for a pipe, a clock, an answer or memory.
    Waiting,
    /// It was given up, and its number rests.
    Lost,
}

/// What one worker does now.
///
/// ```no_run
/// # fn example(pool: millrace::Pool) {
/// for worker in pool.stats().per_worker {
///     println!("worker {} runs {:?}", worker.number, worker.job);
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerStats {
    /// Its number, from 1.
    pub number: u64,
    /// What it does.
    pub state: WorkerState,
    /// How many jobs it has begun.
    pub jobs: u64,
    /// What its job is called.
    pub job: Option<String>,
}

impl WorkerStats {
    fn from_js(value: &JsValue) -> Self {
        let state = match js::string(value, "state").as_deref() {
            Some("starting") => WorkerState::Starting,
            Some("idle") => WorkerState::Idle,
            Some("running") => WorkerState::Running,
            Some("waiting") => WorkerState::Waiting,
            _ => WorkerState::Lost,
        };
        let job = js::string(&js::get(value, "job"), "name");
        Self { number: js::count(value, "number"), state, jobs: js::count(value, "jobs"), job }
    }
}

fn elements<T>(array: &JsValue, of: impl Fn(&JsValue) -> T) -> Vec<T> {
    array.dyn_ref::<Array>().map(|all| all.iter().map(|one| of(&one)).collect()).unwrap_or_default()
}
