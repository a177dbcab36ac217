;; Calls an import while it is being instantiated, when nobody has its memory yet.
(module
  (import "env" "started" (func $started (param i32) (result i32)))
  (memory (export "memory") 1)
  (global $got (mut i32) (i32.const 0))
  (func $begin (global.set $got (call $started (i32.const 7))))
  (start $begin)
  (func (export "got") (result i32) (global.get $got)))
