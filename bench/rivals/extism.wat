;; Calls its host 200 times, each after the answer to the one before, and looks at each answer.
(module
  (import "env" "host_ping" (func $host_ping (param i64) (result i64)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (local $i i64)
    (loop $again
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (if (i64.ne (call $host_ping (local.get $i)) (local.get $i)) (then (unreachable)))
      (br_if $again (i64.lt_u (local.get $i) (i64.const 200))))
    (i32.const 0)))
