;; indirect: calls through a table what cannot be called: an element that is null, or, if it has any argument besides
;; its name, a function of another type.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (table 2 2 funcref)
  (elem (i32.const 1) $takes_a_number)
  (type $takes_nothing (func))
  (func $takes_a_number (param i32))
  (func (export "_start")
    (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
    ;; element 0 is null, element 1 has the wrong type
    (call_indirect (type $takes_nothing) (i32.gt_u (i32.load (i32.const 0)) (i32.const 1)))))
