// Copies the thin client's C sources for those who build programs with emscripten: what is given, the headers that it includes, and
// the public ones. Usage: node npm/c-files.mjs OUT_DIR SOURCE…
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const [outdir, ...given] = process.argv.slice(2);
const PUBLIC = 'c/include';

/** Where an include of a source leads. */
function resolveInclude(from, name) {
  return [dirname(from), 'c', PUBLIC].map((folder) => join(folder, name)).find(existsSync);
}

const found = new Set((await readdir(PUBLIC)).map((name) => join(PUBLIC, name)));
const queue = [...given];
for (let file = queue.pop(); file; file = queue.pop()) {
  if (found.has(file)) continue;
  found.add(file);
  for (const [, name] of (await readFile(file, 'utf8')).matchAll(/^#include "([^"]+)"/gm)) {
    const header = resolveInclude(file, name);
    if (!header) throw new Error(`${file} includes ${name}, which is nowhere`);
    queue.push(header);
  }
}

/** Sources and headers stay in their folders, and what is no C lies on top. */
for (const file of found) {
  const to = join(outdir, /\.[ch]$/.test(file) ? file.replace(/^c\//, '') : basename(file));
  await mkdir(dirname(to), { recursive: true });
  await cp(file, to);
}
