// The packed package in everybody's stack. Usage: node tests/stacks/run.mjs package.tgz light|heavy|NAME… [--only part of a name] [--verbose]
//
// Each stack is a small project, made in a folder of its own, that runs a guest. Light ones need nothing that is not here
// already; heavy ones install their bundlers and frameworks, in exact versions, into the cache.
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launch } from '../browser/launch.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

const options = { verbose: { type: 'boolean' }, only: { type: 'string', default: '' } };
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

const all = [...(await stacksIn('light')), ...(await stacksIn('heavy'))];
const isWanted = ({ kind, file, name }) =>
  (wanted.includes(kind) || wanted.includes(file)) && name.includes(values.only);
const chosen = all.filter(isWanted);
let failed = 0;
for (const stack of chosen) if (!(await test(stack))) failed++;
for (const browser of browsers.values()) await (await browser).close();
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || chosen.length === 0 ? 1 : 0;
