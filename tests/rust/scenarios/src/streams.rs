//! Bytes in and out, by the traits of the crate futures and by the crate's own methods.
use std::rc::Rc;

use futures_util::future::join;
use futures_util::{AsyncReadExt, AsyncWriteExt, SinkExt, StreamExt};
use millrace::{Errno, Error};

use crate::rig::{Env, Outcome, equal, is, scenarios};

scenarios! {
    "a megabyte goes through AsyncWrite and AsyncRead" => by_io_traits,
    "chunks go through Sink and Stream" => by_stream_traits,
    "what was read in part is not lost to the stream" => rest_is_kept,
    "an output goes from guest to guest" => guest_to_guest,
    "an output that was read from is not given away" => read_is_refused,
    "a dropped reader closes the pipe" => dropped_reader,
    "a dropped writer is the end of file" => dropped_writer,
    "a pipe stands between this thread and a guest" => pipe,
    "writing to a guest that has gone is EPIPE" => guest_has_gone,
}

async fn by_io_traits(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let mut job = pool.command(env.guest("cat")).pipe_capacity(4096).spawn().await?;
    let (mut stdin, mut stdout) = (job.stdin.take().ok_or("no stdin")?, job.stdout.take().ok_or("no stdout")?);
    let sent: Vec<u8> = (0..1_u32 << 20).map(|i| (i % 251) as u8).collect();
    let writing = async {
        AsyncWriteExt::write_all(&mut stdin, &sent).await?;
        AsyncWriteExt::flush(&mut stdin).await?;
        AsyncWriteExt::close(&mut stdin).await
    };
    let mut came = Vec::new();
    let (written, read) = join(writing, stdout.read_to_end(&mut came)).await;
    written?;
    equal!(read?, sent.len());
    equal!(came == sent, true);
    Ok(())
}

async fn by_stream_traits(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let mut job = pool.command(env.guest("cat")).spawn().await?;
    let (mut stdin, stdout) = (job.stdin.take().ok_or("no stdin")?, job.stdout.take().ok_or("no stdout")?);
    stdin.feed(b"one ".to_vec()).await?;
    stdin.send(b"two".to_vec()).await?;
    SinkExt::<Vec<u8>>::close(&mut stdin).await?;
    let chunks: Vec<_> = stdout.collect().await;
    let all: Result<Vec<_>, _> = chunks.into_iter().collect();
    equal!(all?.concat(), b"one two");
    Ok(())
}

async fn rest_is_kept(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let mut job = pool.command(env.guest("cat")).stdin("0123456789").spawn().await?;
    let mut stdout = job.stdout.take().ok_or("no stdout")?;
    let mut three = [0; 3];
    stdout.read_exact(&mut three).await?;
    equal!(&three, b"012");
    equal!(stdout.text().await?, "3456789");
    Ok(())
}

async fn guest_to_guest(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let mut numbers = pool.command(env.guest("lines")).args(["seq", "1000"]).spawn().await?;
    let output = numbers.stdout.take().ok_or("no stdout")?;
    let counted = pool.command(env.guest("wordcount")).args(["-n", "0"]).stdin(output).run().await?;
    equal!(counted.output.stdout_text().contains("1000  lines"), true);
    equal!(numbers.status().await?.code, 0);
    Ok(())
}

async fn read_is_refused(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let mut job = pool.command(env.guest("cat")).stdin("text").spawn().await?;
    let mut output = job.stdout.take().ok_or("no stdout")?;
    output.chunk().await?;
    is!(pool.command(env.guest("cat")).stdin(output).run().await, Err(Error::Errno { errno: Errno::Inval, .. }));
    Ok(())
}

async fn dropped_reader(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let mut job = pool.command(env.guest("misbehaving/flood")).spawn().await?;
    let mut output = job.stdout.take().ok_or("no stdout")?;
    is!(output.chunk().await?, Some(_));
    drop(output);
    equal!(job.status().await?.code, 64);
    let mut unread = pool.command(env.guest("misbehaving/flood")).spawn().await?;
    drop(unread.stdout.take());
    equal!(unread.status().await?.code, 64);
    Ok(())
}

async fn dropped_writer(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let mut job = pool.command(env.guest("cat")).spawn().await?;
    let mut stdin = job.stdin.take().ok_or("no stdin")?;
    stdin.write_all(b"all").await?;
    drop(stdin);
    equal!(job.stdout.take().ok_or("no stdout")?.text().await?, "all");
    equal!(job.status().await?.code, 0);
    Ok(())
}

async fn pipe(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let (reader, writer) = pool.pipe()?;
    let job = pool.command(env.guest("cat")).stdin("through a pipe").stdout(writer).spawn().await?;
    equal!(reader.bytes().await?, b"through a pipe");
    job.status().await?;
    let (reader, mut writer) = pool.pipe_with_capacity(4096)?;
    writer.write_all(b"in").await?;
    writer.close().await?;
    equal!(pool.command(env.guest("cat")).stdin(reader).run().await?.output.stdout, b"in");
    is!(pool.pipe_with_capacity(u32::MAX), Err(Error::Errno { errno: Errno::Inval, .. }));
    Ok(())
}

async fn guest_has_gone(env: Rc<Env>) -> Outcome {
    let pool = env.pool().await?;
    let mut job = pool.command(env.guest("hello")).spawn().await?;
    job.status().await?;
    let mut stdin = job.stdin.take().ok_or("no stdin")?;
    let error = stdin.write_all(b"too late").await.err().ok_or("it was written")?;
    equal!(error.errno(), Some(Errno::Pipe));
    equal!(std::io::Error::from(error).kind(), std::io::ErrorKind::BrokenPipe);
    Ok(())
}
