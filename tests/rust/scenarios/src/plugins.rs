//! JSON-RPC with a guest, in both directions.
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use millrace::{Errno, Error, RpcError};

use crate::rig::{Env, Outcome, equal, is, scenarios, turn, until};

scenarios! {
    "a plugin answers, and its errors keep their codes" => answers,
    "a plugin calls back" => calls_back,
    "a method that fails answers with an error" => method_fails,
    "what a plugin logs is told" => logs,
    "what is no JSON-RPC is told" => no_rpc,
    "a plugin that ends is started again" => restarts,
    "a plugin that ends is told to its callers" => ends,
    "a call is given up by dropping it, or by its timeout" => given_up,
    "a plugin that is dropped ends" => dropped,
}

async fn answers(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let plugin = pool.command(env.guest("rpc")).plugin().max_message_bytes(1 << 20).open().await?;
    equal!(plugin.call("ping", None).await?, "\"pong\"");
    equal!(plugin.call("prime_sieve", Some(r#"{"limit": 100}"#)).await?, "25");
    let wrong = plugin.call("prime_sieve", Some(r#"{"limit": "many"}"#)).await;
    is!(wrong, Err(Error::Rpc { code: -32602, .. }));
    is!(plugin.call("none", None).await, Err(Error::Rpc { code: -32601, .. }));
    is!(plugin.call("ping", Some("no JSON")).await, Err(Error::Other(failure)) if failure.name == "SyntaxError");
    is!(plugin.call("ping", Some("1")).await, Err(Error::Errno { errno: Errno::Inval, .. }));
    plugin.notify("ping", None).await?;
    plugin.close().await?;
    plugin.closed().await?;
    is!(plugin.call("ping", None).await, Err(Error::Ended(_)));
    Ok(())
}

async fn calls_back(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let heard = Rc::new(RefCell::new(Vec::new()));
    let told = heard.clone();
    let plugin = pool
        .command(env.guest("rpc"))
        .plugin()
        .method("add", |params: String| async move {
            turn().await;
            let numbers = params.trim_matches(['[', ']']).split(',').map(str::parse::<i32>);
            Ok::<_, std::num::ParseIntError>(numbers.sum::<Result<i32, _>>()?.to_string())
        })
        .method("hear", move |params: String| {
            told.borrow_mut().push(params);
            async { Ok::<_, String>("null".to_owned()) }
        })
        .await?;
    equal!(plugin.call("call", Some(r#"{"method": "add", "params": [40, 2]}"#)).await?, "42");
    equal!(plugin.call("call", Some(r#"{"method": "hear"}"#)).await?, "null");
    equal!(*heard.borrow(), ["null"]);
    let many = plugin.call("call_async", Some(r#"{"method": "add", "params": [1, 1], "count": 20}"#)).await?;
    equal!(many, format!("[{}]", ["2"; 20].join(",")));
    plugin.close().await?;
    Ok(())
}

async fn method_fails(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let plugin = pool
        .command(env.guest("rpc"))
        .plugin()
        .method("own", |_| async { Err::<String, _>(RpcError::new(7, "no such colour")) })
        .method("plain", |_| async { Err::<String, _>("it is broken") })
        .method("no_json", |_| async { Ok::<_, String>("no JSON".to_owned()) })
        .await?;
    let call = async |method: &str| plugin.call("call", Some(&format!(r#"{{"method": "{method}"}}"#))).await;
    is!(call("own").await, Err(Error::Rpc { code: 7, failure, .. }) if failure.message == "no such colour");
    is!(call("plain").await, Err(Error::Rpc { code: -32603, failure, .. }) if failure.message == "it is broken");
    is!(call("no_json").await, Err(Error::Rpc { code: -32603, .. }));
    is!(call("none").await, Err(Error::Rpc { code: -32601, .. }));
    plugin.close_within(Duration::from_secs(60)).await?;
    Ok(())
}

async fn logs(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let lines = Rc::new(RefCell::new(Vec::new()));
    let told = lines.clone();
    let plugin = pool.command(env.guest("rpc")).env("RPC_LOG", "1").plugin();
    let plugin = plugin.on_log(move |line| told.borrow_mut().push(line)).open().await?;
    plugin.call("ping", None).await?;
    until(|| !lines.borrow().is_empty()).await;
    plugin.close().await?;
    Ok(())
}

async fn no_rpc(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let told = Rc::new(RefCell::new(None));
    let heard = told.clone();
    let plugin = pool.command(env.guest("greet")).plugin();
    let plugin = plugin.on_error(move |error| *heard.borrow_mut() = Some(error)).open().await?;
    until(|| told.borrow().is_some()).await;
    is!(*told.borrow(), Some(Error::Errno { errno: Errno::Proto, .. }));
    plugin.close_within(Duration::ZERO).await?;
    Ok(())
}

async fn restarts(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let restarts = Rc::new(Cell::new(0));
    let told = restarts.clone();
    let plugin = pool.command(env.guest("misbehaving/exit3")).plugin().restart(2);
    let plugin = plugin.on_restart(move |_| told.set(told.get() + 1)).open().await?;
    is!(plugin.closed().await, Err(Error::Ended(_)));
    equal!(restarts.get(), 2);
    Ok(())
}

async fn ends(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let plugin = pool.command(env.guest("misbehaving/trap")).plugin().on_error(|_| ()).open().await?;
    let error = plugin.call("ping", None).await.err().ok_or("it answered")?;
    is!(error, Error::Ended(_));
    is!(error.failure().cause, Some(Error::Trapped { .. }));
    is!(pool.command(env.guest("missing")).plugin().open().await, Err(Error::NotCompiled(_)));
    Ok(())
}

async fn given_up(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let plugin = pool.command(env.guest("rpc")).plugin().open().await?;
    let long = Some(r#"{"ms": 3600000}"#);
    is!(plugin.call_within("sleep", long, Duration::from_millis(20)).await, Err(Error::TimedOut(_)));
    {
        let call = plugin.call("sleep", long);
        let turn = turn();
        futures_util::pin_mut!(call, turn);
        let _ = futures_util::future::select(call, turn).await;
    }
    plugin.close_within(Duration::from_millis(1)).await?;
    Ok(())
}

async fn dropped(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let plugin = pool.command(env.guest("rpc")).plugin().open().await?;
    plugin.call("ping", None).await?;
    drop(plugin);
    until(|| pool.stats().jobs == 0).await;
    Ok(())
}
