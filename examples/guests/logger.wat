;; Logs two lines by an import of its own, `env.log`, which takes where a text is and how long.
(module
  (import "env" "log" (func $log (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "onetwo")
  (func (export "_start")
    (call $log (i32.const 1024) (i32.const 3))
    (call $log (i32.const 1027) (i32.const 3))))
