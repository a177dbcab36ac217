// The packed package in everybody's stack. Usage: node tests/stacks/run.mjs package.tgz light|often|seldom|heavy|NAME…
// [--only part of a name] [--verbose] [--once] [--record] [--unless-recorded] [--minutes N]
//
// Each stack is a small project, made in a folder of its own, that runs a guest. Light ones need nothing that is not here
// already; heavy ones install their bundlers and frameworks, in exact versions, into the cache. `often` are some of the heavy
// ones, and `seldom` the others. A run is over at once with --once if the same package and the same stacks have passed before on
// this machine, and with --unless-recorded if they have on the machine of whoever committed passed.gen.json, which --record
// writes when all stacks have passed. After --minutes no stack begins any more: those that are left have failed.
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launch } from '../browser/launch.mjs';
import { cacheFolder, hashOf } from './lib/project.mjs';
import { newSinceRecord, whatIsHere, writeRecord } from './lib/record.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

const options = {
  verbose: { type: 'boolean' },
  only: { type: 'string', default: '' },
  once: { type: 'boolean' },
  record: { type: 'boolean' },
  'unless-recorded': { type: 'boolean' },
  minutes: { type: 'string', default: '60' },
};
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

/** What a stack is called when it is asked for. */
const wordsOf = ({ kind, file, often }) => [kind, file, often ? 'often' : kind === 'heavy' && 'seldom'];

async function choose() {
  const all = [...(await stacksIn('light')), ...(await stacksIn('heavy'))];
  const chosen = all.filter(
    (stack) => wordsOf(stack).some((word) => wanted.includes(word)) && stack.name.includes(values.only),
  );
  return { chosen, isAll: chosen.length === all.length };
}

async function testAll(chosen) {
  const end = performance.now() + Number(values.minutes) * 60_000;
  let failed = 0;
  for (const stack of chosen) {
    if (performance.now() > end) console.log(`FAILED ${stack.name}: not begun in ${values.minutes} minutes`);
    else if (await test(stack)) continue;
    failed++;
  }
  for (const browser of browsers.values()) await (await browser).close();
  console.log(`${chosen.length - failed} passed, ${failed} failed`);
  return failed === 0 && chosen.length > 0;
}

/** Why nothing has to be run; empty: it has to be. */
async function whyNot(here, mark) {
  if (values.once && existsSync(mark)) return 'this very package has passed here before';
  if (!values['unless-recorded']) return '';
  const changed = await newSinceRecord(here);
  if (changed.length === 0) return 'this very package has passed, as tests/stacks/passed.gen.json says';
  console.log(`new since tests/stacks/passed.gen.json: ${changed.join(' and ')}; "make test-stacks" writes it anew`);
  return '';
}

const { chosen, isAll } = await choose();
const here = await whatIsHere(resolve(archive));
const own = hashOf(JSON.stringify(here), ...wanted, values.only, process.version);
const mark = join(await cacheFolder(), `passed-${own}`);
const reason = await whyNot(here, mark);
if (reason) {
  console.log(`${reason}: ${chosen.length} stacks are left out`);
  console.log(`1 passed, 0 failed`);
} else if (await testAll(chosen)) {
  await writeFile(mark, '');
} else {
  process.exitCode = 1;
}
if (!process.exitCode && values.record && isAll) await writeRecord(here);
