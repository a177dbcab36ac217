;; readerror: reads standard input to its end, whatever that is, writes the number of the error as a character ("0" for
;; end of file, "M" for EIO, which is 29), and exits with 0, as a program does that takes no notice of errors.
(module
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  ;; At 0 one iovec (address, size), at 8 how many bytes a call has moved; the buffer is at 1024.
  (func (export "_start")
    (local $errno i32)
    (i32.store (i32.const 0) (i32.const 1024))
    (loop $more
      (i32.store (i32.const 4) (i32.const 4096))
      (local.set $errno (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
      (br_if $more (i32.and (i32.eqz (local.get $errno)) (i32.ne (i32.load (i32.const 8)) (i32.const 0)))))
    (i32.store8 (i32.const 1024) (i32.add (i32.const 48) (local.get $errno)))
    (i32.store (i32.const 4) (i32.const 1))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
