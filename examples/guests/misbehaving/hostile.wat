;; hostile: gives WASI addresses, sizes and descriptors that are wrong in every way that comes to mind: behind the end
;; of memory, across it, and so large that a sum or a product wraps round to something that looks right.
;;
;; Each check has a number, and the exit code is the number of the first that failed; 0: all answers were right. Run it
;; with its name as an argument, as programs are, and best with something on standard input. It must not have written
;; anything: an address is to be refused before a call has any effect.
(module
  (type $transfer (func (param i32 i32 i32 i32) (result i32)))   ;; descriptor, iovecs, how many, where the result goes
  (type $strings (func (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (type $transfer)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (type $transfer)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $fd_fdstat_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (type $strings)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (type $strings)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (type $strings)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (type $strings)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock_time_get (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_res_get" (func $clock_res_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))

  ;; The calls that are tried in the same way stand in a table.
  (table funcref (elem $fd_read $fd_write $args_sizes_get $args_get $environ_sizes_get $environ_get))

  ;; One page, which ends at 65536 = 0x10000: from there on every address is wrong.
  ;;   0     two iovecs of 8 bytes: address, size        1024  a good buffer of 8 bytes
  ;;   512   results                                     2048  a good subscription of 48 bytes
  ;;   65528 one iovec, up to the very last byte         4096  room for events
  (memory (export "memory") 1)
  (data (i32.const 1024) "untouch.")

  (global $success i32 (i32.const 0))
  (global $EBADF i32 (i32.const 8))
  (global $EFAULT i32 (i32.const 21))
  (global $EINVAL i32 (i32.const 28))

  (func $expect (param $number i32) (param $errno i32) (param $wanted i32)
    (if (i32.ne (local.get $errno) (local.get $wanted)) (then (call $proc_exit (local.get $number)))))

  (func $fault (param $number i32) (param $errno i32)
    (call $expect (local.get $number) (local.get $errno) (global.get $EFAULT)))

  (func $iovec (param $at i32) (param $address i32) (param $size i32)
    (i32.store (local.get $at) (local.get $address))
    (i32.store offset=4 (local.get $at) (local.get $size)))

  ;; Of the calls in the table: the place of the one that is tried, and behind which number its checks begin.
  (global $function (mut i32) (i32.const 0))
  (global $base (mut i32) (i32.const 0))

  (func $fault_after_base (param $number i32) (param $errno i32)
    (call $fault (i32.add (global.get $base) (local.get $number)) (local.get $errno)))

  ;; ---- fd_read and fd_write, which are for descriptors 0 and 1, as their places in the table are ----

  (func $iovecs (param $number i32) (param $iovecs i32) (param $count i32) (param $result i32)
    (call $fault_after_base (local.get $number)
      (call_indirect (type $transfer)
        (global.get $function) (local.get $iovecs) (local.get $count) (local.get $result) (global.get $function))))

  (func $buffer (param $number i32) (param $address i32) (param $size i32)
    (call $iovec (i32.const 0) (local.get $address) (local.get $size))
    (call $iovecs (local.get $number) (i32.const 0) (i32.const 1) (i32.const 512)))

  (func $try_buffers
    (call $buffer (i32.const 1) (i32.const 0x10000) (i32.const 1))
    (call $buffer (i32.const 2) (i32.const 0xffff) (i32.const 2))
    (call $buffer (i32.const 3) (i32.const 0xffffffff) (i32.const 1))
    (call $buffer (i32.const 4) (i32.const 0xffffffff) (i32.const 2))
    (call $buffer (i32.const 5) (i32.const 0) (i32.const 0xffffffff))
    (call $buffer (i32.const 6) (i32.const 0xfff0) (i32.const 0xffff0020)))   ;; the sum wraps to 16

  (func $try_iovecs
    (call $iovec (i32.const 0) (i32.const 1024) (i32.const 8))
    (call $iovec (i32.const 65528) (i32.const 1024) (i32.const 8))
    ;; where the iovecs are
    (call $iovecs (i32.const 7) (i32.const 0x10000) (i32.const 1) (i32.const 512))
    (call $iovecs (i32.const 8) (i32.const 0xfffc) (i32.const 1) (i32.const 512))
    (call $iovecs (i32.const 9) (i32.const 0xffffffff) (i32.const 1) (i32.const 512))
    (call $iovecs (i32.const 10) (i32.const 0xfffffff8) (i32.const 1) (i32.const 512))
    (call $iovecs (i32.const 11) (i32.const 65528) (i32.const 2) (i32.const 512))
    ;; how many they are: eight times the number wraps to 0 and to 8
    (call $iovecs (i32.const 12) (i32.const 65528) (i32.const 0x20000000) (i32.const 512))
    (call $iovecs (i32.const 13) (i32.const 65528) (i32.const 0x20000001) (i32.const 512))
    (call $iovecs (i32.const 14) (i32.const 65528) (i32.const 0xffffffff) (i32.const 512))
    ;; where the result goes
    (call $iovecs (i32.const 15) (i32.const 0) (i32.const 1) (i32.const 0x10000))
    (call $iovecs (i32.const 16) (i32.const 0) (i32.const 1) (i32.const 0xfffd))
    (call $iovecs (i32.const 17) (i32.const 0) (i32.const 1) (i32.const 0xfffffffe))
    ;; a good iovec and then a bad one
    (call $iovec (i32.const 8) (i32.const 0xffff) (i32.const 2))
    (call $iovecs (i32.const 18) (i32.const 0) (i32.const 2) (i32.const 512)))

  ;; Nothing may have been read into the good buffer meanwhile.
  (func $expect_untouched
    (call $expect (i32.add (global.get $base) (i32.const 19))
      (i64.ne (i64.load (i32.const 1024)) (i64.const 0x2e686375_6f746e75)) (i32.const 0)))

  (func $try_transfers (param $function i32) (param $base i32)
    (global.set $function (local.get $function))
    (global.set $base (local.get $base))
    (call $try_buffers)
    (call $try_iovecs)
    (call $expect_untouched))

  ;; ---- Arguments and environment ----

  (func $call_strings (param $first i32) (param $second i32) (result i32)
    (call_indirect (type $strings) (local.get $first) (local.get $second) (global.get $function)))

  (func $strings (param $number i32) (param $first i32) (param $second i32)
    (call $fault_after_base (local.get $number) (call $call_strings (local.get $first) (local.get $second))))

  (func $try_sizes_get
    (call $strings (i32.const 1) (i32.const 0x10000) (i32.const 512))
    (call $strings (i32.const 2) (i32.const 0xfffffffe) (i32.const 512))
    (call $strings (i32.const 3) (i32.const 512) (i32.const 0xfffd))
    (call $expect (i32.add (global.get $base) (i32.const 4))
      (call $call_strings (i32.const 512) (i32.const 516)) (global.get $success)))

  (func $try_get (param $size i32)
    (call $strings (i32.const 5) (i32.const 0x10000) (i32.const 4096))
    (call $strings (i32.const 6) (i32.const 0xfffd) (i32.const 4096))
    (call $strings (i32.const 7) (i32.const 0xfffffffc) (i32.const 4096))
    (call $strings (i32.const 8) (i32.const 4096) (i32.const 0x10000))
    (call $strings (i32.const 9) (i32.const 4096) (i32.const 0xffffffff))
    (call $strings (i32.const 10) (i32.const 4096) (i32.sub (i32.const 0x10001) (local.get $size))))   ;; by one byte

  (func $try_strings (param $sizes_get i32) (param $get i32) (param $base i32)
    (global.set $base (local.get $base))
    (global.set $function (local.get $sizes_get))
    (call $try_sizes_get)
    ;; if there are no strings, there is nothing that could be out of bounds
    (if (i32.eqz (i32.load (i32.const 512))) (then return))
    (global.set $function (local.get $get))
    (call $try_get (i32.load (i32.const 516))))

  ;; ---- The others ----

  (func $try_random
    (call $fault (i32.const 71) (call $random_get (i32.const 0x10000) (i32.const 1)))
    (call $fault (i32.const 72) (call $random_get (i32.const 0xffff) (i32.const 2)))
    (call $fault (i32.const 73) (call $random_get (i32.const 0xffffffff) (i32.const 1)))
    (call $fault (i32.const 74) (call $random_get (i32.const 0xffffffff) (i32.const 2)))
    (call $fault (i32.const 75) (call $random_get (i32.const 0) (i32.const 0xffffffff)))
    (call $fault (i32.const 76) (call $random_get (i32.const 0xfff0) (i32.const 0xffff0020)))
    ;; up to the very last byte is right
    (call $expect (i32.const 77) (call $random_get (i32.const 0xfff0) (i32.const 16)) (global.get $success)))

  (func $try_clocks
    (call $fault (i32.const 81) (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 0x10000)))
    (call $fault (i32.const 82) (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 0xfff9)))
    (call $fault (i32.const 83) (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 0xfffffff8)))
    (call $fault (i32.const 84) (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 0xffffffff)))
    (call $expect (i32.const 85)
      (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 0xfff8)) (global.get $success))
    (call $expect (i32.const 86)
      (call $clock_time_get (i32.const 99) (i64.const 0) (i32.const 512)) (global.get $EINVAL))
    (call $fault (i32.const 87) (call $clock_res_get (i32.const 1) (i32.const 0xfff9)))
    (call $fault (i32.const 88) (call $clock_res_get (i32.const 1) (i32.const 0xfffffff8))))

  (func $poll (param $number i32) (param $in i32) (param $out i32) (param $count i32) (param $result i32)
    (call $fault (local.get $number)
      (call $poll_oneoff (local.get $in) (local.get $out) (local.get $count) (local.get $result))))

  ;; The good subscription is a clock that has already rung: nothing here waits.
  (func $try_poll
    (i32.store (i32.const 2064) (i32.const 1))   ;; the monotonic clock; the time from now is 0
    (call $expect (i32.const 91)
      (call $poll_oneoff (i32.const 2048) (i32.const 4096) (i32.const 0) (i32.const 512)) (global.get $EINVAL))
    (call $poll (i32.const 92) (i32.const 0x10000) (i32.const 4096) (i32.const 1) (i32.const 512))
    (call $poll (i32.const 93) (i32.const 0xffd1) (i32.const 4096) (i32.const 1) (i32.const 512))
    (call $poll (i32.const 94) (i32.const 0xffffffd0) (i32.const 4096) (i32.const 1) (i32.const 512))
    (call $poll (i32.const 95) (i32.const 0xffd0) (i32.const 4096) (i32.const 2) (i32.const 512))
    (call $poll (i32.const 96) (i32.const 2048) (i32.const 0x10000) (i32.const 1) (i32.const 512))
    (call $poll (i32.const 97) (i32.const 2048) (i32.const 0xffe1) (i32.const 1) (i32.const 512))
    (call $poll (i32.const 98) (i32.const 2048) (i32.const 0xffffffe0) (i32.const 1) (i32.const 512))
    (call $poll (i32.const 99) (i32.const 2048) (i32.const 4096) (i32.const 1) (i32.const 0x10000))
    (call $poll (i32.const 100) (i32.const 2048) (i32.const 4096) (i32.const 1) (i32.const 0xfffffffe))
    ;; 48 and 32 times these wrap: the first to 32, the second to 0 both times
    (call $poll (i32.const 101) (i32.const 2048) (i32.const 4096) (i32.const 0x05555556) (i32.const 512))
    (call $poll (i32.const 102) (i32.const 2048) (i32.const 4096) (i32.const 0x10000000) (i32.const 512))
    (call $poll (i32.const 103) (i32.const 2048) (i32.const 4096) (i32.const 0xffffffff) (i32.const 512))
    (call $expect (i32.const 104)
      (call $poll_oneoff (i32.const 2048) (i32.const 4096) (i32.const 1) (i32.const 512)) (global.get $success))
    (call $expect (i32.const 105) (i32.load (i32.const 512)) (i32.const 1)))

  (func $bad_descriptor (param $number i32) (param $errno i32)
    (call $expect (local.get $number) (local.get $errno) (global.get $EBADF)))

  ;; Arguments that are right, so that only the descriptor can be wrong.
  (func $write_to (param $fd i32) (result i32)
    (call $iovec (i32.const 0) (i32.const 1024) (i32.const 8))
    (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 512)))

  (func $read_from (param $fd i32) (result i32)
    (call $iovec (i32.const 0) (i32.const 1024) (i32.const 8))
    (call $fd_read (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 512)))

  (func $try_descriptors
    (call $fault (i32.const 109) (call $fd_fdstat_get (i32.const 1) (i32.const 0xffe9)))   ;; 24 bytes
    (call $fault (i32.const 110) (call $fd_fdstat_get (i32.const 1) (i32.const 0xffffffe8)))
    (call $bad_descriptor (i32.const 111) (call $write_to (i32.const 3)))
    (call $bad_descriptor (i32.const 112) (call $write_to (i32.const 1000000)))
    (call $bad_descriptor (i32.const 113) (call $write_to (i32.const 0x7fffffff)))
    (call $bad_descriptor (i32.const 114) (call $read_from (i32.const 0xffffffff)))
    (call $bad_descriptor (i32.const 115) (call $read_from (i32.const 0x80000000)))
    (call $bad_descriptor (i32.const 116) (call $fd_fdstat_get (i32.const 0xffffffff) (i32.const 512)))
    (call $bad_descriptor (i32.const 117) (call $fd_close (i32.const 0xffffffff)))
    (call $bad_descriptor (i32.const 118) (call $fd_close (i32.const 3)))
    ;; a descriptor that was closed
    (call $expect (i32.const 119) (call $fd_close (i32.const 2)) (global.get $success))
    (call $bad_descriptor (i32.const 120) (call $write_to (i32.const 2)))
    (call $bad_descriptor (i32.const 121) (call $fd_close (i32.const 2))))

  ;; What was behind the end is inside after growing, and the new end counts from then on.
  (func $try_growing
    (drop (memory.grow (i32.const 1)))
    (call $expect (i32.const 122) (call $random_get (i32.const 0x10000) (i32.const 0x10000)) (global.get $success))
    (call $fault (i32.const 123) (call $random_get (i32.const 0x1ffff) (i32.const 2)))
    (call $expect (i32.const 125) (call $read_into (i32.const 0xfffc)) (global.get $success))  ;; across the old end
    (call $expect (i32.const 126) (call $read_into (i32.const 0x10000)) (global.get $success))
    (call $expect (i32.const 127) (call $read_into (i32.const 0x1fff8)) (global.get $success))
    (call $fault (i32.const 128) (call $read_into (i32.const 0x1fffc)))
    (call $fault (i32.const 129) (call $read_into (i32.const 0x20000))))

  ;; Reads 8 bytes with zeros before them; if as many are there, the last of them is none. EIO (29): it still is.
  (func $read_into (param $address i32) (result i32)
    (local $errno i32)
    (if (i32.le_u (local.get $address) (i32.const 0x1fff8)) (then (i64.store (local.get $address) (i64.const 0))))
    (call $iovec (i32.const 0) (local.get $address) (i32.const 8))
    (local.set $errno (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 512)))
    (if (local.get $errno) (then (return (local.get $errno))))
    (if (i32.ne (i32.load (i32.const 512)) (i32.const 8)) (then (return (global.get $success))))
    (select (global.get $success) (i32.const 29) (i32.load8_u offset=7 (local.get $address))))

  ;; 1,024 iovecs, each as large as nearly the whole memory: each is right, but their sum is more than 32 bits hold.
  (func $try_sum
    (local $at i32)
    (if (i32.eq (memory.grow (i32.const 64)) (i32.const -1)) (then return))
    (loop $more
      (call $iovec (local.get $at) (i32.const 0) (i32.const 0x410000))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $more (i32.lt_u (local.get $at) (i32.const 8192))))
    (call $expect (i32.const 124)
      (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1024) (i32.const 16384)) (global.get $EINVAL)))

  (func (export "_start")
    (call $try_transfers (i32.const 1) (i32.const 0))                ;; fd_write: 1 to 19
    (call $try_transfers (i32.const 0) (i32.const 20))               ;; fd_read: 21 to 39
    (call $try_strings (i32.const 2) (i32.const 3) (i32.const 40))   ;; args: 41 to 50
    (call $try_strings (i32.const 4) (i32.const 5) (i32.const 50))   ;; environ: 51 to 60
    (call $try_random)
    (call $try_clocks)
    (call $try_poll)
    (call $try_descriptors)
    (call $try_growing)
    (call $try_sum)))
