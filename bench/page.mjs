// Runs the suite in the page; whoever opened it looks at the two globals.

import { makeEnv } from './env.web.mjs';
import { runSuite } from './lib/run-suite.mjs';

const page = /** @type {any} */ (globalThis);
const params = JSON.parse(new URLSearchParams(location.search).get('params') ?? '{}');
try {
  page.__report = { ok: await runSuite(makeEnv(params), params, (text) => (page.__progress = text)) };
} catch (error) {
  page.__report = { failed: `${page.__progress}: ${error}\n${/** @type {Error} */ (error).stack ?? ''}` };
}
