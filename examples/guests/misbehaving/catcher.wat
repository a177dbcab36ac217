;; catcher: catches every exception that comes out of what it calls, and writes `caught` when it does. Without an argument
;; it calls proc_exit(7), with one it sleeps for an hour: neither must be caught when it ends the program.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00" "\07\00\00\00" "\20\00\00\00" "\06\00\00\00")   ;; two iovecs: the texts
  (data (i32.const 16) "asleep\n")
  (data (i32.const 32) "caught")
  ;; a subscription: user data, type clock, clock 1, 3,600 s in nanoseconds
  (data (i32.const 64) "\00\00\00\00\00\00\00\00" "\00\00\00\00\00\00\00\00" "\01\00\00\00\00\00\00\00"
    "\00\a0\b8\30\46\03\00\00" "\00\00\00\00\00\00\00\00" "\00\00\00\00\00\00\00\00")

  (func $write (param $iovec i32)
    (drop (call $fd_write (i32.const 1) (local.get $iovec) (i32.const 1) (i32.const 256))))

  (func $end
    (if (i32.gt_u (i32.load (i32.const 128)) (i32.const 1))
      (then
        (call $write (i32.const 0))
        (drop (call $poll_oneoff (i32.const 64) (i32.const 192) (i32.const 1) (i32.const 256))))
      (else (call $proc_exit (i32.const 7)))))

  (func (export "_start")
    (drop (call $args_sizes_get (i32.const 128) (i32.const 132)))
    (loop $again
      (try
        (do (call $end))
        (catch_all (call $write (i32.const 8))))
      (br $again))))
