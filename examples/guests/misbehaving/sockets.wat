;; sockets: wants sockets as other runtimes have them: one function that WASI has not, and one that it has with other
;; parameters. Both must say ENOSYS (52).
(module
  (import "wasi_snapshot_preview1" "sock_open" (func $sock_open (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_accept" (func $sock_accept (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $must_be_enosys (param $errno i32)
    (if (i32.ne (local.get $errno) (i32.const 52)) (then unreachable)))
  (func (export "_start")
    (call $must_be_enosys (call $sock_open (i32.const 1) (i32.const 1) (i32.const 0)))
    (call $must_be_enosys (call $sock_accept (i32.const 3) (i32.const 0)))))
