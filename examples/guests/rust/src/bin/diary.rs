//! An ordinary program of the standard library: notes each line of its stdin in a file, with its number and how long it has
//! thought about it, and prints the whole file at the end.
//!
//! diary FILE [MILLISECONDS]
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Returns how many lines were noted.
fn note_all(path: &Path, thinking: Duration) -> io::Result<usize> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let mut count = 0;
    for line in io::stdin().lock().lines() {
        let (line, begin) = (line?, Instant::now());
        sleep(thinking);
        assert!(begin.elapsed() >= thinking, "it has slept for too short");
        count += 1;
        writeln!(file, "{count}. {line}")?;
        println!("noted {line}");
        io::stdout().flush()?;
    }
    Ok(count)
}

fn keep(path: &str, milliseconds: &str) -> io::Result<()> {
    let thinking = Duration::from_millis(milliseconds.parse().map_err(io::Error::other)?);
    let count = note_all(Path::new(path), thinking)?;
    let text = fs::read_to_string(path)?;
    print!("{count} noted, {} bytes in all\n{text}", fs::metadata(path)?.len());
    Ok(())
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let kept = match args.as_slice() {
        [path] => keep(path, "0"),
        [path, milliseconds] => keep(path, milliseconds),
        _ => {
            eprintln!("usage: diary FILE [MILLISECONDS] < lines");
            return ExitCode::from(2);
        }
    };
    match kept {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("diary: {error}");
            ExitCode::FAILURE
        }
    }
}
