#!/usr/bin/env bash
#
# All tests of the Rust crate.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=env.sh
. tests/rust/env.sh

tests/rust/build.sh
tests/rust/check.sh
node tests/rust/node.mjs
"$NODE_JSPI/bin/node" tests/rust/node.mjs jspi
node tests/rust/browsers.mjs
node tests/rust/apps.mjs
