// Serves the built documentation. Usage: node npm/docs/tools/serve.mjs [--port 8000] [--base /under/this/path/]
import { mkdir, mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { serve } from '../../../tests/browser/server.mjs';
import { dist } from './places.mjs';

const options = { port: { type: 'string', default: '0' }, base: { type: 'string', default: '/' } };
const { values } = parseArgs({ options });

/** The folder above the site, if that is under a path. */
async function rootFor(base) {
  const path = base.replace(/^\/|\/$/g, '');
  if (!path) return dist;
  const root = await mkdtemp(join(tmpdir(), 'millrace-docs-'));
  await mkdir(dirname(join(root, path)), { recursive: true });
  await symlink(dist, join(root, path));
  return root;
}

const { url } = await serve({ root: await rootFor(values.base), port: Number(values.port), isolated: false });
console.log(`The documentation: ${url}${values.base}`);
