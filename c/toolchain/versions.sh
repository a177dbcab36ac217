# What the toolchain consists of and where it lives; sourced by setup.sh and
# env.sh, never run.
# shellcheck shell=bash disable=SC2034

# The committed wasm is built by exactly these versions.  Raise
# TOOLCHAIN_REVISION when the layout of the folder changes, so that nobody keeps
# an old one.
EMSCRIPTEN_VERSION=3.1.69
BINARYEN_VERSION=120
ACORN_VERSION=8.14.1
CLANG_VERSION=19.1.7
TOOLCHAIN_REVISION=1

# The Debian release that carries those two.
EMSCRIPTEN_SUITE=trixie

MILLRACE_CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/millrace"
TOOLCHAIN="$MILLRACE_CACHE/toolchain-$EMSCRIPTEN_VERSION-$BINARYEN_VERSION-r$TOOLCHAIN_REVISION"

# Written last: a folder without it is not a toolchain.
TOOLCHAIN_STAMP="$TOOLCHAIN/complete"

# Compilers of guests in other languages, for their examples alone.
RUST_VERSION=1.85
ZIG_VERSION=0.17.1
GO_VERSION=1.24
ASSEMBLYSCRIPT_VERSION=0.28.20
RUST="$MILLRACE_CACHE/rust-$RUST_VERSION-r1"
ZIG_FOLDER="$MILLRACE_CACHE/zig-$ZIG_VERSION-r1"
# Only where no Go is on the PATH.
GO_FOLDER="$MILLRACE_CACHE/go-$GO_VERSION-r1"
ASSEMBLYSCRIPT="$MILLRACE_CACHE/assemblyscript-$ASSEMBLYSCRIPT_VERSION-r1"

# A newer Node than the one on the PATH, for the tests that suspend wasm.
NODE_JSPI_VERSION=26.10.0
NODE_JSPI="$MILLRACE_CACHE/node-$NODE_JSPI_VERSION-r1"

# Clang of the same version as emscripten's compiles the WASI guests.
LLVM_PREFIX=/usr/lib/llvm-19

# Does the user want the emcc on the PATH, and is it new enough?
use_system_emcc() {
  [ "${MILLRACE_SYSTEM_EMCC:-0}" = 1 ] || return 1
  local version
  version=$(emcc -dumpversion 2>/dev/null) || return 1
  [ "$(printf '%s\n' "$EMSCRIPTEN_VERSION" "${version%%-*}" | sort -V | head -n 1)" = "$EMSCRIPTEN_VERSION" ]
}
