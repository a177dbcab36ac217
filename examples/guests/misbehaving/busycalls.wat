;; busycalls: an endless loop that asks for the time in each round. It never waits, but the host sees it pass by.
(module
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock_time_get (param i32 i64 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (loop $again
      (drop (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 0)))   ;; 1: the monotonic clock
      (br $again))))
