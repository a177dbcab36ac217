// The record of what has passed: which package, with which stacks. It is committed, and is the same on every machine, so that
// whoever finds it equal to what he has need not run the stacks that install for minutes.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { hashOf } from './project.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const RECORD = fileURLToPath(new URL('../passed.gen.json', import.meta.url));

/** What of the package a stack can load. Types are tested apart, C files by another part, and nobody runs the manual. */
const LOADED = /^(dist\/.*\.(js|mjs|cjs|wasm)|(.*\/)?package\.json)$/;

/** What a run of the stacks consists of: they, what drives the browsers, and the guest. */
const SOURCES = ['tests/stacks', 'tests/browser', 'examples/guests/cat.gen.wasm'];
const SOURCE = /\.(mjs|js|wasm)$/;

/** How base64 begins that was compressed by gzip. */
const PACKED = /H4sI[\w+/]{100,}=*/g;

/** Names and bytes of all files in a folder, or of one file, in an order that no locale changes. */
async function filesOf(root, path = '') {
  const entries = await readdir(join(root, path), { recursive: true, withFileTypes: true }).catch(() => undefined);
  const paths = entries
    ? entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, path, name }) => relative(root, join(parentPath ?? path, name)))
    : [path];
  return Promise.all(paths.sort().map(async (name) => ({ name, bytes: await readFile(join(root, name)) })));
}

/** The wasm in `millrace/inline` counts as what it unpacks to: each zlib packs it otherwise. */
function unpacked(bytes) {
  return bytes.toString('latin1').replaceAll(PACKED, (text) => hashOf(gunzipSync(Buffer.from(text, 'base64'))));
}

const hashOfFiles = (files) => hashOf(...files.flatMap(({ name, bytes }) => [name, unpacked(bytes)]));

/** Of the packed package: an archive itself has compressed bytes in it, too. */
async function packageHash(archive) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-packed-'));
  try {
    await promisify(execFile)('tar', ['xzf', archive, '-C', folder, '--strip-components=1']);
    return hashOfFiles((await filesOf(folder)).filter(({ name }) => LOADED.test(name)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function stacksHash() {
  const files = await Promise.all(SOURCES.map((path) => filesOf(ROOT, path)));
  return hashOfFiles(files.flat().filter(({ name }) => SOURCE.test(name)));
}

/** What is here now. @returns {Promise<{package: string, stacks: string}>} */
export async function whatIsHere(archive) {
  return { package: await packageHash(archive), stacks: await stacksHash() };
}

/** In what it differs from the record, in words; empty: in nothing. */
export async function newSinceRecord(here) {
  const record = JSON.parse(await readFile(RECORD, 'utf8').catch(() => '{}'));
  return Object.keys(here).filter((what) => here[what] !== record[what]);
}

/** All stacks have passed with what is here. */
export async function writeRecord(here) {
  await writeFile(RECORD, `${JSON.stringify(here, null, 2)}\n`);
}
