//! Pools themselves. The runner looks whether each was closed when its last handle went.
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use millrace::{LogLevel, WorkerState};

use crate::rig::{Env, Outcome, equal, is, scenarios, until};

scenarios! {
    "a pool takes every option" => options,
    "a pool tells how it does" => stats,
    "a pool is resized" => resized,
    "a pool logs what nobody else is told" => logs,
    "a start that is dropped leaves nothing" => dropped_start,
    "clones are the same pool" => clones,
}

async fn options(env: Rc<Env>) -> Outcome {
    let builder = env.builder().worker_range(1, 3, Duration::from_secs(1)).max_workers(8).max_memory(64 << 20);
    let pool = builder.grace(Duration::from_millis(20)).name("tested").await?;
    equal!(pool.tier(), env.tier());
    equal!(pool.stats().memory.limit < 64 << 20, true);
    equal!(pool.command(env.guest("hello")).run().await?.status.code, 0);
    Ok(())
}

async fn stats(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    pool.command(env.guest("cat")).stdin("hello").run().await?;
    let stats = pool.stats();
    equal!((stats.workers, stats.lost_workers, stats.jobs, stats.queued, stats.running), (2, 0, 0, 0, 0));
    equal!((stats.bytes_in, stats.bytes_out), (5, 5));
    equal!((stats.running_time.count, stats.waiting_time.count), (1, 1));
    equal!(stats.running_time.buckets.iter().sum::<u64>(), 1);
    equal!(stats.running_time.p50 <= stats.running_time.p99, true);
    equal!(stats.per_worker.iter().map(|worker| worker.jobs).sum::<u64>(), 1);
    equal!((stats.pipes.used, stats.calls.used, stats.directories.used), (0, 0, 0));
    equal!(stats.places.limit > 0, true);
    let job = pool.command(env.guest("misbehaving/spin")).name("spinner").spawn().await?;
    let spins = |worker: &millrace::WorkerStats| worker.job.as_deref() == Some("spinner");
    until(|| pool.stats().per_worker.iter().any(|worker| spins(worker) && worker.state == WorkerState::Running)).await;
    drop(job);
    Ok(())
}

async fn resized(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    pool.resize(3)?;
    until(|| pool.stats().workers == 3).await;
    is!(pool.resize(1_000), Err(_));
    Ok(())
}

async fn logs(env: Rc<Env>) -> Outcome {
    let entries = Rc::new(RefCell::new(Vec::new()));
    let told = entries.clone();
    let pool = env.builder().name("talker").on_log(move |entry| told.borrow_mut().push(entry)).await?;
    pool.resize(3)?;
    until(|| !entries.borrow().is_empty()).await;
    let entry = entries.borrow()[0].clone();
    equal!((entry.level, entry.pool.as_str(), entry.worker.is_some()), (LogLevel::Debug, "talker", true));
    Ok(())
}

async fn dropped_start(env: Rc<Env>) -> Outcome {
    let start = env.builder().create();
    let turn = crate::rig::turn();
    futures_util::pin_mut!(start, turn);
    let _ = futures_util::future::select(start, turn).await;
    Ok(())
}

async fn clones(env: Rc<Env>) -> Outcome {
    let (pool, other) = (env.pool().await?, env.pool().await?);
    let copy = pool.clone();
    equal!((pool == copy, pool == other), (true, false));
    drop(pool);
    equal!(copy.command(env.guest("hello")).run().await?.status.code, 0);
    Ok(())
}
