;; overflow: calls itself without end, until the engine's stack is full.
(module
  (memory (export "memory") 1)
  ;; Something is left to do after the call, so that no compiler makes a loop of it.
  (func $deeper (param $depth i32) (result i32)
    (i32.add (local.get $depth) (call $deeper (i32.add (local.get $depth) (i32.const 1)))))
  (func (export "_start")
    (drop (call $deeper (i32.const 0)))))
