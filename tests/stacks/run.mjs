// The packed package in everybody's stack. Usage: node tests/stacks/run.mjs package.tgz light|often|heavy|NAME…
// [--only part of a name] [--verbose] [--once]
//
// Each stack is a small project, made in a folder of its own, that runs a guest. Light ones need nothing that is not here
// already; heavy ones install their bundlers and frameworks, in exact versions, into the cache. `often` are some of the heavy
// ones. With --once a run is over at once if the same package and the same stacks have passed before on this machine.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launch } from '../browser/launch.mjs';
import { cacheFolder, hashOf } from './lib/project.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

const options = { verbose: { type: 'boolean' }, only: { type: 'string', default: '' }, once: { type: 'boolean' } };
const { values, positionals } = parseArgs({ allowPositionals: true, options });
const [archive, ...wanted] = positionals;

async function stacksIn(kind) {
  const files = (await readdir(new URL(`./${kind}/`, import.meta.url))).filter((name) => name.endsWith('.mjs')).sort();
  const modules = await Promise.all(files.map((name) => import(new URL(`./${kind}/${name}`, import.meta.url).href)));
  return modules.flatMap(({ stacks }, i) =>
    stacks.map((stack) => ({ kind, file: files[i].replace('.mjs', ''), ...stack })),
  );
}

const browsers = new Map();

/** Each is started once. */
function browserNamed(name) {
  if (!browsers.has(name)) browsers.set(name, launch(name));
  return browsers.get(name);
}

/** What a stack is given. */
function contextOf() {
  const cleanups = [];
  return {
    root,
    archive: resolve(archive),
    guest: `${root}examples/guests/cat.gen.wasm`,
    browser: browserNamed,
    defer: (cleanup) => cleanups.unshift(cleanup),
    say: (line) => values.verbose && console.log(`    ${line}`),
    end: async () => {
      for (const cleanup of cleanups) await cleanup();
    },
  };
}

async function test({ name, file, run }) {
  const begin = performance.now();
  const t = contextOf();
  try {
    await run(t);
    console.log(`ok ${file}: ${name} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
    return true;
  } catch (error) {
    console.log(`FAILED ${file}: ${name}: ${error.stack}`);
    return false;
  } finally {
    await t.end();
  }
}

/** A mark for what would be run: the package's files, these ones, and what is asked for. */
async function markOf() {
  const own = await readdir(new URL('.', import.meta.url), { recursive: true, withFileTypes: true });
  const files = own
    .filter((entry) => entry.isFile())
    .map(({ parentPath, path, name }) => join(parentPath ?? path, name));
  const texts = await Promise.all(files.sort().map((file) => readFile(file, 'utf8')));
  const listed = execFileSync('tar', ['xzOf', archive], { maxBuffer: 1 << 28 }); // an archive has times in it
  return join(await cacheFolder(), `passed-${hashOf(listed, ...texts, ...wanted, values.only, process.version)}`);
}

const all = [...(await stacksIn('light')), ...(await stacksIn('heavy'))];
const chosen = all.filter(
  ({ kind, file, name, often }) =>
    (wanted.includes(kind) || wanted.includes(file) || (often && wanted.includes('often'))) &&
    name.includes(values.only),
);
const mark = values.once ? await markOf() : undefined;
if (mark && existsSync(mark)) {
  console.log(`this very package has passed here before: ${chosen.length} stacks are left out`);
  console.log(`1 passed, 0 failed`);
} else {
  let failed = 0;
  for (const stack of chosen) if (!(await test(stack))) failed++;
  for (const browser of browsers.values()) await (await browser).close();
  console.log(`${chosen.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || chosen.length === 0 ? 1 : 0;
  if (mark && !process.exitCode) await writeFile(mark, '');
}
