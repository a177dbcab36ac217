#!/usr/bin/env bash
# Checks the crate millrace-guest and the guests in Rust as those do who publish: with and without each feature.
# Builds go to build/, and what is packed is thrown away.
set -euo pipefail

cd "$(dirname "$0")"
export CARGO_TARGET_DIR=../../../build/guests/cargo RUSTDOCFLAGS='-D warnings' CARGO_TERM_QUIET=true

cargo fmt --all --check
cargo test --workspace --locked
for features in '--no-default-features' '--no-default-features --features alloc' '--all-features'; do
  # shellcheck disable=SC2086
  cargo clippy -p millrace-guest --all-targets $features -- -D warnings
done
cargo clippy --workspace --all-targets -- -D warnings
cargo doc --no-deps --all-features -p millrace-guest
cargo package -p millrace-guest --allow-dirty
