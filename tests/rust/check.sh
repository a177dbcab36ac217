#!/usr/bin/env bash
#
# Checks the Rust sources: format, clippy, documentation and its examples, and that the crate could be published.
# Then, in what was built for browsers, that no page's wasm needs atomics or shared memory.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=env.sh
. tests/rust/env.sh

cargo fmt --all --check
# The apps are left to the compiler: checking all that they stand on for this machine would take a minute more.
cargo clippy --quiet --locked --package millrace --package millrace-scenarios --package millrace-calculator -- -D warnings
RUSTDOCFLAGS='-D warnings' cargo doc --quiet --locked --package millrace --no-deps
cargo test --quiet --locked --package millrace --doc
cargo publish --quiet --locked --package millrace --dry-run --allow-dirty

# Each code of the package's is a variant of the crate's error.
codes() { grep -oh "POOL_[A-Z0-9_]*" "$@" | sort -u; }
of_package() {
  sed -n '/^export const errorCodes/,/as const/p' bindings-js/src/shared/layout.gen.ts
  sed -n '/^export type PoolErrorCode/,/;$/p' bindings-js/src/shared/errors.ts
}
missing=$(comm -23 <(of_package | codes) <(codes bindings-js/rust/src/errno.rs bindings-js/rust/src/error.rs))
if [ -n "$missing" ]; then
  printf 'rust: the crate does not know %s\n' "$missing" >&2
  exit 1
fi

# wasm-validate takes neither without being asked to, as it shows by the pool's own.
if wasm-validate coordinator-dist/coordinator.wasm 2>/dev/null; then
  printf 'rust: wasm-validate takes shared memory, so it is no check for it\n' >&2
  exit 1
fi
for wasm in build/rust/*/*_bg.wasm; do wasm-validate "$wasm"; done
