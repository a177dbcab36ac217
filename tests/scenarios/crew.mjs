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

/** Counts the messages that come from workers. */
export function countMessages(env, workers) {
  const counter = { n: 0 };
  for (const { worker } of workers) {
    if (env.browser) worker.addEventListener('message', () => counter.n++);
    else worker.on('message', () => counter.n++);
  }
  return counter;
}
