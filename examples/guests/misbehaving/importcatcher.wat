;; importcatcher: catches every exception that comes out of an import, and calls it again, for ever. A failing import must not
;; be caught.
(module
  (import "env" "fail" (func $fail (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (loop $again
      (try
        (do (call $fail (i32.const 1)))
        (catch_all))
      (br $again))))
