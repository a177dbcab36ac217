;; Exports with several results, and no memory.
(module
  (func (export "swap") (param i32 i64) (result i64 i32) local.get 1 local.get 0)
  (func (export "all") (param i32 i64 f32 f64) (result i32 i64 f32 f64)
    local.get 0 local.get 1 local.get 2 local.get 3)
  (func (export "nothing"))
  (func (export "spin") (param i32) (result i32) (loop $again (br $again)) unreachable)
  (global (export "number") i32 (i32.const 7)))
