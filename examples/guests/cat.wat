;; cat: copies standard input to standard output until its end. Ends with 0, or with the number of the error.
;;
;; The smallest program that does something with a blocking standard input; written by hand, without a C library.
(module
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))

  ;; Page 0: at 0 one iovec (address, size), at 8 how many bytes a call has moved. Page 1: the buffer of 64 KiB.
  (memory (export "memory") 2)
  (global $buffer i32 (i32.const 65536))

  ;; Fills in the iovec.
  (func $iovec (param $address i32) (param $size i32)
    (i32.store (i32.const 0) (local.get $address))
    (i32.store (i32.const 4) (local.get $size)))

  ;; Zero is success; everything else ends the program.
  (func $check (param $errno i32)
    (if (local.get $errno) (then (call $proc_exit (local.get $errno)))))

  ;; How many bytes the last call has moved.
  (func $moved (result i32)
    (i32.load (i32.const 8)))

  ;; Reads what there is, at most a buffer full. 0: the input has ended.
  (func $read (result i32)
    (call $iovec (global.get $buffer) (i32.const 65536))
    (call $check (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $moved))

  ;; Writes the first bytes of the buffer: again and again, since a write may take less than it was given.
  (func $write (param $size i32)
    (local $done i32)
    (loop $more
      (call $iovec
        (i32.add (global.get $buffer) (local.get $done))
        (i32.sub (local.get $size) (local.get $done)))
      (call $check (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (local.set $done (i32.add (local.get $done) (call $moved)))
      (br_if $more (i32.lt_u (local.get $done) (local.get $size)))))

  (func (export "_start")
    (local $size i32)
    (block $end
      (loop $next
        (br_if $end (i32.eqz (local.tee $size (call $read))))
        (call $write (local.get $size))
        (br $next)))))
