;; burst: looks at the monotonic clock a thousand times in a row, so that it is told of more time than has gone by where the
;; clock stands still. Writes the last of them, eight bytes of nanoseconds, and then loops and calls nobody.
(module
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock_time_get (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00" "\08\00\00\00")   ;; an iovec: address 16, size 8
  (func $look (export "look") (result i64)
    (if (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 16)) (then unreachable))
    (i64.load (i32.const 16)))
  (func $burst (export "burst") (result i64)
    (local $looks i32)
    (loop $again
      (drop (call $look))
      (local.set $looks (i32.add (local.get $looks) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $looks) (i32.const 999))))
    (call $look))
  (func (export "_start")
    (drop (call $burst))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (loop $again
      (br $again))))
