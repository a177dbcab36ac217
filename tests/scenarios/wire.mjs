// A guest of a plugin that a scenario plays itself: what it is sent, and all that it could ever write.
import { bytes, sleep, until } from './harness.mjs';

/** One life of such a guest, as the job that a pool would give. */
class Played {
  /** The lines that it was sent. */
  heard = [];
  /** Whether its stdin has ended. */
  atEnd = false;
  cancelled;
  /** Whether it has ended. */
  isOver = false;
  #rest = '';
  #output;
  #log;
  #settle;
  #room;

  constructor({ deaf = false, ignoresCancel = false } = {}) {
    const decoder = new TextDecoder();
    this.#room = deaf ? new Promise((resolve) => (this.hear = resolve)) : undefined;
    this.stdin = new WritableStream({
      write: async (chunk) => {
        await this.#room;
        const lines = (this.#rest + decoder.decode(chunk, { stream: true })).split('\n');
        this.#rest = lines.pop();
        this.heard.push(...lines);
      },
      close: () => {
        this.atEnd = true;
      },
    });
    this.stdout = new ReadableStream({ start: (controller) => (this.#output = controller) });
    this.stderr = new ReadableStream({ start: (controller) => (this.#log = controller) });
    this.status = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.status.catch(() => undefined);
    this.ignoresCancel = ignoresCancel;
  }

  cancel(reason) {
    if (this.cancelled) return;
    this.cancelled = { reason };
    if (!this.ignoresCancel) this.fail(Object.assign(new Error('cancelled'), { name: 'AbortError', cause: reason }));
  }

  /** Writes: text or bytes as they are, anything else as one line of JSON. */
  says(what) {
    const raw = typeof what === 'string' ? bytes(what) : what;
    this.#output.enqueue(raw instanceof Uint8Array ? raw : bytes(`${JSON.stringify(what)}\n`));
  }

  logs(what) {
    this.#log.enqueue(typeof what === 'string' ? bytes(what) : what);
  }

  /** How much of what it wrote nobody has read. */
  get unread() {
    return 1 - this.#output.desiredSize;
  }

  exit(code = 0) {
    this.#close();
    this.#settle.resolve({ success: code === 0, code });
  }

  fail(error) {
    this.#close();
    this.#settle.reject(error);
  }

  closeStdout() {
    this.#output.close();
  }

  #close() {
    this.isOver = true;
    for (const stream of [this.#output, this.#log]) {
      try {
        stream.close();
      } catch {
        // it is closed
      }
    }
  }

  /** What it has heard so far, as JSON, when there are so many. */
  async messages(count) {
    await until(() => this.heard.length >= count);
    return this.heard.map((line) => JSON.parse(line));
  }
}

/** A pool whose guests the scenario plays. `lives` says of each guest how it is, or that it cannot be started. */
export function playedPool(...lives) {
  const guests = [];
  let asked = 0;
  return {
    guests,
    compile: async (source) => source,
    spawn: async (source, options) => {
      await source;
      const life = lives[asked++] ?? {};
      if (life instanceof Error) throw life;
      const guest = new Played(life);
      guest.options = options;
      options.signal.addEventListener('abort', () => guest.cancel(options.signal.reason));
      guests.push(guest);
      return guest;
    },
  };
}

/** A plugin on one guest that the scenario plays, and what `onError` is told. */
export async function play({ plugin: { openPlugin } }, options, ...lives) {
  const pool = playedPool(...lives);
  const errors = [];
  const plugin = await openPlugin(pool, 'played', { onError: (error) => errors.push(error), ...options });
  return { plugin, guest: pool.guests[0], guests: pool.guests, errors };
}

/** How a promise is doing: 'pending' or what it has settled with. */
export async function stateOf(promise) {
  const pending = {};
  const state = await Promise.race([promise.catch((error) => error), sleep(0).then(() => pending)]);
  return state === pending ? 'pending' : state;
}
