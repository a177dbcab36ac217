;; nomemory: keeps its memory to itself, so that no call of WASI can reach what it is told to write.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory 1)
  (data (i32.const 0) "\10\00\00\00" "\0a\00\00\00")           ;; an iovec: address 16, size 10
  (data (i32.const 16) "unreadable")
  (func (export "_start")
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
