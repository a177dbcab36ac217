;; exits: reads a number from its first argument, in decimal, and ends with it as its exit code, ten calls deep in its own
;; functions. Whatever is behind the call of proc_exit must not run: it traps.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)

  (func $decimal (param $at i32) (result i32)
    (local $number i32)
    (local $digit i32)
    (loop $more
      (local.set $digit (i32.load8_u (local.get $at)))
      (if (local.get $digit) (then
        (local.set $number
          (i32.add (i32.mul (local.get $number) (i32.const 10)) (i32.sub (local.get $digit) (i32.const 48))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $more))))
    (local.get $number))

  (func $exit (param $depth i32) (param $code i32)
    (if (i32.eqz (local.get $depth)) (then (call $proc_exit (local.get $code))))
    (call $exit (i32.sub (local.get $depth) (i32.const 1)) (local.get $code))
    unreachable)

  (func (export "_start")
    (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
    (drop (call $args_get (i32.const 16) (i32.const 1024)))
    (call $exit (i32.const 10) (call $decimal (i32.load (i32.const 20))))
    unreachable))
