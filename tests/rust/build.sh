#!/usr/bin/env bash
#
# Builds the Rust programs for browsers, into build/rust.
# All of it is compiled by the oldest Rust that the crate promises, and wasm-bindgen by the one on the PATH.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=env.sh
. tests/rust/env.sh

PROGRAMS=(millrace-scenarios)
OUT=build/rust

# Another clone may be building into the same folder.
exec 9>"$CARGO_TARGET_DIR/millrace.lock"
flock 9

cargo build --quiet --locked --package millrace-bindgen
oldest_cargo build --quiet --locked --release --target wasm32-unknown-unknown "${PROGRAMS[@]/#/--package=}"

wasm=()
for program in "${PROGRAMS[@]}"; do
  for name in "$program" "${program//-/_}"; do # of a program, and of a library
    file="$CARGO_TARGET_DIR/wasm32-unknown-unknown/release/$name.wasm"
    [ ! -e "$file" ] || wasm+=("$file")
  done
done
rm -rf "$OUT"
mkdir -p "$OUT"
"$CARGO_TARGET_DIR/debug/millrace-bindgen" "$OUT" "${wasm[@]}"
