//! What the guest imports: of Millrace, and of WASI to read and close a call's descriptor. The signatures are those of
//! `pool_guest.h` and of WASI preview 1. Natively nobody answers.

#[cfg(target_arch = "wasm32")]
mod wasm {
    #[link(wasm_import_module = "millrace")]
    unsafe extern "C" {
        pub fn call(
            name: *const u8,
            name_bytes: usize,
            data: *const u8,
            size_bytes: usize,
            reply_out: *mut u8,
            capacity_bytes: usize,
        ) -> i32;
        pub fn call_begin(name: *const u8, name_bytes: usize, data: *const u8, size_bytes: usize) -> i32;
        pub fn call_status(fd: i32) -> i32;
    }

    #[link(wasm_import_module = "wasi_snapshot_preview1")]
    unsafe extern "C" {
        pub fn fd_read(fd: i32, vectors: *const Vector, n: usize, size_out: *mut usize) -> u16;
        pub fn fd_close(fd: i32) -> u16;
    }

    /// WASI's iovec.
    #[repr(C)]
    pub struct Vector {
        pub bytes: *mut u8,
        pub size_bytes: usize,
    }

    /// Reads a descriptor: how many bytes it has given, or WASI's number of the error.
    pub fn read(fd: i32, buffer: &mut [u8]) -> Result<usize, u16> {
        let vector = Vector { bytes: buffer.as_mut_ptr(), size_bytes: buffer.len() };
        let mut size = 0;
        // SAFETY: the vector is the buffer, which outlives the call.
        match unsafe { fd_read(fd, &raw const vector, 1, &raw mut size) } {
            0 => Ok(size),
            error => Err(error),
        }
    }

    /// Closes a descriptor.
    pub fn close(fd: i32) {
        // SAFETY: it takes no pointer. That it is open, and whose, is its caller's to know.
        unsafe { fd_close(fd) };
    }
}

#[cfg(target_arch = "wasm32")]
pub use wasm::{call, call_begin, call_status, close, read};

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use crate::Code;

    pub unsafe fn call(_: *const u8, _: usize, _: *const u8, _: usize, reply_out: *mut u8, capacity_bytes: usize) -> i32 {
        if capacity_bytes > 0 {
            // SAFETY: the caller says that there is room for so many bytes.
            unsafe { reply_out.write(0) };
        }
        Code::ENOSYS.number()
    }

    pub unsafe fn call_begin(_: *const u8, _: usize, _: *const u8, _: usize) -> i32 {
        Code::ENOSYS.number()
    }

    pub unsafe fn call_status(_: i32) -> i32 {
        Code::EBADF.number()
    }

    /// There is no call to read.
    pub fn read(_: i32, _: &mut [u8]) -> Result<usize, u16> {
        Ok(0)
    }

    pub fn close(_: i32) {}
}

#[cfg(not(target_arch = "wasm32"))]
pub use native::{call, call_begin, call_status, close, read};
