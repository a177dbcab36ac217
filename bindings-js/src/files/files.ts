/** A pool's volumes, from the main thread: asks the coordinator, which alone can wait for memory and look into them. */
import { isArrayBuffer } from '../shared/brand.js';
import { errorOfStatus, PoolError } from '../shared/errors.js';
import type { FilesReply, VolumeCalls } from '../shared/protocol.js';
import type { CoordinatorChild } from '../platform/platform.js';

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: PoolError) => void;
}

export class Files {
  readonly #coordinator: CoordinatorChild;
  readonly #onBusy: (busy: boolean) => void;
  readonly #asked = new Map<number, Asked>();
  #lastId = 0;
  #shut = false;

  /** `onBusy` is told when the first question is asked and when the last is answered. */
  constructor(coordinator: CoordinatorChild, onBusy: (busy: boolean) => void) {
    this.#coordinator = coordinator;
    this.#onBusy = onBusy;
  }

  /** Calls one of the coordinator's functions. Buffers among `args` are transferred. */
  call<Name extends keyof VolumeCalls>(
    name: Name,
    ...args: Parameters<VolumeCalls[Name]>
  ): Promise<ReturnType<VolumeCalls[Name]>> {
    return new Promise((resolve, reject) => {
      if (this.#shut) return reject(closed());
      const id = ++this.#lastId;
      const given: readonly unknown[] = args;
      const buffers = given.filter(isArrayBuffer);
      if (this.#asked.size === 0) this.#onBusy(true);
      this.#asked.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#coordinator.post({ type: 'millrace:files', id, call: name, args: given }, buffers);
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
    if (this.#shut) return;
    this.#shut = true;
    for (const { reject } of this.#asked.values()) reject(closed());
    if (this.#asked.size > 0) this.#onBusy(false);
    this.#asked.clear();
  }
}

function closed(): PoolError {
  return new PoolError('POOL_ESHUTDOWN', 'the pool that had the directory is closed');
}
