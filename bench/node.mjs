// Runs a subject in this process, which was forked for it, and sends what comes of it.

import { makeEnv } from './env.node.mjs';
import { failureOf, runSuite } from './lib/run-suite.mjs';

const params = JSON.parse(process.argv[2]);
let progress = '';
try {
  const onProgress = (/** @type {string} */ text) => {
    progress = text;
    process.send?.({ progress });
  };
  process.send?.({ ok: await runSuite(makeEnv(params), params, onProgress) });
} catch (error) {
  process.send?.(failureOf(error, progress));
}
process.disconnect?.();
