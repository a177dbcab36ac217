;; A heap that does as it is told, and exports that take and give bytes the wrong way: see "bytes in exports" in
;; pool_guest.h.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 2)
  (global $next (mut i32) (i32.const 1024))
  (global $live (mut i32) (i32.const 0))
  (global $gives (mut i32) (i32.const -1))
  (global $after (mut i32) (i32.const 0))
  ;; After so many, pool_alloc gives that address, or traps if it is -2; -1: it works.
  (func (export "rig") (param $gives i32) (param $after i32)
    (global.set $gives (local.get $gives))
    (global.set $after (local.get $after)))
  ;; How many bytes are taken and not given back.
  (func (export "live") (result i32) (global.get $live))
  (func (export "pool_alloc") (param $size i32) (result i32)
    (global.set $after (i32.sub (global.get $after) (i32.const 1)))
    (if (i32.and (i32.ne (global.get $gives) (i32.const -1)) (i32.lt_s (global.get $after) (i32.const 0)))
      (then
        (if (i32.eq (global.get $gives) (i32.const -2)) (then unreachable))
        (return (global.get $gives))))
    (global.set $live (i32.add (global.get $live) (local.get $size)))
    (global.get $next)
    (global.set $next (i32.add (global.get $next) (local.get $size))))
  (func (export "pool_free") (param $address i32) (param $size i32)
    (global.set $live (i32.sub (global.get $live) (local.get $size)))
    (if (i32.eqz (global.get $live)) (then (global.set $next (i32.const 1024)))))
  (func (export "size") (param i32 i32) (result i32) (local.get 1))
  (func (export "both") (param i32 i32 i32 i32) (result i32) (i32.add (local.get 1) (local.get 3)))
  ;; Those that follow return whatever they are given.
  (func (export "give") (param i64) (result i64) (local.get 0))
  (func (export "give32") (param i32) (result i32) (local.get 0))
  (func (export "nothing") (param i32 i32))
  (func (export "two") (result i64 i64) (i64.const 0) (i64.const 0))
  (func (export "fail") (param i32 i32) unreachable)
  (func (export "leave") (param i32 i32) (call $exit (i32.const 3)))
  (func (export "spin") (param i32 i32) (loop $again (br $again)))
  (func (export "wide") (param i32 i32 i64)))
