;; sleeper: sleeps for an hour in one call. It uses no processor at all, and must still end at once when it is told to.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  ;; A subscription at 0, of 48 bytes: the kind of event, a byte at 8, is 0, a clock; what is not set here is zero.
  (func (export "_start")
    (i32.store (i32.const 16) (i32.const 1))                   ;; which clock: 1, the monotonic one
    (i64.store (i32.const 24) (i64.const 3600000000000))       ;; nanoseconds from now
    (call $proc_exit (call $poll_oneoff (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))
