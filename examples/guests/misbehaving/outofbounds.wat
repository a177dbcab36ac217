;; outofbounds: loads four bytes of which the last lies behind the end of memory.
(module
  (memory (export "memory") 1 1)
  (func (export "_start")
    (drop (i32.load (i32.const 65533)))))
