;; depths: makes one kind of call at each level of a recursion that never ends, so that the stack runs out at any place
;; in what is called. Its last argument says which kind: a digit, as in the table below. It begins as many levels deeper
;; as it has arguments.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_readdir" (func $fd_readdir (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_rename" (func $path_rename (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (import "millrace" "call" (func $call (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "millrace" "call_begin" (func $call_begin (param i32 i32 i32 i32) (result i32)))
  (import "env" "served" (func $served (param i32) (result i32)))
  (import "env" "linked" (func $linked (param i32) (result i32)))

  (type $operation (func))
  (table funcref (elem $begin $ask $write $read $poll $open $rename $list $serve $link))
  (memory (export "memory") 1)
  (data (i32.const 0) "\40\00\00\00\01\00\00\00")   ;; an iovec: the first byte of `name`
  (data (i32.const 64) "name")
  (data (i32.const 72) "other")
  (data (i32.const 136) "\01")                       ;; a subscription to stdin at 128: fd_read

  (func $begin (drop (call $fd_close (call $call_begin (i32.const 64) (i32.const 4) (i32.const 0) (i32.const 8)))))
  (func $ask (drop (call $call (i32.const 64) (i32.const 4) (i32.const 0) (i32.const 8) (i32.const 256) (i32.const 8))))
  (func $write (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16))))
  (func $read (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16))))
  (func $poll (drop (call $poll_oneoff (i32.const 128) (i32.const 256) (i32.const 1) (i32.const 16))))
  (func $open
    (drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 4) (i32.const 1)
      (i64.const 0x40) (i64.const 0) (i32.const 0) (i32.const 16)))
    (drop (call $fd_close (i32.load (i32.const 16)))))
  (func $rename
    (drop (call $path_rename (i32.const 3) (i32.const 64) (i32.const 4) (i32.const 3) (i32.const 72) (i32.const 5)))
    (drop (call $path_rename (i32.const 3) (i32.const 72) (i32.const 5) (i32.const 3) (i32.const 64) (i32.const 4))))
  (func $list (drop (call $fd_readdir (i32.const 3) (i32.const 256) (i32.const 256) (i64.const 0) (i32.const 16))))
  (func $serve (drop (call $served (i32.const 1))))
  (func $link (drop (call $linked (i32.const 1))))

  ;; Keeps so many values meanwhile that there are thousands of levels, not tens of thousands.
  (func $recurse (param $operation i32) (result i32)
    (call_indirect (type $operation) (local.get $operation))
    (i32.add (i32.load (i32.const 512)) (i32.add (i32.load (i32.const 516)) (i32.add (i32.load (i32.const 520)) (i32.add (i32.load (i32.const 524))
    (i32.add (i32.load (i32.const 528)) (i32.add (i32.load (i32.const 532)) (i32.add (i32.load (i32.const 536)) (i32.add (i32.load (i32.const 540))
    (i32.add (i32.load (i32.const 544)) (i32.add (i32.load (i32.const 548)) (i32.add (i32.load (i32.const 552)) (i32.add (i32.load (i32.const 556))
    (i32.add (i32.load (i32.const 560)) (i32.add (i32.load (i32.const 564)) (i32.add (i32.load (i32.const 568)) (i32.add (i32.load (i32.const 572))
    (i32.add (i32.load (i32.const 576)) (i32.add (i32.load (i32.const 580)) (i32.add (i32.load (i32.const 584)) (i32.add (i32.load (i32.const 588))
    (i32.add (i32.load (i32.const 592)) (i32.add (i32.load (i32.const 596)) (i32.add (i32.load (i32.const 600)) (i32.add (i32.load (i32.const 604))
    (i32.add (i32.load (i32.const 608)) (i32.add (i32.load (i32.const 612)) (i32.add (i32.load (i32.const 616)) (i32.add (i32.load (i32.const 620))
    (i32.add (i32.load (i32.const 624)) (i32.add (i32.load (i32.const 628)) (i32.add (i32.load (i32.const 632)) (i32.add (i32.load (i32.const 636))
    (call $recurse (local.get $operation)))))))))))))))))))))))))))))))))))

  (func $begin_deeper (param $operation i32) (param $levels i32) (result i32)
    (if (i32.eqz (local.get $levels)) (then (return (call $recurse (local.get $operation)))))
    (i32.add (call $begin_deeper (local.get $operation) (i32.sub (local.get $levels) (i32.const 1))) (i32.const 1)))

  ;; The digit stands before the NUL that ends the arguments, which are at 4096.
  (func (export "_start")
    (drop (call $args_sizes_get (i32.const 32) (i32.const 36)))
    (drop (call $args_get (i32.const 1024) (i32.const 4096)))
    (drop (call $begin_deeper
      (i32.sub (i32.load8_u offset=4094 (i32.load (i32.const 36))) (i32.const 48))
      (i32.load (i32.const 32))))))
