;; hello: prints one line. The least that a guest can be and still say something.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00" "\1c\00\00\00")           ;; an iovec: address 16, size 28
  (data (i32.const 16) "Hello from WebAssembly text\n")
  (func (export "_start")
    ;; descriptor 1, iovecs from 0, one of them, the number of bytes written goes to 8; what becomes of it is not asked
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
