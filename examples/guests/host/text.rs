// Exports that take and give texts and bytes: "bytes in exports" in pool_guest.h says how.
//
//   rustc --target wasm32-unknown-unknown --crate-type cdylib -O text.rs -o text_rust.wasm
use std::alloc::{alloc, dealloc, Layout};

#[no_mangle]
pub unsafe extern "C" fn pool_alloc(size: usize) -> *mut u8 {
    match Layout::array::<u8>(size) {
        Ok(layout) => alloc(layout),
        Err(_) => std::ptr::null_mut(),
    }
}

#[no_mangle]
pub unsafe extern "C" fn pool_free(data: *mut u8, size: usize) {
    if size > 0 {
        dealloc(data, Layout::array::<u8>(size).unwrap());
    }
}

/// A result: the address in the low 32 bits, the size in the high ones. From then on it is the caller's.
fn give(bytes: Vec<u8>) -> u64 {
    let bytes = Box::leak(bytes.into_boxed_slice());
    (bytes.len() as u64) << 32 | bytes.as_ptr() as u64
}

unsafe fn taken<'a>(data: *const u8, size: usize) -> &'a [u8] {
    std::slice::from_raw_parts(data, size)
}

#[no_mangle]
pub unsafe extern "C" fn upper(text: *const u8, size: usize) -> u64 {
    give(String::from_utf8_lossy(taken(text, size)).to_uppercase().into_bytes())
}

#[no_mangle]
pub unsafe extern "C" fn reverse(data: *const u8, size: usize) -> u64 {
    give(taken(data, size).iter().rev().copied().collect())
}

#[no_mangle]
pub unsafe extern "C" fn count(data: *const u8, size: usize, byte: i32) -> i32 {
    taken(data, size).iter().filter(|each| i32::from(**each) == byte).count() as i32
}
