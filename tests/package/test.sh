#!/usr/bin/env bash
# Installs the packed package into an empty project, as a user would, runs a guest and the manual's examples with it, and
# compiles its types with several versions of TypeScript. Usage: tests/package/test.sh package.tgz
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
package=$root/$1
project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT

cp "$root"/tests/package/*.{mjs,ts,cts} "$project"
cp "$root/examples/guests/greet.gen.wasm" "$project/greet.wasm"
cd "$project"
npm init --yes > /dev/null
npm pkg set type=module
npm install --silent --no-audit --no-fund "$package"
timeout 60 node app.mjs || { echo 'the app failed, or the idle pool kept it from ending' >&2; exit 1; }

# The strictest that a project can ask for; what the DOM declares without what Node does, and the other way about.
strict=(--noEmit --strict --exactOptionalPropertyTypes --skipLibCheck false --target es2022)
dom=(--lib es2022,dom,dom.iterable,dom.asynciterable --typeRoots "$project/none")
node=(--lib es2022 --typeRoots "$root/node_modules/@types" --types node)
for version in typescript-5.7 typescript typescript-7; do
  tsc=$root/node_modules/$version/bin/tsc
  for resolution in nodenext node16 bundler; do
    module=$([ $resolution = bundler ] && echo esnext || echo $resolution)
    how=("${strict[@]}" --module "$module" --moduleResolution "$resolution")
    node "$tsc" "${how[@]}" "${dom[@]}" types.ts types-entries.ts
    node "$tsc" "${how[@]}" "${node[@]}" types-node.ts
    [ $resolution = bundler ] || node "$tsc" "${how[@]}" "${node[@]}" types-cjs.cts
  done
done

(cd "$root" && node tests/package/size.mjs)
timeout 600 node cli.mjs "$root/examples/guests"
timeout 300 node examples.mjs "$root/examples/guests"
"$root/node_modules/.bin/publint" --strict "$root/npm"
# Files that are served and not imported have no types.
"$root/node_modules/.bin/attw" "$package" --format ascii --exclude-entrypoints coordinator.wasm \
  {coordinator,worker,cell}.{js,node.mjs}
node "$root/npm/tarball.mjs" "$package"
node "$root/tests/package/links.mjs" "$package"
echo '24 passed, 0 failed'
