//! How jobs and pools fail: each as a variant of its own.
use std::error::Error as _;
use std::rc::Rc;
use std::time::Duration;

use millrace::{Errno, Error, Pool, Tier, TrapKind};

use crate::rig::{Env, Outcome, equal, is, scenarios};

scenarios! {
    "a trap tells where and why, and what was written" => trap,
    "what is no module is not compiled" => no_module,
    "a module that cannot be run is not started" => not_started,
    "a timeout ends a guest that computes" => timed_out,
    "a guest that writes too much is ended" => output_limit,
    "an exit instead of an answer" => exited,
    "a package that is not there" => no_package,
    "workers that are not there" => no_worker,
    "the shared tier on a page that is not isolated" => not_isolated,
    "errors are plain data, and go into any other" => plain_data,
}

async fn trap(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let error = pool.command(env.guest("misbehaving/trap")).run().await.err().ok_or("it ran")?;
    equal!(error.output().map(millrace::Output::stdout_text), Some("before the trap\n".to_owned()));
    let Error::Trapped { trap, failure } = &error else { return Err(format!("{error:?}").into()) };
    equal!((trap.kind, &trap.import, failure.code.as_str()), (TrapKind::Unreachable, &None, "POOL_TRAPPED"));
    is!(trap.frames.first(), Some(_));
    for (guest, kind) in [
        ("divide", TrapKind::DivideByZero),
        ("outofbounds", TrapKind::MemoryOutOfBounds),
        ("overflow", TrapKind::StackOverflow),
        ("indirect", TrapKind::IndirectCall),
    ] {
        let result = pool.command(env.guest(&format!("misbehaving/{guest}"))).run().await;
        is!(result, Err(Error::Trapped { trap, .. }) if trap.kind == kind);
    }
    let result = pool.command(env.guest("misbehaving/unknown_import")).trap_on_missing_imports().run().await;
    is!(result, Err(Error::Trapped { trap, .. }) if trap.import.as_deref() == Some("env.no_such_function"));
    Ok(())
}

async fn no_module(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    is!(pool.command(b"no module").run().await, Err(Error::NotCompiled(_)));
    is!(pool.compile(b"no module").await, Err(Error::NotCompiled(_)));
    is!(pool.command(env.guest("missing")).spawn().await, Err(Error::NotCompiled(_)));
    Ok(())
}

async fn not_started(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    is!(pool.command(env.guest("misbehaving/nostart")).run().await, Err(Error::NotStarted(_)));
    let error = pool.command(env.guest("misbehaving/unknown_import")).run().await.err().ok_or("it ran")?;
    equal!(error.to_string().contains("no_such_function"), true);
    let missing = pool.command(env.guest("logger")).imports_from("/missing.mjs").run().await;
    is!(missing, Err(Error::NotStarted(failure)) if failure.name == "ImportsFromError");
    Ok(())
}

async fn timed_out(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let spin = pool.command(env.guest("misbehaving/spin"));
    let error = spin.timeout(Duration::from_millis(50)).run().await.err().ok_or("it ended")?;
    is!(error, Error::TimedOut(_));
    equal!(std::io::Error::from(error).kind(), std::io::ErrorKind::TimedOut);
    Ok(())
}

async fn output_limit(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let error = pool.command(env.guest("misbehaving/flood")).max_output(1000).run().await.err().ok_or("it ended")?;
    is!(error, Error::OutputLimit(_));
    equal!(error.output().map(|output| output.stdout.len()), Some(1000));
    Ok(())
}

async fn exited(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    is!(pool.command(env.guest("adder")).call("leave", [7]).await, Err(Error::Exited { exit_code: 7, .. }));
    Ok(())
}

async fn no_package(env: Rc<Env>) -> Outcome {
    let missing = env.url.replace("index", "missing");
    let error = Pool::builder().url(missing.as_str()).await.err().ok_or("it started")?;
    is!(error, Error::StartFailed(_));
    equal!((error.to_string().contains(&missing), error.source().is_some()), (true, true));
    let other = env.url.replace("index", "plugin");
    is!(Pool::builder().url(other).await, Err(Error::Other(failure)) if failure.message.contains("exports no Pool"));
    Ok(())
}

async fn no_worker(env: Rc<Env>) -> Outcome {
    let missing = env.url.replace("index", "missing");
    let builders = [
        env.builder().worker_url(&missing).cell_url(&missing),
        env.builder().coordinator_url(&missing).cell_url(&missing),
        env.builder().wasm_url(&missing),
    ];
    for builder in builders {
        is!(builder.create().await, Err(Error::StartFailed(_)));
    }
    is!(env.builder().workers(100_000).await, Err(Error::Errno { errno: Errno::Inval, .. }));
    Ok(())
}

async fn not_isolated(env: Rc<Env>) -> Outcome {
    let pool = Pool::builder().url(env.url.as_str()).tier(Tier::Shared).await;
    let global = js_sys::global();
    let isolated = js_sys::Reflect::get(&global, &"crossOriginIsolated".into()).unwrap_or_default();
    if isolated.is_falsy() && !isolated.is_undefined() {
        is!(pool, Err(Error::NotIsolated(_)));
    } else {
        equal!(pool?.tier(), Tier::Shared); // Node shares memory, whatever tier is asked for
    }
    Ok(())
}

async fn plain_data(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let failed = async || -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        pool.command(env.guest("misbehaving/nostart")).run().await?;
        Ok(())
    };
    let error = failed().await.err().ok_or("it ran")?;
    is!(error.downcast_ref::<Error>(), Some(Error::NotStarted(_)));
    is!(error.downcast_ref::<Error>().map(|error| error.failure().name.as_str()), Some("NotStartedError"));
    Ok(())
}
