//! Host calls, served by Rust.
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use millrace::{Error, Pool};

use crate::rig::{Env, Outcome, Wrong, equal, is, scenarios, turn, until};

scenarios! {
    "a handler answers at once, or later" => answers,
    "a handler that fails is an error to the guest" => fails,
    "a handler's error keeps its code" => keeps_code,
    "the pool's handlers serve those that a job has not" => of_pool,
    "a name that nobody serves" => nobody,
    "a handler's future is dropped when the guest has gone" => guest_gone,
    "many calls are under way at once" => many,
    "bytes come and go as they are" => bytes,
}

async fn printed(pool: &Pool, env: &Env, args: &[&str]) -> Result<String, Wrong> {
    Ok(pool.command(env.guest("hostcall")).args(args).run().await?.output.stdout_text())
}

async fn answers(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let reverse = |mut data: Vec<u8>| async move {
        data.reverse();
        Ok::<_, String>(data)
    };
    let command = pool.command(env.guest("hostcall")).args(["reverse", "stressed"]).host("reverse", reverse);
    equal!(command.run().await?.output.stdout_text(), "8 desserts\n");
    let later = |data: Vec<u8>| async move {
        turn().await;
        turn().await;
        Ok::<_, String>([data, b" later".to_vec()].concat())
    };
    let command = pool.command(env.guest("hostcall")).args(["later", "much"]).host("later", later);
    equal!(command.run().await?.output.stdout_text(), "10 much later\n");
    Ok(())
}

async fn fails(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let at_once = |_| async { Err::<Vec<u8>, _>("the disk is full") };
    let later = |_| async {
        turn().await;
        Err::<Vec<u8>, _>("the disk is full".to_owned())
    };
    let command = || pool.command(env.guest("hostcall")).args(["save", "x"]);
    let said = "error -5: the disk is full\n";
    equal!(command().host("save", at_once).run().await?.output.stdout_text(), said);
    equal!(command().host("save", later).run().await?.output.stdout_text(), said);
    Ok(())
}

async fn keeps_code(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let data = pool.directory()?;
    let open = move |path: Vec<u8>| {
        let data = data.clone();
        async move { data.read_file(&String::from_utf8_lossy(&path)).await }
    };
    let command = pool.command(env.guest("hostcall")).args(["open", "missing"]).host("open", open);
    is!(command.run().await?.output.stdout_text(), text if text.starts_with("error -2: "));
    pool.close().await?; // the handler holds it, too, until it is garbage
    Ok(())
}

async fn of_pool(env: Rc<Env>) -> Outcome {
    let whose = |who: &'static str| move |_| async move { Ok::<_, String>(who.as_bytes().to_vec()) };
    let pool = env.builder().host("one", whose("pool")).host("two", whose("pool")).await?;
    equal!(printed(&pool, &env, &["one"]).await?, "4 pool\n");
    let command = pool.command(env.guest("hostcall")).arg("two").host("two", whose("job"));
    equal!(command.run().await?.output.stdout_text(), "3 job\n");
    Ok(())
}

async fn nobody(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    is!(printed(&pool, &env, &["nobody"]).await?, text if text.starts_with("error -2"));
    Ok(())
}

/// Tells that it is dropped.
struct Told(Rc<Cell<bool>>);

impl Drop for Told {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

async fn guest_gone(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let (begun, dropped) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(false)));
    let (is_begun, is_dropped) = (begun.clone(), dropped.clone());
    let wait = move |data: Vec<u8>| {
        let told = Told(is_dropped.clone());
        is_begun.set(true);
        async move {
            std::future::pending::<()>().await;
            drop(told);
            Ok::<_, String>(data)
        }
    };
    let job = pool.command(env.guest("hostcall")).args(["wait", "x"]).host("wait", wait).spawn().await?;
    until(|| begun.get()).await;
    equal!(dropped.get(), false);
    job.cancel();
    is!(job.status().await, Err(Error::Cancelled(_)));
    until(|| dropped.get()).await;
    Ok(())
}

async fn many(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let most = Rc::new(RefCell::new((0, 0)));
    let seen = most.clone();
    let echo = move |data: Vec<u8>| {
        let seen = seen.clone();
        let now = seen.borrow().0 + 1;
        let most = seen.borrow().1.max(now);
        *seen.borrow_mut() = (now, most);
        async move {
            turn().await;
            seen.borrow_mut().0 -= 1;
            Ok::<_, String>(data)
        }
    };
    let command = pool.command(env.guest("hostcall")).args(["-n", "100", "echo", "12345"]).host("echo", echo);
    equal!(command.run().await?.output.stdout_text(), "500\n");
    is!(*most.borrow(), (0, most) if *most > 1);
    Ok(())
}

async fn bytes(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let echo = |data: Vec<u8>| async { Ok::<_, String>(data) };
    let command = pool.command(env.guest("hostcall")).args(["-z", "echo", "100000"]).host("echo", echo);
    equal!(command.run().await?.output.stdout_text(), "100000\n");
    Ok(())
}
