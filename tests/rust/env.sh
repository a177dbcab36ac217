# What building the Rust needs; sourced by the scripts beside it, never run.
# shellcheck shell=bash
#
# What cargo builds is kept in the user's cache, by the versions of the compilers and the lock file: another clone, or
# another branch with the same lock, builds only its own sources again.

# shellcheck source=../../c/toolchain/versions.sh
. c/toolchain/versions.sh

# Without cargo there is nothing to build by. That is no failure of whoever has no Rust, but it would hide one in CI.
need_cargo() {
  ! command -v cargo >/dev/null || return 0
  printf 'rust: there is no cargo on the PATH, so the Rust crate is neither built nor tested\n'
  [ -z "${CI:-}" ] || exit 1
  exit 0
}

cargo_folder() {
  local key
  key=$({ rustc -V && cat Cargo.lock Cargo.toml; } | sha256sum | cut -c 1-12)
  printf '%s/cargo-%s-%s' "$MILLRACE_CACHE" "$RUST_VERSION" "$key"
}

need_cargo
CARGO_TARGET_DIR=$(cargo_folder)
export CARGO_TARGET_DIR
# What the user sets for other projects would be another build.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET RUSTC RUSTC_WRAPPER
mkdir -p "$CARGO_TARGET_DIR"

# The oldest Rust that the crate promises, which has a standard library for wasm.
oldest_cargo() {
  RUSTC="$RUST/bin/rustc" cargo "$@"
}
