;; Calls imports of every type. Each export hands its values to the import of its name and returns what that returns.
(module
  (import "env" "i32" (func $i32 (param i32) (result i32)))
  (import "env" "i64" (func $i64 (param i64) (result i64)))
  (import "env" "f32" (func $f32 (param f32) (result f32)))
  (import "env" "f64" (func $f64 (param f64) (result f64)))
  (import "env" "all" (func $all (param i32 i64 f32 f64) (result f64 f32 i64 i32)))
  (import "env" "none" (func $none))
  (import "env" "log" (func $log (param i32 i32)))
  (memory (export "memory") 2 4)
  (data (i32.const 16) "h\c3\a9llo")
  (data (i32.const 32) "\ff\fe")

  (func (export "i32") (param i32) (result i32) (call $i32 (local.get 0)))
  (func (export "i64") (param i64) (result i64) (call $i64 (local.get 0)))
  (func (export "f32") (param f32) (result f32) (call $f32 (local.get 0)))
  (func (export "f64") (param f64) (result f64) (call $f64 (local.get 0)))
  (func (export "all") (param i32 i64 f32 f64) (result f64 f32 i64 i32)
    (call $all (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
  (func (export "none") (call $none))
  (func (export "log") (param i32 i32) (call $log (local.get 0) (local.get 1)))

  ;; The sum of what so many calls return.
  (func (export "sum") (param $n i32) (result i32)
    (local $sum i32)
    (loop $again
      (if (local.get $n)
        (then
          (local.set $sum (i32.add (local.get $sum) (call $i32 (local.get $n))))
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (br $again))))
    (local.get $sum))

  ;; What a call has left at an address.
  (func (export "byte_after") (param $at i32) (result i32)
    (drop (call $i32 (local.get $at)))
    (i32.load8_u (local.get $at)))

  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))

  ;; As a command it does all of that once.
  (func (export "_start")
    (call $none)
    (call $log (i32.const 16) (i32.const 6))))
