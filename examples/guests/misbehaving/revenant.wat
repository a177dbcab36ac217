;; revenant: writes a dot, and then computes for a while and writes 4,096 bytes of the letter z, again and again. Ended while
;; it computes, it comes back in an engine that lets a terminated thread live on, and must find that it is dead.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00" "\01\00\00\00" "\00\10\00\00" "\00\10\00\00")   ;; iovecs: the dot, the letters
  (data (i32.const 16) ".")

  (func $compute
    (local $i i32)
    (loop $more
      (i32.store (i32.const 32) (i32.add (i32.load (i32.const 32)) (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (i32.const 10000000)))))

  (func (export "_start")
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 24)))
    (memory.fill (i32.const 4096) (i32.const 0x7a) (i32.const 4096))
    (loop $again
      (call $compute)
      (drop (call $fd_write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 24)))
      (br $again))))
