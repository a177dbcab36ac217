//! Directories, from this side and from the guest's.
use std::rc::Rc;

use millrace::{EntryKind, Errno, Error};

use crate::rig::{Env, Outcome, equal, is, scenarios};

scenarios! {
    "a guest reads and writes what is in a directory" => shared_with_guest,
    "a directory does all that it can" => all_methods,
    "a guest changes nothing in what it may only read" => read_only,
    "a directory has limits" => limits,
    "what is missing is ENOENT" => missing,
}

async fn shared_with_guest(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let data = pool.directory()?;
    data.write_file("in.txt", "some text").await?;
    let files = |args: [&str; 2]| pool.command(env.guest("files")).args(args).preopen("/data", &data);
    equal!(files(["cat", "/data/in.txt"]).run().await?.output.stdout_text(), "some text");
    equal!(files(["put", "/data/out.txt"]).arg("more").run().await?.status.code, 0);
    equal!(data.read_file("out.txt").await?, b"more");
    data.close().await?;
    Ok(())
}

async fn all_methods(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let data = pool.directory()?;
    equal!(data == data.clone(), true);
    data.write_file("deep/down/a.txt", b"hello").await?;
    equal!(data.read_file_range("deep/down/a.txt", 1, 3).await?, b"ell");
    let stat = data.stat("deep/down/a.txt").await?;
    equal!((stat.kind, stat.size, stat.last_modified > 0.0), (EntryKind::File, 5, true));
    data.mkdir("images").await?;
    data.symlink("link", "deep/down/a.txt").await?;
    equal!(data.readlink("link").await?, "deep/down/a.txt");
    equal!(
        (data.stat("link").await?.kind, data.symlink_stat("link").await?.kind),
        (EntryKind::File, EntryKind::Symlink)
    );
    data.rename("deep/down/a.txt", "b.txt").await?;
    let mut names: Vec<_> = data.list("").await?.into_iter().map(|entry| (entry.name, entry.stat.kind)).collect();
    names.sort_by(|one, other| one.0.cmp(&other.0));
    let wanted = [
        ("b.txt".to_owned(), EntryKind::File),
        ("deep".to_owned(), EntryKind::Directory),
        ("images".to_owned(), EntryKind::Directory),
        ("link".to_owned(), EntryKind::Symlink),
    ];
    equal!(names, wanted);
    data.remove("deep").await?;
    equal!(data.list("").await?.len(), 3);
    Ok(())
}

async fn read_only(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let data = pool.directory()?;
    data.write_file("in.txt", "kept").await?;
    let command = pool.command(env.guest("files")).args(["put", "/data/in.txt", "lost"]);
    is!(command.preopen_read_only("/data", &data).run().await?.status.code, code if *code != 0);
    equal!(data.read_file("in.txt").await?, b"kept");
    Ok(())
}

async fn limits(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let small = pool.directory_with_limits(1000, 10)?;
    pool.command(env.guest("hello")).preopen("/data", &small).run().await?;
    let error = small.write_file("large", vec![0; 100_000]).await.err().ok_or("it was written")?;
    equal!(error.errno(), Some(Errno::Nospc));
    Ok(())
}

async fn missing(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let data = pool.directory()?;
    is!(data.read_file("missing").await, Err(Error::Errno { errno: Errno::Noent, .. }));
    let error = std::io::Error::from(data.stat("missing").await.err().ok_or("it is there")?);
    equal!(error.kind(), std::io::ErrorKind::NotFound);
    is!(data.remove("").await, Err(Error::Errno { errno: Errno::Inval, .. }));
    Ok(())
}
