;; noop: does nothing. What it costs to run it is what running anything costs.
(module
  (memory (export "memory") 1)
  (func (export "_start")))
