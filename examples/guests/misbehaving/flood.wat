;; flood: writes 64 KiB of the letter x to standard output, for ever. Only an error stops it, and is then its exit code:
;; a reader that goes away ends it with 64, EPIPE.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 2)
  (data (i32.const 0) "\00\00\01\00" "\00\00\01\00")           ;; an iovec: address 65536, size 65536
  (func $fill
    (local $at i32)
    (local.set $at (i32.const 65536))
    (loop $more
      (i32.store (local.get $at) (i32.const 0x78787878))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br_if $more (i32.lt_u (local.get $at) (i32.const 131072)))))
  (func (export "_start")
    (local $errno i32)
    (call $fill)
    (loop $again
      (local.set $errno (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (br_if $again (i32.eqz (local.get $errno))))
    (call $proc_exit (local.get $errno))))
