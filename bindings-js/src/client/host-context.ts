/** Who calls the host, as those who serve it are told. */
import { PoolError } from '../shared/errors.js';
import { quote } from '../shared/gate.js';
import { Leaver } from '../shared/leaver.js';
import type { HostContext, HostJob } from './host.js';

const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Who calls. */
export class Caller extends Leaver {
  readonly name: string;
  readonly job: HostJob;

  constructor(name: string, job: HostJob) {
    super();
    this.name = name;
    this.job = job;
  }
}

/** What a handler is given. */
export class Context extends Caller implements HostContext {
  readonly #data: Uint8Array;

  constructor(name: string, job: HostJob, data: Uint8Array) {
    super(name, job);
    this.#data = data;
  }

  readonly text = (): string => {
    try {
      return decoder.decode(this.#data);
    } catch (cause) {
      throw new PoolError('POOL_EINVAL', `the data of ${quote(this.name)} is not UTF-8`, { cause });
    }
  };

  readonly json = (): unknown => {
    try {
      return JSON.parse(this.text());
    } catch (cause) {
      if (cause instanceof PoolError) throw cause;
      const { message } = cause as Error;
      throw new PoolError('POOL_EINVAL', `the data of ${quote(this.name)} is not JSON: ${message}`, { cause });
    }
  };
}
