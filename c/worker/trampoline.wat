;; Makes wasm functions, which alone fit into a function table, out of the script's.
(module
  (import "script" "check" (func $check (param i32 i32) (result i32)))
  (import "script" "read" (func $read (param i32 i32 i32) (result i32)))
  (import "script" "write" (func $write (param i32 i32 i32) (result i32)))
  (func (export "check") (param i32 i32) (result i32) (call $check (local.get 0) (local.get 1)))
  (func (export "read") (param i32 i32 i32) (result i32) (call $read (local.get 0) (local.get 1) (local.get 2)))
  (func (export "write") (param i32 i32 i32) (result i32) (call $write (local.get 0) (local.get 1) (local.get 2))))
