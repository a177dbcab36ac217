;; deep: writes a file at each level of a recursion that never ends, so that the stack may well run out in the middle of
;; what it calls. It begins as many levels deeper as it has arguments, so that this is not always at the same place.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_unlink_file" (func $path_unlink_file (param i32 i32 i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "\40\00\00\00\05\00\00\00")   ;; one iovec: the five bytes of `level`
  (data (i32.const 64) "level")

  ;; Makes the file `level` in the first directory that it is given, writes it, and removes it.
  (func $touch
    (drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 5) (i32.const 1)
      (i64.const 0x40) (i64.const 0) (i32.const 0) (i32.const 16)))
    (drop (call $fd_write (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 20)))
    (drop (call $fd_close (i32.load (i32.const 16))))
    (drop (call $path_unlink_file (i32.const 3) (i32.const 64) (i32.const 5))))

  (func $recurse
    (call $touch)
    (call $recurse))

  (func $begin_deeper (param $levels i32) (result i32)
    (if (i32.eqz (local.get $levels)) (then (call $recurse)))
    (i32.add (call $begin_deeper (i32.sub (local.get $levels) (i32.const 1))) (i32.const 1)))

  (func (export "_start")
    (drop (call $args_sizes_get (i32.const 32) (i32.const 36)))
    (drop (call $begin_deeper (i32.load (i32.const 32))))))
