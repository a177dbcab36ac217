#!/usr/bin/env bash
#
# Builds the Rust programs for browsers, into build/rust: the crate's scenarios and the example apps, each of which is a
# folder to be served as it is.
# All of it is compiled by the oldest Rust that the crate promises, and wasm-bindgen by the one on the PATH.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=env.sh
. tests/rust/env.sh

PROGRAMS=(millrace-scenarios millrace-dioxus millrace-yew)
OUT=build/rust

# Of builds with other locks, what nobody has used for a month goes.
touch "$CARGO_TARGET_DIR"
find "$MILLRACE_CACHE" -maxdepth 1 -name 'cargo-*' -mtime +30 -exec rm -rf {} +

# Another clone may be building into the same folder.
exec 9>"$CARGO_TARGET_DIR/millrace.lock"
flock 9

cargo build --quiet --locked --package millrace-bindgen
oldest_cargo build --quiet --locked --release --target wasm32-unknown-unknown "${PROGRAMS[@]/#/--package=}"

oldest_cargo build --quiet --locked --release --target wasm32-wasip1 --package millrace-calculator

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

# app NAME PAGE: what a server is to have besides, the package's files among it.
app() {
  local out="$OUT/millrace-$1"
  mkdir -p "$out/guests"
  cp "$2" "$out/index.html"
  cp -r npm/dist "$out/millrace"
}

app dioxus examples/dioxus/plain.html
cp examples/dioxus/public/greeting.txt "$OUT/millrace-dioxus/"
cp "$CARGO_TARGET_DIR/wasm32-wasip1/release/millrace-calculator.wasm" "$OUT/millrace-dioxus/guests/calculator.wasm"
for guest in sieve rpc; do
  cp "examples/guests/$guest.gen.wasm" "$OUT/millrace-dioxus/guests/$guest.wasm"
done

app yew examples/yew/index.html
cp examples/guests/wordcount.gen.wasm "$OUT/millrace-yew/guests/wordcount.wasm"
