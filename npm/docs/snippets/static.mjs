// Code that needs neither a page nor Node's modules: shell, which runs if it is the package's own, and C, Rust, JSON and others'
// configurations, which what would take them reads.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { repositoryFiles } from '../../../tests/check/files.mjs';
import { root } from '../tools/places.mjs';
import { guestFile } from './project.mjs';

const makefiles = repositoryFiles('Makefile', '*.mk').map((name) => readFileSync(name, 'utf8'));
const targets = new Set(
  makefiles.flatMap((text) => [...text.matchAll(/^([a-z][\w-]*)(?: [a-z][\w-]*)*:/gm)].map(([, name]) => name)),
);

/** Shell parses, and the targets of make that it names are there. */
function checkShell({ code, where }) {
  execFileSync('bash', ['-n'], { input: code });
  for (const [, target] of code.matchAll(/^make ([a-z][\w-]*)/gm))
    assert.ok(targets.has(target), `${where}: make ${target}`);
}

/** Commands of the package, in a folder with two guests and something to read. What they print has in it what the page says. */
function runShell({ code, expect, where }, { folder }) {
  const work = `${folder}/shell`;
  mkdirSync(`${work}/data`, { recursive: true });
  writeFileSync(`${work}/data/in.txt`, 'some text');
  for (const [name, guest] of [
    ['tool', '/wc.wasm'],
    ['files', '/files.wasm'],
  ])
    copyFileSync(guestFile(guest), `${work}/${name}.wasm`);
  const printed = execFileSync('bash', ['-euo', 'pipefail'], { input: code, cwd: work, encoding: 'utf8' });
  assert.ok(expect !== undefined && printed.includes(expect), `${where}: it printed ${printed}`);
}

/** C compiles. What a function of the page's does not show of its surroundings is declared around it. */
function checkC({ code, words }) {
  const guest = words.has('guest');
  const includes = ['stdbool', 'stdint', 'stdio', 'stdlib', 'string', 'unistd'].map((name) => `#include <${name}.h>`);
  const own = guest ? ['#include "pool_guest.h"'] : ['#include "pool.h"', '#include "pool_guest.h"'];
  const rest = code.replace(/^#include.*\n/gm, '');
  const given = [...code.matchAll(/^#include.*$/gm)].map(([line]) => line);
  const source = [...includes, ...own, ...given, rest].join('\n');
  const args = [
    '-x',
    'c',
    '-std=gnu11',
    '-Wall',
    '-Werror',
    '-Wno-unused',
    '-Wno-attributes',
    '-fsyntax-only',
    `-I${root}c/include`,
    '-',
  ];
  execFileSync('cc', args, { input: source });
}

/** Rust is quoted from a file that is compiled elsewhere, whose name the title is. */
function checkRust({ code, title, where }) {
  assert.ok(existsSync(root + title), `${where}: there is no ${title}`);
  const text = readFileSync(root + title, 'utf8');
  for (const line of code
    .split('\n')
    .map((each) => each.trim())
    .filter(Boolean))
    assert.ok(text.includes(line), `${where}: ${title} does not have: ${line}`);
}

/** A configuration in JavaScript is a module with a default export. */
async function checkConfig({ code, id }, { folder }) {
  const file = `${folder}/${id}.mjs`;
  writeFileSync(file, code);
  const { default: config } = await import(pathToFileURL(file).href);
  assert.equal(typeof config, 'object');
}

const checks = {
  sh: checkShell,
  c: checkC,
  rust: checkRust,
  json: ({ code }) => void JSON.parse(code),
  text: () => undefined,
};

/** The check of a fence that is only read; none: it is of no kind that is known. @param {import('./fences.mjs').Fence} fence */
export function staticCheck({ language, words }) {
  if (language === 'sh' && words.has('run')) return runShell;
  return words.has('config') ? checkConfig : checks[language];
}
