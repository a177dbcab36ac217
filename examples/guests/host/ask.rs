// Calls its host by name and prints the reply; or the error's number and text, and exits with 1.
//
//   rustc --target wasm32-wasip1 -O ask.rs -o ask_rust.wasm
use std::io::Read;
use std::os::fd::FromRawFd;

#[link(wasm_import_module = "millrace")]
extern "C" {
    fn call_begin(name: *const u8, name_bytes: usize, data: *const u8, size_bytes: usize) -> i32;
    fn call_status(fd: i32) -> i32;
}

/// A call that has begun: it can be read, when there is time for it. Dropped, it is given up.
fn begin(name: &str, data: &[u8]) -> Result<(i32, std::fs::File), i32> {
    let fd = unsafe { call_begin(name.as_ptr(), name.len(), data.as_ptr(), data.len()) };
    if fd < 0 {
        return Err(fd);
    }
    Ok((fd, unsafe { std::fs::File::from_raw_fd(fd) }))
}

/// The whole reply, however large; or the error's number and the host's text about it.
fn ask(name: &str, data: &[u8]) -> Result<Vec<u8>, (i32, String)> {
    let (fd, mut file) = begin(name, data).map_err(|error| (error, String::new()))?;
    let mut reply = Vec::new();
    file.read_to_end(&mut reply).map_err(|error| (-5, error.to_string()))?;
    match unsafe { call_status(fd) } {
        0 => Ok(reply),
        error => Err((error, String::from_utf8_lossy(&reply).into_owned())),
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    match ask(&args[1], args[2].as_bytes()) {
        Ok(reply) => println!("{}", String::from_utf8_lossy(&reply)),
        Err((error, text)) => {
            println!("error {error}: {text}");
            std::process::exit(1);
        }
    }
}
