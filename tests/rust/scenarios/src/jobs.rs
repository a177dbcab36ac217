//! Commands that are run and spawned, and their options.
use std::rc::Rc;
use std::time::Duration;

use millrace::{Errno, Error, Input, Priority, Stdio};

use crate::rig::{Env, Outcome, Wrong, equal, is, scenarios, turn};

scenarios! {
    "run gives what was written, and the exit code" => run_collects,
    "arguments, the name and the environment come as they are" => arguments_come,
    "a job has streams and a status" => job_has_streams,
    "a command takes every option" => takes_options,
    "what is given wrong is refused before anything is done" => refuses,
    "a guest is told of its terminal" => terminal,
    "a detached job goes on" => detached,
    "a guest comes as bytes, too" => from_bytes,
}

async fn run_collects(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let result = pool.command(env.guest("wordcount")).args(["-n", "1"]).stdin("to be or not to be").run().await?;
    equal!(result.status.success(), true);
    equal!(result.output.stdout_text().contains("6  words"), true);
    equal!(result.output.stderr_text(), "");
    let exit = pool.command(env.guest("misbehaving/exit3")).run().await?;
    equal!((exit.status.code, exit.status.success()), (3, false));
    Ok(())
}

async fn arguments_come(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let command = pool.command(env.guest("misbehaving/echoargs")).name("tool").arg("one").args(["two", "drei ß"]);
    let result = command.env("LANG", "C.UTF-8").env("EMPTY", "").run().await?;
    equal!(result.output.stdout_text(), "4\ntool\none\ntwo\ndrei ß\nLANG=C.UTF-8\nEMPTY=\n");
    Ok(())
}

async fn job_has_streams(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let mut job = pool.command(env.guest("greet")).spawn().await?;
    let mut stdin = job.stdin.take().ok_or("no stdin")?;
    let mut stdout = job.stdout.take().ok_or("no stdout")?;
    is!(stdout.chunk().await?, Some(question) if question.starts_with(b"What is your name?"));
    stdin.write_all(b"Ada\n").await?;
    is!(stdout.chunk().await?, Some(_));
    stdin.write_all(b"green\n").await?;
    stdin.close().await?;
    is!(stdout.text().await?, rest if rest.contains("Ada") || rest.contains("green"));
    equal!(job.status().await?.code, 0);
    let quiet =
        pool.command(env.guest("cat")).stdin("x").stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().await?;
    equal!((quiet.stdin.is_none(), quiet.stdout.is_none(), quiet.stderr.is_none()), (true, true, true));
    quiet.status().await?;
    Ok(())
}

async fn takes_options(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    for priority in [Priority::High, Priority::Normal, Priority::Low] {
        let command = pool.command(env.guest("cat")).stdin(vec![1, 2, 3]).priority(priority);
        let command = command.timeout(Duration::from_secs(100)).pipe_capacity(4096).max_calls(8).max_memory_mib(8);
        equal!(command.max_output(1 << 20).run().await?.output.stdout, [1, 2, 3]);
    }
    Ok(())
}

async fn refuses(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let wrong = [
        pool.command(env.guest("cat")).pipe_capacity(u32::MAX).run().await,
        pool.command(env.guest("cat")).max_calls(u32::MAX).run().await,
        pool.command(env.guest("cat")).env("A=B", "").run().await,
        pool.command(env.guest("cat")).arg("\0").run().await,
        pool.command(env.guest("cat")).host("", |data| async { Ok::<_, String>(data) }).run().await,
    ];
    for result in wrong {
        is!(result, Err(Error::Errno { errno: Errno::Inval, .. }));
    }
    equal!(pool.stats().jobs, 0);
    Ok(())
}

async fn terminal(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let result = pool.command(env.guest("terminal")).tty(100, 30).stdin("line\n").run().await?;
    equal!(result.output.stdout_text(), "1 1 1\n100 x 30\n> line\n");
    Ok(())
}

async fn detached(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let data = pool.directory()?;
    let command = pool.command(env.guest("files")).args(["put", "/data/done", "yes"]).preopen("/data", &data);
    let job = command.stdin(Input::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().await?;
    job.detach();
    while data.read_file("done").await.ok().as_deref() != Some(b"yes") {
        turn().await;
    }
    Ok(())
}

async fn from_bytes(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let empty: &[u8; 8] = b"\0asm\x01\0\0\0";
    is!(pool.command(empty).run().await, Err(Error::NotStarted(_)));
    is!(pool.command(empty.as_slice()).run().await, Err(Error::NotStarted(_)));
    let module = pool.compile(env.guest("hello")).await?;
    let other = pool.compile(env.guest("hello")).await?;
    equal!(module == module.clone(), true);
    equal!(module == other, true); // a URL is compiled once
    let text = pool.command(&module).run().await?.output.stdout_text();
    equal!(text, "Hello from WebAssembly text\n");
    pool.unload(&module)?;
    equal!(pool.command(module).run().await?.output.stdout_text(), text);
    Ok::<_, Wrong>(())
}
