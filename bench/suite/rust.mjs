// The calls of a guest answered by Rust on the main thread, through the crate, beside the same from JavaScript, both by what
// the package has for plugins and for host calls. There is nothing to measure where `make rust-built` has not been run.

import { expect, timed } from '../lib/measure.mjs';

const built = new URL('../../build/rust/millrace_scenarios/', import.meta.url);
const isNode = typeof process !== 'undefined';
const dist = new URL(`../../npm/dist/index${isNode ? '.node' : ''}.js`, import.meta.url).href;
const plugins = new URL(`../../npm/dist/plugin${isNode ? '.node' : ''}.js`, import.meta.url).href;

/** @param {string} name */
const guest = (name) => new URL(`../../examples/guests/${name}.gen.wasm`, import.meta.url);

/** Whatever Node or a page makes of a URL of ours. @param {URL} url */
const sourceOf = (url) => (isNode ? decodeURIComponent(url.pathname) : url.href);

/** The crate's calls; `undefined`: it was not built. */
async function openRust() {
  try {
    const rust = await import(new URL('millrace_scenarios.js', built).href);
    const wasm = new URL('millrace_scenarios_bg.wasm', built);
    const bytes = isNode ? await (await import('node:fs/promises')).readFile(wasm) : fetch(wasm);
    await rust.default({ module_or_path: bytes });
    return await rust.Calls.open(dist, sourceOf(guest('rpc')), sourceOf(guest('hostcall')));
  } catch (error) {
    if (/import|find module|fetch/i.test(String(error))) return undefined;
    throw error;
  }
}

/** The same in JavaScript. */
async function openJavaScript() {
  const [{ Pool }, { openPlugin }] = await Promise.all([import(dist), import(plugins)]);
  const pool = await Pool.create({ workers: 1 });
  const host_ping = (/** @type {{n: number}} */ { n }) => n;
  const plugin = await openPlugin(pool, sourceOf(guest('rpc')), { methods: { host_ping } });
  await plugin.call('ping');
  return {
    request: async (/** @type {string} */ method, /** @type {number} */ count) =>
      String(await plugin.call(method, { count })),
    host_calls: async (/** @type {number} */ count) => {
      const options = {
        args: ['-r', String(count), 'host_ping', '{"n":1}'],
        host: { host_ping: (/** @type {Uint8Array} */ data) => data },
      };
      return (await pool.run(sourceOf(guest('hostcall')), options)).stdoutText;
    },
    close: async () => {
      await plugin.close();
      await pool.close();
    },
  };
}

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'rust',
  group: 'rust',
  open: async ({ sizes }) => {
    const rust = await openRust();
    if (!rust) return { variants: {}, rows: [], close: async () => undefined };
    const hosts = { rust, javascript: await openJavaScript() };
    const { calls, repeats } = sizes;
    /** @type {Record<string, () => Promise<number>>} */
    const variants = {};
    /** @type {import('../lib/measure.mjs').Row[]} */
    const rows = [];
    /** @type {(name: string, once: (host: any) => Promise<void>) => void} */
    const add = (name, once) => {
      for (const [label, host] of Object.entries(hosts)) {
        variants[`${name}: ${label}`] = async () => {
          const ms = await timed(async () => {
            for (let i = 0; i < repeats; i++) await once(host);
          });
          return ms / repeats;
        };
      }
      rows.push({ name, unit: 'ms', better: 'lower', ours: `${name}: rust`, rivals: [`${name}: javascript`] });
    };
    for (const method of ['call_many', 'call_many_async'])
      add(`${method}, from Rust`, async (host) => expect(await host.request(method, calls), String(calls), method));
    add('host_call, from Rust', async (host) => expect(await host.host_calls(calls), `${calls}\n`, 'host_call'));
    return {
      variants,
      rows,
      close: async () => {
        for (const host of Object.values(hosts)) await host.close();
      },
    };
  },
};
