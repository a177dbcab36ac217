// Rival `@wasmer/sdk`: a whole system of its own, in wasm. In Node alone: in browsers it must be bundled with its workers.

/** @param {import('../lib/context.mjs').Env} env */
export async function startWasmer(env) {
  if (env.inBrowser) return undefined;
  const { Wasmer } = await env.importPackage('node_modules/@wasmer/sdk/dist/node.js');
  /** A system for each program: one that has failed with a program fails with all that come after. @type {Map<string, any>} */
  const loaded = new Map();
  const load = async (/** @type {string} */ path) => {
    if (!loaded.has(path)) {
      const wasmer = new Wasmer();
      const bytes = new Uint8Array(await (await env.fetchFile(path)).arrayBuffer());
      loaded.set(path, { wasmer, program: await wasmer.packages.load(bytes) });
    }
    return loaded.get(path);
  };
  return {
    /** Its files are in /workspace, which is no other place to them than `/` is to the others. */
    run: async (/** @type {import('../programs/list.mjs').Program} */ { path, args, stdin, files }) => {
      const { wasmer, program } = await load(path);
      const moved = args('/').map((each) => (each.startsWith('/') ? `/workspace${each}` : each));
      const begin = performance.now();
      const sandbox = await wasmer.sandboxes.create({ packages: [program], files });
      const output = await sandbox.command(program, moved).run({ stdin });
      const ms = performance.now() - begin;
      await sandbox.close();
      return { stdout: output.text(), ms };
    },
    close: async () => {
      for (const { wasmer } of loaded.values()) await wasmer.close().catch(() => undefined); // it says its failure again
    },
  };
}
