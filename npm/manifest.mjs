// Prints what coordinator-dist/ consists of. Usage: node npm/manifest.mjs DIR TOOLCHAIN_VERSIONS
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

const [dir, versionsFile] = process.argv.slice(2);

const pinned = Object.fromEntries(
  [...readFileSync(versionsFile, 'utf8').matchAll(/^(\w+)_VERSION=(.+)$/gm)].map(([, name, value]) => [
    name.toLowerCase(),
    value,
  ]),
);
const abi = Number(/POOL_ABI (\d+)u/.exec(readFileSync('c/include/pool.h', 'utf8'))[1]);
const { version } = JSON.parse(readFileSync('npm/package.json', 'utf8'));
const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

const files = readdirSync(dir)
  .filter((name) => name !== 'MANIFEST.json')
  .sort()
  .map((name) => {
    const bytes = readFileSync(`${dir}/${name}`);
    return { name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  });

const builtWith = {
  emscripten: pinned.emscripten,
  binaryen: pinned.binaryen,
  clang: pinned.clang,
  esbuild: devDependencies.esbuild,
};
console.log(JSON.stringify({ version, abi, builtWith, files }, null, 2));
