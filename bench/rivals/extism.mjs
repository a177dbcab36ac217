// Rival `Extism in a worker`: a plugin of Extism's, run with `runInWorker`, that calls a function of its host with a number
// (through its own memory, with strings, it takes many times as long). In Node it stands still for seconds at times, so it
// is measured in browsers alone.

import { expect } from '../lib/measure.mjs';

const CALLS = 200;

/** @param {import('../lib/context.mjs').Env} env */
export async function startExtism(env) {
  if (!env.inBrowser) return undefined;
  const { createPlugin } = await env.importPackage('node_modules/@extism/extism/dist/browser/mod.js');
  const bytes = await (await env.fetchFile('build/bench/guests/extism.wasm')).arrayBuffer();
  let n = 0;
  const host_ping = (/** @type {unknown} */ _, /** @type {bigint} */ value) => {
    n++;
    return value;
  };
  const options = { runInWorker: true, useWasi: false, functions: { env: { host_ping } } };
  const plugin = await createPlugin(bytes, options);
  return {
    label: 'Extism in a worker',
    call: async (/** @type {number} */ calls) => {
      expect(calls, CALLS, 'the number of calls');
      n = 0;
      await plugin.call('run');
      expect(n, CALLS, 'calls of the host');
    },
    close: () => plugin.close(),
  };
}
