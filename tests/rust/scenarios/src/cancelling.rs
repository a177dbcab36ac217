//! Whoever drops a future or a job cancels it.
use std::rc::Rc;

use futures_util::future::{Either, select};
use futures_util::pin_mut;
use millrace::{Error, Pool};

use crate::rig::{Env, Outcome, equal, is, scenarios, turn, until};

scenarios! {
    "a future that is dropped cancels its job" => dropped_run,
    "a spawn that is dropped leaves no job" => dropped_spawn,
    "a job that is dropped is cancelled" => dropped_job,
    "cancel ends a job that computes, and one that waits" => cancelled,
    "closing the pool ends what is in flight" => closed,
    "a graceful end waits for what is in flight" => closed_gracefully,
}

/// Until no job is left.
async fn idle(pool: &Pool) {
    until(|| pool.stats().jobs == 0).await;
}

async fn dropped_run(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    for guest in ["misbehaving/spin", "misbehaving/sleeper"] {
        {
            let run = pool.command(env.guest(guest)).run();
            let begun = until(|| pool.stats().running == 1);
            pin_mut!(run, begun);
            equal!(matches!(select(run, begun).await, Either::Right(_)), true);
        }
        idle(&pool).await;
    }
    equal!(pool.command(env.guest("hello")).run().await?.status.code, 0);
    Ok(())
}

async fn dropped_spawn(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    {
        let spawn = pool.command(env.guest("misbehaving/spin")).spawn();
        let turn = turn();
        pin_mut!(spawn, turn);
        let _ = select(spawn, turn).await; // whichever comes first, nothing of it is kept
    }
    idle(&pool).await;
    Ok(())
}

async fn dropped_job(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let mut job = pool.command(env.guest("misbehaving/spin")).spawn().await?;
    is!(job.stdout.as_mut().ok_or("no stdout")?.chunk().await?, Some(_));
    equal!(pool.stats().running, 1);
    drop(job);
    idle(&pool).await;
    Ok(())
}

async fn cancelled(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    for guest in ["misbehaving/spin", "misbehaving/sleeper", "cat"] {
        let job = pool.command(env.guest(guest)).spawn().await?;
        until(|| pool.stats().running == 1).await;
        job.cancel();
        is!(job.status().await, Err(Error::Cancelled(_)));
        job.cancel();
    }
    Ok(())
}

async fn closed(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let spinning = pool.command(env.guest("misbehaving/spin")).spawn().await?;
    let waiting = pool.command(env.guest("cat")).spawn().await?;
    let run = pool.command(env.guest("misbehaving/sleeper")).run();
    let close = async {
        until(|| pool.stats().jobs == 3).await;
        pool.close().await
    };
    let (run, closed) = futures_util::future::join(run, close).await;
    closed?;
    is!(run, Err(Error::Cancelled(_)));
    is!(spinning.status().await, Err(Error::Cancelled(_)));
    is!(waiting.status().await, Err(Error::Cancelled(_)));
    let late = pool.command(env.guest("hello")).run().await.err().ok_or("it ran")?;
    equal!(late.errno(), Some(millrace::Errno::Shutdown));
    is!(pool.resize(1), Err(Error::Errno { errno: millrace::Errno::Shutdown, .. }));
    Ok(())
}

async fn closed_gracefully(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let run = pool.command(env.guest("wordcount")).stdin("to its end").run();
    let close = pool.close_gracefully(std::time::Duration::from_secs(60));
    let (run, closed) = futures_util::future::join(run, close).await; // the run is begun first
    closed?;
    equal!(run?.status.code, 0);
    Ok(())
}
