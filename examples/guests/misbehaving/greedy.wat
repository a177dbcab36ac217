;; greedy: takes 64 MiB more memory, again and again, until that is refused, which is -1; then it reads what was written
;; before, and into the last bytes that it has. The exit code is the number of the first thing that was wrong.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1 8192)
  (data (i32.const 0) "\10\00\00\00" "\08\00\00\00")
  (data (i32.const 16) "refused\n")

  (func $expect (param $number i32) (param $holds i32)
    (if (i32.eqz (local.get $holds)) (then (call $proc_exit (local.get $number)))))

  (func (export "_start")
    (local $before i32)
    (loop $more
      (local.set $before (memory.grow (i32.const 1024)))
      (br_if $more (i32.ne (local.get $before) (i32.const -1))))
    (call $expect (i32.const 1) (i32.eqz (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
    (call $expect (i32.const 2)
      (i32.eqz (call $random_get
        (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 8)) (i32.const 8))))
    (call $expect (i32.const 3)
      (i32.eq (call $random_get (i32.mul (memory.size) (i32.const 65536)) (i32.const 1)) (i32.const 21)))))
