;; startexit: ends with the largest exit code there is in its start function, while it is being instantiated.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (func $begin
    (call $proc_exit (i32.const 0xffffffff))
    unreachable)
  (start $begin)
  (func (export "_start") unreachable))
