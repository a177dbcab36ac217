// Pools on sites that cannot set headers, in real browsers: a static host that serves the site from a folder, a page that
// keeps its pop-ups, and a frame of another site. Where the engine cannot suspend wasm, the error has to say what would
// help. Usage: node tests/jspi/run.mjs [browser…]
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { launch } from '../browser/launch.mjs';
import { runPage } from '../browser/run-page.mjs';
import { serve } from '../browser/server.mjs';
import { assert, equal, rejects } from '../scenarios/harness.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = 'tests/jspi/page.html';
const POPUPS = { 'Cross-Origin-Opener-Policy': 'same-origin-allow-popups' };

/** The engines, and whether they can suspend wasm. */
const engines = { chromium: true, firefox: true, webkit: false };

/** Serves what the pages need. The static host has the site in a folder, as they do with projects. */
async function serveAll() {
  const folder = await mkdtemp(`${tmpdir()}/millrace-site-`);
  await symlink(ROOT, `${folder}/project`);
  const [host, popups, other] = await Promise.all([
    serve({ root: folder, isolated: false }),
    serve({ root: ROOT, isolated: false, headers: POPUPS }),
    serve({ root: ROOT, isolated: false }),
  ]);
  // Another port is another origin and the same site; another name is another site.
  const site = other.url.replace('127.0.0.1', 'localhost');
  const pages = {
    'a static host': `${host.url}/project/${PAGE}`,
    'a page that keeps its pop-ups': `${popups.url}/${PAGE}`,
    'a frame of another site': `${host.url}/project/tests/jspi/frame.html?src=${site}/${PAGE}`,
  };
  const close = async () => {
    await Promise.all([host, popups, other].map((server) => server.close()));
    await rm(folder, { recursive: true });
  };
  return { pages, close };
}

async function testPage(browser, kind, page) {
  const url = engines[browser.name] ? page : `${page}?refusals`;
  const report = await runPage({ browser, url, timeoutMs: 300_000 });
  for (const line of report.lines) console.log(`${browser.name}, ${kind}: ${line}`);
  for (const { error } of report.failures) console.log(error);
  return report;
}

async function testBrowser(name, pages, total) {
  const browser = await launch(name);
  try {
    for (const [kind, page] of Object.entries(pages)) {
      const { passed, failed } = await testPage(browser, kind, page);
      total.passed += passed;
      total.failed += failed;
    }
  } catch (error) {
    console.log(`${name}: ${error.message}`);
    total.failed++;
  } finally {
    await browser.close();
  }
}

/** In Node memory is always shared; the other tier is there for who asks, if the engine can suspend wasm. */
async function testNode(total) {
  const { Pool } = await import('../../npm/dist/index.node.js');
  const canSuspend = typeof WebAssembly.Suspending === 'function';
  if (canSuspend) {
    const pool = await Pool.create({ workers: 1, tier: 'jspi' });
    equal(pool.tier, 'jspi');
    await pool.close();
  } else {
    const error = await rejects(Pool.create({ workers: 1, tier: 'jspi' }), 'PoolError');
    equal(error.code, 'POOL_ENOTSUP');
    assert(error.message.includes('Node 25'), error.message);
  }
  console.log(`node ${process.version}: ok the tier "jspi" is ${canSuspend ? 'there' : 'refused'}`);
  total.passed++;
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(engines);
const total = { passed: 0, failed: 0 };
await testNode(total);
const { pages, close } = await serveAll();
for (const name of names) await testBrowser(name, pages, total);
await close();
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
