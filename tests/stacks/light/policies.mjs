// Pages with strict policies, and a package that is on another origin.
import { cp } from 'node:fs/promises';
import { expectRefusal, expectRun, html, runSource } from '../lib/pages.mjs';
import { makeProject } from '../lib/project.mjs';
import { serveFolder } from '../lib/server.mjs';

const ALL = ['chromium', 'firefox', 'webkit'];

const STRICT =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; img-src data:";
const TRUSTED = `${STRICT}; require-trusted-types-for 'script'`;

const app = (options, from = '/dist/index.js') => `import { Pool } from '${from}';
${runSource({ options })}
runGuest().then((report) => (globalThis.__report = report));`;

const PLAIN = '{ workers: 2 }';
const page = (script = 'app.js') => html(`<script type="module" src="${script}"></script>`);

const own = `(() => {
  const { createScriptURL } = trustedTypes.createPolicy('own', { createScriptURL: (url) => url });
  const url = (name) => Object.freeze(trustedTypes.createPolicy('own-' + name.split('.')[0], { createScriptURL: (url) => url }).createScriptURL('/dist/' + name));
  return { workers: 2, urls: { coordinator: url('coordinator.js'), worker: url('worker.js') } };
})()`;

async function site(t, files) {
  const project = await makeProject(t, { name: 'policies', files: { 'index.html': page(), ...files } });
  await project.guest();
  await cp(project.path('node_modules/millrace/dist'), project.path('dist'), { recursive: true });
  return project.folder;
}

async function under(t, policy, options, from) {
  const folder = await site(t, { 'app.js': app(options, from) });
  return `${await serveFolder(t, folder, { headers: { 'Content-Security-Policy': policy } })}/`;
}

export const stacks = [
  {
    name: 'a strict Content-Security-Policy, which takes no blobs',
    run: async (t) => expectRun(t, await under(t, STRICT, PLAIN), { browsers: ALL }),
  },
  {
    name: 'Trusted Types: with the policy "millrace", with TrustedScriptURLs, and told what lacks',
    async run(t) {
      await expectRun(t, await under(t, `${TRUSTED}; trusted-types millrace`, PLAIN));
      await expectRun(t, await under(t, TRUSTED, PLAIN));
      await expectRun(t, await under(t, `${TRUSTED}; trusted-types own own-coordinator own-worker`, own));
      await expectRefusal(
        t,
        await under(t, `${TRUSTED}; trusted-types other`, PLAIN),
        /add "millrace" to trusted-types/,
      );
      const text = "{ workers: 1, urls: { worker: '/dist/worker.js' } }";
      await expectRefusal(t, await under(t, TRUSTED, text), /give a TrustedScriptURL/);
    },
  },
  {
    name: 'policies that forbid workers or wasm are named',
    async run(t) {
      const noWorkers = STRICT.replace("worker-src 'self'", "worker-src 'none'");
      await expectRefusal(t, await under(t, noWorkers, PLAIN), /worker-src/, { browsers: ALL });
      const noWasm = STRICT.replace(" 'wasm-unsafe-eval'", '');
      await expectRefusal(t, await under(t, noWasm, PLAIN), /add 'wasm-unsafe-eval' to script-src/, { browsers: ALL });
      const noConnection = STRICT.replace("connect-src 'self'", "connect-src 'none'");
      await expectRefusal(t, await under(t, noConnection, PLAIN), /connect-src/, { browsers: ALL });
      await expectRefusal(t, await under(t, STRICT, PLAIN, '/dist/inline.js'), /add blob: to worker-src/, {
        browsers: ALL,
      });
      const inline = STRICT.replace("worker-src 'self'", 'worker-src blob:');
      await expectRun(t, await under(t, inline, PLAIN, '/dist/inline.js'), { browsers: ALL });
    },
  },
  {
    name: 'the package on another origin',
    async run(t) {
      const folder = await site(t, {});
      const headers = { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' };
      const cdn = await serveFolder(t, folder, { headers });
      const closed = await serveFolder(t, folder, { isolated: false });
      for (const name of ['index.js', 'inline.js']) {
        const page = await site(t, { 'app.js': app(PLAIN, `${cdn}/dist/${name}`) });
        await expectRun(t, `${await serveFolder(t, page)}/`, { browsers: ALL });
      }
      const elsewhere = `{ workers: 1, urls: { worker: '${closed}/dist/worker.js' } }`;
      const page = await site(t, { 'app.js': app(elsewhere) });
      await expectRefusal(t, `${await serveFolder(t, page)}/`, /Access-Control-Allow-Origin/, { browsers: ALL });
    },
  },
];
