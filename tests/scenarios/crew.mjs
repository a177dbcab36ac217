// Looks at the workers that a pool starts, and takes the place of some: in a page by a Worker of its own in between, in
// Node by the process's word that a thread was started.

/**
 * Tells of every thread that is started while `use` runs: `name`, and the worker itself.
 *
 * @param {import('./harness.mjs').Env} env
 * @param {(workers: {name: string, worker: any}[]) => Promise<void>} use
 * @param {(name: string, url: string) => string} [replace] in pages only: another script for a worker of that name
 */
export async function withCrew(env, use, replace = (name, url) => url) {
  const workers = [];
  await (env.browser ? inPage(workers, use, replace) : inNode(workers, use));
}

async function inPage(workers, use, replace) {
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    constructor(url, options) {
      super(replace(options.name, url), options);
      workers.push({ name: options.name, worker: this });
    }
  };
  try {
    await use(workers);
  } finally {
    globalThis.Worker = Worker;
  }
}

async function inNode(workers, use) {
  const onWorker = (worker) => workers.push({ name: 'a thread', worker });
  process.on('worker', onWorker);
  try {
    await use(workers);
  } finally {
    process.off('worker', onWorker);
  }
}

/** Ends a worker behind its pool's back, as far as the pool can hear of it. */
export function endBehindItsBack(env, { worker }) {
  if (env.browser) worker.dispatchEvent(new ErrorEvent('error', { message: 'it fell over' }));
  else void worker.terminate();
}

/** Has a pool hear at once that a thread has failed, which goes on. */
export function fallOver(env, { worker }) {
  if (env.browser) endBehindItsBack(env, { worker });
  else worker.emit('error', new Error('it fell over'));
}

/** While `use` runs, no timer fires that is set to a second or more. */
export async function withoutLongTimers(use) {
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (listener, ms, ...more) => setTimeout(ms >= 1000 ? () => undefined : listener, ms, ...more);
  try {
    await use();
  } finally {
    globalThis.setTimeout = setTimeout;
  }
}

/** Has a worker's thread fail as soon as it has said that it retires. */
export function fallsWhenItRetires(env, { worker }) {
  return new Promise((resolve) => {
    const hear = ({ type, retired }) => {
      if (type !== 'millrace:gone' || !retired) return;
      fallOver(env, { worker });
      resolve();
    };
    if (env.browser) worker.addEventListener('message', ({ data }) => hear(data));
    else worker.on('message', hear);
  });
}

/** Counts the messages that come from workers. */
export function countMessages(env, workers) {
  const counter = { n: 0 };
  for (const { worker } of workers) {
    if (env.browser) worker.addEventListener('message', () => counter.n++);
    else worker.on('message', () => counter.n++);
  }
  return counter;
}

/** Makes pools that are told, while `use` runs, that no worker which is lost ever ends: no other takes its place. */
export async function withoutRest(env, use) {
  const { prototype } = env.browser ? globalThis.Worker : (await import('node:worker_threads')).Worker;
  const { postMessage } = prototype;
  prototype.postMessage = function (message, ...more) {
    const start = message.type === 'millrace:start';
    return postMessage.call(this, start ? { ...message, restMs: -1 } : message, ...more);
  };
  try {
    await use();
  } finally {
    prototype.postMessage = postMessage;
  }
}

/** Pools whose workers fail to start between `breaks` and `mends`: `use` gets both, and the options that they need. */
export async function withBrokenWorkers(env, use) {
  const broken = 'throw new Error("it is broken")';
  if (!env.browser) return useBrokenThreads(env, broken, use);
  const url = URL.createObjectURL(new Blob([broken], { type: 'text/javascript' }));
  let isBroken = false;
  const replace = (name, real) => (isBroken && /^millrace-(worker|cell)/.test(name) ? url : real);
  await withCrew(env, (workers) => use({ workers, options: {}, ...switchOf((on) => (isBroken = on)) }), replace);
}

const switchOf = (set) => ({ breaks: () => set(true), mends: () => set(false) });

/** A thread of Node begins with the environment that its process has then. */
async function useBrokenThreads(env, broken, use) {
  const name = 'MILLRACE_WORKERS_ARE_BROKEN';
  const kind = env.tier === 'jspi' ? 'cell' : 'worker';
  const script = `if (process.env.${name}) ${broken};\nawait import('${env.file(`npm/dist/${kind}.node.mjs`)}');`;
  const options = { urls: { [kind]: `data:text/javascript,${encodeURIComponent(script)}` } };
  try {
    const set = (on) => (on ? (process.env[name] = 'yes') : delete process.env[name]);
    await withCrew(env, (workers) => use({ workers, options, ...switchOf(set) }));
  } finally {
    delete process.env[name];
  }
}
