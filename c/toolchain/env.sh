#!/usr/bin/env bash
#
# The names of the tools that setup.sh prepared.
#
#   . c/toolchain/env.sh             exports them and puts the tools on the PATH
#   c/toolchain/env.sh --make        prints them as assignments for a Makefile
#
# MILLRACE_SYSTEM_EMCC=1 takes emcc and its binaryen from the PATH.

# shellcheck source=versions.sh
. "$(dirname "${BASH_SOURCE[0]}")/versions.sh"

# Prints name=value lines: the one list that both forms are made from.  Clang runs
# the wasm-opt it finds on the PATH after linking a guest, so let TOOLCHAIN_BIN
# come first there.
toolchain_variables() {
  local emscripten=$TOOLCHAIN/bin binaryen=$TOOLCHAIN/bin ready=
  if use_system_emcc; then
    emscripten=$(dirname "$(command -v emcc)")
    binaryen=$(em-config BINARYEN_ROOT)/bin
    ready=yes
  elif [ -e "$TOOLCHAIN_STAMP" ]; then
    ready=yes
  fi
  cat <<EOF
TOOLCHAIN_READY=$ready
TOOLCHAIN_BIN=$emscripten
EMCC=$emscripten/emcc
EMAR=$emscripten/emar
WASM_OPT=$binaryen/wasm-opt
WASM_AS=$binaryen/wasm-as
WASM_DIS=$binaryen/wasm-dis
LLVM_PREFIX=$LLVM_PREFIX
WASI_CC=$LLVM_PREFIX/bin/clang
WASI_CFLAGS=--target=wasm32-wasi --sysroot=/usr
WASI_LDFLAGS=-s
WAT2WASM=wat2wasm
RUSTC=$RUST/bin/rustc
ZIG=$ZIG_FOLDER/bin/zig
GO=$(command -v go || printf %s "$GO_FOLDER/bin/go")
ASC=$ASSEMBLYSCRIPT/bin/asc
NODE_JSPI=$NODE_JSPI/bin/node
EOF
}

print_for_make() {
  toolchain_variables | sed 's/=/ := /'
}

export_all() {
  local line
  while IFS= read -r line; do
    export "${line?}"
  done < <(toolchain_variables)
  PATH="$TOOLCHAIN_BIN:$PATH"
  [ -n "$TOOLCHAIN_READY" ] ||
    printf 'toolchain: not there yet; run c/toolchain/setup.sh --wasm\n' >&2
}

if [ "${BASH_SOURCE[0]}" != "$0" ]; then
  export_all
elif [ "${1:-}" = --make ]; then
  print_for_make
else
  printf 'usage: . %s   or   %s --make\n' "$0" "$0" >&2
  exit 2
fi
