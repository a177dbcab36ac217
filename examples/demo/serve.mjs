// Serves build/demo/ with the headers that make a page cross-origin isolated, until it is interrupted;
// with --no-isolation without them, as any static server does.
// Usage: node examples/demo/serve.mjs [--port 8080] [--no-isolation]

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { serve } from '../../tests/browser/server.mjs';

const root = fileURLToPath(new URL('../../build/demo', import.meta.url));
const ATTEMPTS = 20;

/**
 * Takes the first free port from this one on.
 *
 * @param {number} first
 * @param {boolean} isolated
 * @returns {Promise<number>}
 */
async function serveFrom(first, isolated) {
  for (let port = first; ; port++) {
    try {
      await serve({ root, port, isolated });
      return port;
    } catch (error) {
      const isTaken = /** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE';
      if (!isTaken || port + 1 === first + ATTEMPTS) throw error;
    }
  }
}

const { values } = parseArgs({
  options: { port: { type: 'string', default: '8080' }, 'no-isolation': { type: 'boolean', default: false } },
});
const port = await serveFrom(Number(values.port), !values['no-isolation']);
console.log(`The demo is at http://localhost:${port}/ (Ctrl+C ends it).`);
