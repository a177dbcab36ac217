// Counts what a run leaves registered: listeners that were added and not removed, and workers that were started and not
// ended. Taken before the package is loaded, in Node and in pages alike.

const { addEventListener, removeEventListener } = EventTarget.prototype;

const captures = (options) => (typeof options === 'object' ? options?.capture === true : options === true);

/** The listeners of one target: by type, listener and capture, as the platform tells them apart. */
class Listeners {
  #entries = new Map();

  add(target, type, listener, options) {
    const once = options?.once === true;
    const { signal } = Object(options);
    if (!listener || signal?.aborted || this.#find(type, listener, captures(options))) return;
    const entry = { listener, capture: captures(options), signal };
    this.#of(type).add(entry);
    if (!once) return;
    entry.fired = () => this.#of(type).delete(entry);
    addEventListener.call(target, type, entry.fired, options);
  }

  remove(target, type, listener, options) {
    const entry = this.#find(type, listener, captures(options));
    if (!entry) return;
    this.#of(type).delete(entry);
    if (entry.fired) removeEventListener.call(target, type, entry.fired, options);
  }

  get size() {
    let sum = 0;
    for (const entries of this.#entries.values()) {
      for (const { signal } of entries) sum += signal?.aborted ? 0 : 1;
    }
    return sum;
  }

  #of(type) {
    if (!this.#entries.has(type)) this.#entries.set(type, new Set());
    return this.#entries.get(type);
  }

  #find(type, listener, capture) {
    return [...this.#of(type)].find((entry) => entry.listener === listener && entry.capture === capture);
  }
}

export class Census {
  /** What was collected is forgotten with all its listeners. */
  #targets = new Set();
  #listeners = new WeakMap();
  /** Those that live. In Node: each with the number of listeners that are ours. */
  #workers = new Set();

  constructor() {
    this.#watchTargets();
    if (globalThis.process?.on) this.#watchThreads();
    else this.#watchWorkers();
  }

  /** Workers that were started and that nobody has ended. */
  get workers() {
    return this.#workers.size;
  }

  listenersOf(target) {
    return (this.#listeners.get(target)?.size ?? 0) + emitted(target);
  }

  /** Listeners of all that still lives: ask after a collection of garbage. */
  get listeners() {
    let sum = globalThis.process?.on ? emitted(process) : 0;
    for (const worker of this.#workers) sum += emitted(worker);
    for (const weak of this.#targets) {
      const target = weak.deref();
      if (target) sum += this.#listeners.get(target).size;
      else this.#targets.delete(weak);
    }
    return sum;
  }

  #watchTargets() {
    const of = (target) => this.#of(target);
    Object.assign(EventTarget.prototype, {
      addEventListener(type, listener, options) {
        const target = this ?? globalThis;
        of(target).add(target, type, listener, options);
        return addEventListener.call(target, type, listener, options);
      },
      removeEventListener(type, listener, options) {
        const target = this ?? globalThis;
        of(target).remove(target, type, listener, options);
        return removeEventListener.call(target, type, listener, options);
      },
    });
  }

  #of(target) {
    if (!this.#listeners.has(target)) {
      this.#listeners.set(target, new Listeners());
      this.#targets.add(new WeakRef(target));
    }
    return this.#listeners.get(target);
  }

  /** In Node a thread is an emitter, and says itself when it has ended. */
  #watchThreads() {
    process.on('worker', (worker) => {
      this.#workers.add(worker);
      worker.once('exit', () => this.#workers.delete(worker));
    });
  }

  /** A page is not told when a worker has ended; what it can do is terminate it. */
  #watchWorkers() {
    const workers = this.#workers;
    const { Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(...options) {
        super(...options);
        workers.add(this);
      }

      terminate() {
        workers.delete(this);
        super.terminate();
      }
    };
  }
}

/** Listeners of an emitter of Node. */
function emitted(target) {
  if (!target.eventNames || target instanceof EventTarget) return 0;
  return target.eventNames().reduce((sum, name) => sum + target.listenerCount(name), 0);
}
