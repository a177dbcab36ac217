;; unknown_import: wants a function that no host has. It must be refused with a message that names it.
(module
  (import "env" "no_such_function" (func $no_such_function))
  (memory (export "memory") 1)
  (func (export "_start")
    (call $no_such_function)))
