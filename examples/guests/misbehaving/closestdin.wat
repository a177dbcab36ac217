;; closestdin: closes its standard input, says "closed", and sleeps for an hour.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "closed\n")
  (func (export "_start")
    (if (call $fd_close (i32.const 0)) (then (call $proc_exit (i32.const 1))))
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (i32.const 7))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (i32.store (i32.const 80) (i32.const 1))                   ;; a subscription at 64: the monotonic clock,
    (i64.store (i32.const 88) (i64.const 3600000000000))       ;; nanoseconds from now
    (call $proc_exit (call $poll_oneoff (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 192)))))
