// Other versions of Node, and Deno and Bun, all of them out of npm.
import assert from 'node:assert/strict';
import { expectNode } from '../light/node.mjs';
import { TEXT } from '../lib/pages.mjs';
import { makeProject } from '../lib/project.mjs';

/** `node` brings the runtime as a package of its own for each platform. */
const NODES = ['20.8.0', '22.23.3', '24.9.0', '26.10.0'];

const app = (entry) => `import { Pool, run } from '${entry}';
const pool = await Pool.create({ workers: 2 });
const { stdoutText } = await pool.run('guest.wasm', { stdin: ${JSON.stringify(TEXT)} });
const job = await pool.spawn('guest.wasm');
job.cancel();
const error = await job.status.catch((error) => error);
await pool.close();
console.log(JSON.stringify({ text: stdoutText, error: error.name }));
process.exit(0);
`;

async function nodeOf(t, version) {
  const dependencies = { [`node-linux-${process.arch}`]: version };
  const project = await makeProject(t, { name: `node${version.split('.')[0]}`, dependencies });
  return project.path(`node_modules/node-linux-${process.arch}/bin/node`);
}

async function runtime(t, name, version, args) {
  for (const entry of ['millrace', 'millrace/inline']) {
    const files = { 'app.mjs': app(entry) };
    const project = await makeProject(t, { name, dependencies: { [name]: version }, files });
    await project.guest();
    const out = await project.run(name, args, { timeout: 60_000 });
    assert.deepEqual(JSON.parse(out.trim().split('\n').at(-1)), { text: TEXT, error: 'AbortError' }, entry);
  }
}

export const stacks = [
  ...NODES.map((version) => ({
    name: `Node ${version}`,
    run: async (t) => expectNode(t, await nodeOf(t, version)),
  })),
  { name: 'Deno 2.9', run: (t) => runtime(t, 'deno', '2.9.6', ['run', '-A', 'app.mjs']) },
  { name: 'Bun 1.4', run: (t) => runtime(t, 'bun', '1.4.5', ['run', 'app.mjs']) },
];
