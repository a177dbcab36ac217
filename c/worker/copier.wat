;; Copies between the shared memory and one guest's, in engines with multi-memory. Each function is 0, or 21
;; (WASI_EFAULT) without any effect when the guest's range is not inside its memory. 64-bit sums cannot overflow.
(module
  (import "millrace" "memory" (memory $host 1 65536 shared))
  (import "guest" "memory" (memory $guest 0))

  (func $check (export "check") (param $address i32) (param $size i32) (result i32)
    (select (i32.const 21) (i32.const 0)
      (i64.gt_u
        (i64.add (i64.extend_i32_u (local.get $address)) (i64.extend_i32_u (local.get $size)))
        (i64.shl (i64.extend_i32_u (memory.size $guest)) (i64.const 16)))))

  (func (export "read") (param $from i32) (param $to i32) (param $size i32) (result i32)
    (if (call $check (local.get $from) (local.get $size)) (then (return (i32.const 21))))
    (if (i32.eq (local.get $size) (i32.const 8))
      (then (i64.store $host (local.get $to) (i64.load $guest (local.get $from))) (return (i32.const 0))))
    (memory.copy $host $guest (local.get $to) (local.get $from) (local.get $size))
    (i32.const 0))

  (func (export "write") (param $to i32) (param $from i32) (param $size i32) (result i32)
    (if (call $check (local.get $to) (local.get $size)) (then (return (i32.const 21))))
    (if (i32.eq (local.get $size) (i32.const 4))
      (then (i32.store $guest (local.get $to) (i32.load $host (local.get $from))) (return (i32.const 0))))
    (if (i32.eq (local.get $size) (i32.const 8))
      (then (i64.store $guest (local.get $to) (i64.load $host (local.get $from))) (return (i32.const 0))))
    (memory.copy $guest $host (local.get $to) (local.get $from) (local.get $size))
    (i32.const 0)))
