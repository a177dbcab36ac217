// Reads a suite that is laid out as the releases of WebAssembly/wasi-testsuite are: folders of *.wasm, a *.json beside
// one that says how it is run, and the folders that it is given.

import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';

/** @typedef {{[name: string]: string | Tree}} Tree what a folder has: files, as base64, and folders */

/**
 * One test, with all that it needs, as JSON can carry it.
 * @typedef {object} Test
 * @property {string} group
 * @property {string} name
 * @property {string} wasm where it is
 * @property {string[]} args
 * @property {Record<string, string>} env
 * @property {{path: string, folder: string, tree: Tree}[]} mounts
 * @property {number} exitCode
 * @property {string} [stdout] what it must have printed, if that matters
 * @property {string} [stderr]
 */

/** The magic number and the version of a core module; a component has another version. */
const MODULE_HEAD = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

/** What a test has left behind in a folder that it was run in. */
const LEFT_BEHIND = /\.cleanup$/;

/**
 * All tests below a folder whose names contain `only`.
 *
 * @param {string} root
 * @param {string} only
 * @returns {Promise<Test[]>}
 */
export async function readSuite(root, only) {
  const tests = [];
  for (const folder of await foldersOf(root)) {
    const files = (await readdir(folder)).filter((name) => name.endsWith('.wasm') && name.includes(only)).sort();
    const group = await groupOf(root, folder);
    for (const file of files) {
      const test = await readTest(folder, file);
      if (test) tests.push({ group, ...test });
    }
  }
  return tests;
}

async function foldersOf(root) {
  const entries = await readdir(root, { withFileTypes: true });
  const inner = entries.filter((entry) => entry.isDirectory() && !entry.name.endsWith('.dir'));
  const below = await Promise.all(inner.map(({ name }) => foldersOf(join(root, name))));
  return [root, ...below.flat()];
}

async function readJson(path, otherwise) {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return otherwise;
    throw new Error(`${path}: ${error.message}`, { cause: error });
  }
}

async function groupOf(root, folder) {
  const { name } = await readJson(join(folder, 'manifest.json'), {});
  return name ?? (relative(root, folder) || basename(root));
}

/** A spec that is written as steps, as the other kind is. */
function flattened({ operations, ...spec }) {
  for (const { type, ...step } of operations ?? []) {
    if (type === 'run') Object.assign(spec, step);
    else if (type === 'wait') spec.exit_code = step.exit_code;
    else if (type === 'read') spec[step.id ?? 'stdout'] = step.payload;
    else throw new Error(`no program of preview 1 needs the operation ${JSON.stringify(type)}`);
  }
  return spec;
}

/** Components, of later versions of WASI, are left out. */
async function readTest(folder, file) {
  const wasm = join(folder, file);
  const head = (await readFile(wasm)).subarray(0, MODULE_HEAD.length);
  if (!head.equals(MODULE_HEAD)) return undefined;
  const name = file.replace(/\.wasm$/, '');
  const spec = flattened(await readJson(join(folder, `${name}.json`), {}));
  const mounts = (spec.dirs ?? []).map((path) => ({ path, folder: join(folder, path) }));
  if (spec.root !== undefined) mounts.push({ path: '/', folder: join(folder, spec.root) });
  for (const mount of mounts) mount.tree = await readTree(mount.folder);
  const { args = [], env = {}, exit_code: exitCode = 0, stdout, stderr } = spec;
  return { name, wasm, args, env, mounts, exitCode, stdout, stderr };
}

async function readTree(folder) {
  /** @type {Tree} */
  const tree = {};
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (LEFT_BEHIND.test(entry.name)) continue;
    if (entry.isDirectory()) tree[entry.name] = await readTree(path);
    else if (entry.isFile()) tree[entry.name] = await readFile(path, 'base64');
  }
  return tree;
}
