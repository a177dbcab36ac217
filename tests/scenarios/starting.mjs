// How a pool starts: its threads while its wasm is on its way, and its wasm once for all pools of a page.
import { assert, equal, rejects } from './harness.mjs';

/** What a pool of two workers begins with. */
const KINDS = { shared: ['coordinator', 'worker', 'worker'], jspi: ['cell', 'cell'] };

/** Our wasm under a name by which no pool has compiled it. */
let fresh = 0;
const freshWasm = (env) => `${env.file('coordinator-dist/coordinator.wasm')}?${env.tier}-${++fresh}`;

/** Starts the real script of a kind, or another. */
async function starterOf(env, script = (kind) => `npm/dist/${kind}${env.browser ? '.js' : '.node.mjs'}`) {
  const { Worker: Thread } = env.browser ? globalThis : await import('node:worker_threads');
  return (kind, name) => new Thread(new URL(env.file(script(kind))), { type: 'module', name });
}

/** Noting what is started by it, and whether that was ended. */
function noting(start) {
  const threads = [];
  const spawn = (kind, name) => {
    const thread = start(kind, name);
    const { terminate } = thread;
    const noted = { kind, thread, isEnded: false };
    thread.terminate = () => {
      noted.isEnded = true;
      return terminate.call(thread);
    };
    threads.push(noted);
    return thread;
  };
  return { threads, spawn };
}

/** With compilers that do something first. */
async function withCompilers(before, use) {
  const { compile, compileStreaming } = WebAssembly;
  try {
    for (const [name, original] of Object.entries({ compile, compileStreaming })) {
      WebAssembly[name] = async (...given) => {
        await before();
        return original.apply(WebAssembly, given);
      };
    }
    return await use();
  } finally {
    Object.assign(WebAssembly, { compile, compileStreaming });
  }
}

/** Resolves when it holds; events that nobody sees may bring it about. */
async function until(holds) {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const haveStarted = (env, threads) => until(() => threads.length === KINDS[env.tier].length);

export const scenarios = [
  {
    name: 'all threads of a pool start while its wasm is compiled, and each is used',
    async run(env) {
      const { threads, spawn } = noting(await starterOf(env));
      const create = () => env.millrace.Pool.create({ workers: 2, spawn, urls: { wasm: freshWasm(env) } });
      const pool = await withCompilers(() => haveStarted(env, threads), create);
      equal(
        threads.map(({ kind }) => kind),
        KINDS[env.tier],
      );
      const options = { stdin: 'x' };
      for (const { stdoutText } of await Promise.all([1, 2].map(() => pool.run(env.guest('cat'), options))))
        equal(stdoutText, 'x');
      equal(pool.stats().workers, 2);
      assert(!threads.some(({ isEnded }) => isEnded), 'one was ended');
      await pool.close();
      assert(
        threads.every(({ isEnded }) => isEnded),
        'one lives on',
      );
    },
  },
  {
    name: 'the pools of a page compile their own wasm once',
    async run(env) {
      const wasm = freshWasm(env);
      const open = async () => {
        const pool = await env.millrace.Pool.create({ workers: 1, urls: { wasm } });
        await pool.close();
      };
      let n = 0;
      const count = () => void n++;
      await withCompilers(count, open);
      equal(n, 1);
      await withCompilers(count, () => Promise.all([open(), open()]));
      equal(n, 1);
    },
  },
  {
    name: 'of a start that fails no thread is left that it had begun with',
    async run(env) {
      const { threads, spawn } = noting(await starterOf(env));
      const fail = async () => {
        await haveStarted(env, threads);
        throw new Error('the compiler is out of sorts');
      };
      const create = () => env.millrace.Pool.create({ workers: 2, spawn, urls: { wasm: freshWasm(env) } });
      await rejects(withCompilers(fail, create), 'StartError');
      equal(
        threads.map(({ isEnded }) => isEnded),
        KINDS[env.tier].map(() => true),
      );
    },
  },
  {
    name: 'a start that is aborted while its wasm is compiled leaves no thread',
    async run(env) {
      const { threads, spawn } = noting(await starterOf(env));
      const abort = new AbortController();
      const { signal } = abort;
      const wait = async () => {
        await haveStarted(env, threads);
        abort.abort('enough');
        await new Promise((resolve) => setTimeout(resolve));
      };
      const create = () => env.millrace.Pool.create({ workers: 2, spawn, signal, urls: { wasm: freshWasm(env) } });
      equal((await rejects(withCompilers(wait, create), 'AbortError')).cause, 'enough');
      assert(
        threads.every(({ isEnded }) => isEnded),
        'one lives on',
      );
    },
  },
  {
    name: 'a thread that fails while the wasm is compiled fails the start, and not later',
    async run(env) {
      const broken = () => 'tests/scenarios/no-worker.mjs';
      const { threads, spawn } = noting(await starterOf(env, broken));
      let nFailed = 0;
      const hearing = (kind, name) => {
        const thread = spawn(kind, name);
        const fails = () => void nFailed++;
        if (env.browser) thread.addEventListener('error', fails, { once: true });
        else thread.once('error', fails);
        return thread;
      };
      const wait = () => until(() => nFailed === KINDS[env.tier].length);
      const options = { workers: 2, spawn: hearing, urls: { wasm: freshWasm(env) } };
      const error = await rejects(
        withCompilers(wait, () => env.millrace.Pool.create(options)),
        'StartError',
      );
      assert(error.message.includes('this is no worker'), error.message);
      assert(
        threads.every(({ isEnded }) => isEnded),
        'one lives on',
      );
    },
  },
];
