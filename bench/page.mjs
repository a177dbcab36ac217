// Runs a subject in the page; whoever opened it looks at the two globals.

import { makeEnv } from './env.web.mjs';
import { failureOf, runSuite } from './lib/run-suite.mjs';

const page = /** @type {any} */ (globalThis);
const params = JSON.parse(new URLSearchParams(location.search).get('params') ?? '{}');
/** What a worker failed with, perhaps while somebody waits for its answer. */
const failure = new Promise((_, reject) => addEventListener('error', ({ message }) => reject(new Error(message))));
try {
  const suite = runSuite(makeEnv(params), params, (text) => (page.__progress = text));
  page.__report = { ok: await Promise.race([suite, failure]) };
} catch (error) {
  page.__report = failureOf(error, page.__progress);
}
