;; startloop: loops for ever in the module's start function. That runs while the module is instantiated, before there is
;; an instance, and before anybody could have called _start.
(module
  (memory (export "memory") 1)
  (func $loop
    (loop $again
      (br $again)))
  (start $loop)
  (func (export "_start")))
