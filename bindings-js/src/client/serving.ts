/** Host calls, until there is what serves them: that is loaded when it is likely to be needed, and guests wait for it. */
import { errorCodes } from '../shared/layout.gen.js';
import { Part } from '../shared/part.js';
import type { Client, JobHandle } from './client.js';
import type { Handlers } from './host.js';
import type { Hosts } from './hosts.js';
import { bareReply } from './reply.js';
import type { Task } from './task.js';

const part = new Part(() => import('./hosts.js'));

export class Serving {
  readonly #client: Client;
  readonly #handlers: Handlers;
  readonly #taskOf: (job: JobHandle) => Task | undefined;
  /** The slots of calls that have come meanwhile. */
  readonly #waiting = new Set<number>();
  #hosts: Hosts | undefined;
  #stopped = false;

  /** `handlers` serve every job that has none of its own by that name. */
  constructor(client: Client, handlers: Handlers, taskOf: (job: JobHandle) => Task | undefined) {
    this.#client = client;
    this.#handlers = handlers;
    this.#taskOf = taskOf;
    client.onCall((slot) => {
      this.#waiting.add(slot);
      if (this.#waiting.size === 1) void this.#begin();
    });
    this.expect(handlers.size);
  }

  /** Loads what is needed, if there are so many who may serve a call. */
  expect(n: number): void {
    if (n > 0 && !part.now) part.load().catch(() => undefined); // a call tells
  }

  /** The pool is closed: nobody waits for a reply. */
  stop(): void {
    this.#stopped = true;
    this.#hosts?.stop();
  }

  async #begin(): Promise<void> {
    try {
      const { Hosts } = part.now ?? (await part.load());
      if (this.#stopped) return;
      this.#hosts ??= new Hosts(this.#client, this.#handlers, this.#taskOf); // from now on it is told
      for (const slot of this.#waiting) this.#hosts.onSignal(slot);
    } catch (error) {
      if (!this.#stopped) for (const slot of this.#waiting) this.#refuse(slot, error);
    }
    this.#waiting.clear();
  }

  /** A guest that has called an import traps for that reason. */
  #refuse(slot: number, error: unknown): void {
    const taken = this.#client.takeCall(slot);
    if (!taken) return; // its caller has gone
    if (taken.name === '') this.#taskOf(taken.job)?.importFailed(error);
    this.#client.reply(taken.call, bareReply(errorCodes.POOL_EIO));
  }
}
