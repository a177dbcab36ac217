#!/usr/bin/env bash
# Installs the packed package into an empty project, as a user would, and runs a guest with it.
# Usage: tests/package/test.sh package.tgz
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
package=$root/$1
project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT

cp "$root/tests/package/app.mjs" "$root/tests/package/types.ts" "$project"
cp "$root/examples/guests/greet.gen.wasm" "$project/greet.wasm"
cd "$project"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund "$package"
timeout 60 node app.mjs || { echo 'the app failed, or the idle pool kept it from ending' >&2; exit 1; }
"$root/node_modules/.bin/tsc" --noEmit --strict --target es2022 --module nodenext --lib es2022,dom,esnext.disposable types.ts
"$root/node_modules/.bin/publint" --strict "$root/npm"
echo '3 passed, 0 failed'
