//! Exports that are called, and guests that are kept.
use std::future::IntoFuture;
use std::rc::Rc;
use std::time::Duration;

use millrace::{Errno, Error, Value};

use crate::rig::{Env, Outcome, equal, is, scenarios, turn, until};

scenarios! {
    "exports take and return values of every kind" => values,
    "an instance keeps what calls leave" => kept,
    "an instance's memory is read and written" => memory,
    "a call that takes too long ends its instance" => call_timeout,
    "a call that may be cancelled is, when it is dropped" => call_dropped,
    "a call that may not be cancelled goes on" => call_kept,
    "an instance that is closed answers nobody" => closed,
    "an instance is cancelled in the middle of a call" => cancelled,
    "a dropped instance ends" => dropped,
}

async fn values(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let adder = pool.compile(env.guest("adder")).await?;
    equal!(pool.command(&adder).call("add", [40, 2]).await?, [Value::Number(42.0)]);
    equal!(pool.command(&adder).call("add64", [40_i64, i64::MAX]).await?[0].as_i64(), Some(i64::MIN + 39));
    equal!(pool.command(&adder).call("half", [3.0]).await?[0].as_f64(), Some(1.5));
    let text = pool.command(env.guest("bytes")).call("reverse", ["stressed"]).text().await?;
    equal!(text, "desserts");
    let bytes = pool.command(env.guest("bytes")).call("reverse", [vec![1_u8, 2, 3]]).bytes().await?;
    equal!(bytes, [3, 2, 1]);
    is!(pool.command(&adder).call("missing", [0; 0]).await, Err(Error::NotStarted(_)));
    let wrong = pool.command(&adder).call("add", ["text"]).await;
    is!(wrong, Err(Error::NotStarted(_) | Error::Errno { .. }));
    let late = pool.command(env.guest("misbehaving/spin")).call("_start", [0; 0]).timeout(Duration::from_millis(50));
    is!(late.await, Err(Error::TimedOut(_)));
    Ok(())
}

async fn kept(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let counter = pool.command(env.guest("counter")).instantiate().await?;
    let calls = [1, 2, 3].map(|n| counter.call("add", [n]).into_future());
    let sums = futures_util::future::try_join_all(calls).await?;
    equal!(sums.concat().iter().map(Value::as_i32).collect::<Vec<_>>(), [Some(1), Some(3), Some(6)]);
    equal!(counter.call("add", [4]).timeout(Duration::from_secs(100)).await?[0].as_i32(), Some(10));
    counter.close().await;
    equal!(counter.status().await?.code, 0);
    Ok(())
}

async fn memory(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let counter = pool.command(env.guest("counter")).instantiate().await?;
    counter.write_memory(1024, b"hello").await?;
    equal!(counter.read_memory(1025, 3).await?, b"ell");
    is!(counter.read_memory(65_536, 1).await, Err(Error::Errno { errno: Errno::Inval, .. }));
    Ok(())
}

async fn call_timeout(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let spin = pool.command(env.guest("misbehaving/spin")).instantiate().await?;
    is!(spin.call("_start", [0; 0]).timeout(Duration::from_millis(50)).await, Err(Error::TimedOut(_)));
    is!(spin.call("_start", [0; 0]).await, Err(Error::Ended(_)));
    is!(spin.status().await, Err(_));
    Ok(())
}

async fn call_dropped(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let spin = pool.command(env.guest("misbehaving/spin")).instantiate().await?;
    begin_and_drop(spin.call("_start", [0; 0]).cancel_on_drop()).await;
    is!(spin.status().await, Err(Error::Cancelled(_)));
    Ok(())
}

/// Has a call begin, and waits no longer.
async fn begin_and_drop(call: millrace::Call) {
    let turns = async {
        for _ in 0..10 {
            turn().await;
        }
    };
    futures_util::pin_mut!(turns);
    let _ = futures_util::future::select(call.into_future(), turns).await;
}

async fn call_kept(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let counter = pool.command(env.guest("counter")).instantiate().await?;
    begin_and_drop(counter.call("add", [40])).await;
    equal!(counter.call("add", [2]).await?[0].as_i32(), Some(42));
    Ok(())
}

async fn closed(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let counter = pool.command(env.guest("counter")).instantiate().await?;
    counter.close().await;
    counter.close().await;
    is!(counter.call("add", [1]).await, Err(Error::Ended(_)));
    Ok(())
}

async fn cancelled(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let spin = pool.command(env.guest("misbehaving/spin")).instantiate().await?;
    let cancel = async {
        turn().await;
        spin.cancel();
    };
    let (called, ()) = futures_util::future::join(spin.call("_start", [0; 0]).into_future(), cancel).await;
    is!(called, Err(Error::Cancelled(_) | Error::Ended(_)));
    is!(spin.status().await, Err(Error::Cancelled(_)));
    Ok(())
}

async fn dropped(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    drop(pool.command(env.guest("counter")).instantiate().await?);
    until(|| pool.stats().jobs == 0).await;
    Ok(())
}
