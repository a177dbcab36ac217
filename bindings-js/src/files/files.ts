/** A pool's volumes, from the main thread: asks the coordinator, which alone can wait for memory and look into them. */
import { isArrayBuffer } from '../shared/brand.js';
import { errorOfStatus, PoolError } from '../shared/errors.js';
import type { FilesReply, VolumeCalls } from '../shared/protocol.js';
import type { CoordinatorChild } from '../platform/platform.js';
import type { Here } from './make-here.js';

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: PoolError) => void;
}

export class Files {
  /** Let go with the pool: a directory may outlive it, and would keep its memory and threads. */
  #coordinator: CoordinatorChild | undefined;
  #here: Here | undefined;
  #onBusy: (busy: boolean) => void;
  readonly #asked = new Map<number, Asked>();
  #lastId = 0;

  /** `onBusy` is told when the first question is asked and when the last is answered. `here`: volumes are in this memory. */
  constructor(coordinator: CoordinatorChild, onBusy: (busy: boolean) => void, here: Here | undefined) {
    this.#coordinator = coordinator;
    this.#here = here;
    this.#onBusy = onBusy;
  }

  /** The memory in which volumes can be made from here. */
  get here(): Here | undefined {
    return this.#here;
  }

  /** Calls one of the coordinator's functions. Buffers among `args` are transferred. */
  call<Name extends keyof VolumeCalls>(
    name: Name,
    ...args: Parameters<VolumeCalls[Name]>
  ): Promise<ReturnType<VolumeCalls[Name]>> {
    return new Promise((resolve, reject) => {
      const coordinator = this.#coordinator;
      if (!coordinator) return reject(closed());
      const id = ++this.#lastId;
      const given: readonly unknown[] = args;
      const buffers = given.filter(isArrayBuffer);
      if (this.#asked.size === 0) this.#onBusy(true);
      this.#asked.set(id, { resolve: resolve as (value: unknown) => void, reject });
      coordinator.post({ type: 'millrace:files', id, call: name, args: given }, buffers);
    });
  }

  /** The coordinator's answer. */
  onReply({ id, status, value }: FilesReply): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (this.#asked.size === 0) this.#onBusy(false);
    if (status < 0) asked?.reject(errorOfStatus(status));
    else asked?.resolve(value);
  }

  /** The pool is gone, and all files with it. */
  shut(): void {
    if (!this.#coordinator) return;
    this.#coordinator = this.#here = undefined;
    for (const { reject } of this.#asked.values()) reject(closed());
    if (this.#asked.size > 0) this.#onBusy(false);
    this.#asked.clear();
    this.#onBusy = () => undefined;
  }
}

function closed(): PoolError {
  return new PoolError('POOL_ESHUTDOWN', 'the pool that had the directory is closed');
}
