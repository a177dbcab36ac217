;; forever: an endless loop that calls nobody. Only the end of its thread ends it.
(module
  (memory (export "memory") 1)
  (func (export "_start")
    (loop $again
      (br $again))))
