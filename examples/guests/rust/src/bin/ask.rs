//! Calls its host by name and prints the reply; or the error's number and text, and exits with 1. With `-b` it begins a call
//! for each of the data at once, and prints the replies in their order.
use std::process::ExitCode;

use millrace_guest::{Error, begin, call};

fn ask_all(name: &str, all: &[String]) -> Result<Vec<String>, Error> {
    let calls: Vec<_> = all.iter().map(|data| begin(name, data.as_bytes())).collect::<Result<_, _>>()?;
    calls.into_iter().map(|call| call.wait().map(text)).collect()
}

fn text(reply: Vec<u8>) -> String {
    String::from_utf8_lossy(&reply).into_owned()
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let replies = match args.as_slice() {
        [option, name, all @ ..] if option == "-b" => ask_all(name, all),
        [name, data] => call(name, data.as_bytes()).map(|reply| vec![text(reply)]),
        _ => {
            eprintln!("usage: ask [-b] NAME DATA…");
            return ExitCode::from(2);
        }
    };
    match replies {
        Ok(replies) => {
            println!("{}", replies.join("\n"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("error {}: {}", error.code().number(), error.text());
            ExitCode::FAILURE
        }
    }
}
