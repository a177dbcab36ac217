/** What the host asks of a guest: one message, whose calls are each answered by themselves. */
import { CancelledError, type PoolError, TimedOutError } from '../shared/errors.js';
import { read } from '../shared/brand.js';
import { after } from '../shared/timer.js';
import { onAbort } from '../client/abort.js';
import type { PluginEndedError } from './errors.js';
import { requestText } from './message.js';
import type { CheckedRequest, Limits } from './options.js';
import type { Parcel } from './outbox.js';

/** One call: settles once, and what comes later is nothing. */
export class Call {
  readonly promise: Promise<unknown>;
  resolve!: (result: unknown) => void;
  reject!: (error: Error) => void;

  constructor(readonly id: number) {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

export class Question implements Parcel {
  readonly text: string;
  /** Those of its requests that are answered. */
  readonly calls: readonly Call[];
  /** Of each request: its answer, or of a notification that it has been sent. */
  readonly results: readonly Promise<unknown>[];
  /** Of the notifications in it. */
  readonly #sent: Call | undefined;

  /** Its calls are numbered from `id` on. */
  constructor(requests: readonly CheckedRequest[], id: number, isBatch: boolean) {
    const calls: Call[] = [];
    const texts = requests.map(({ method, params, isCall }) => {
      if (isCall) calls.push(new Call(id + calls.length));
      return requestText(isCall ? calls.at(-1)!.id : undefined, method, params);
    });
    this.text = isBatch ? `[${texts.join(',')}]` : texts[0]!;
    this.calls = calls;
    if (calls.length < requests.length) this.#sent = new Call(0);
    const answers = calls.values();
    this.results = requests.map(({ isCall }) => (isCall ? answers.next().value! : this.#sent!).promise);
  }

  onSent(): void {
    this.#sent?.resolve(undefined);
  }

  /** Nothing more will come of it. `error` makes one for each who waits. */
  fail(error: () => PluginEndedError | PoolError): void {
    for (const call of this.calls) call.reject(error());
    this.#sent?.reject(error());
  }

  /** Has it fail when it may not take longer, and `withdraw` then takes it back. */
  limit({ signal, timeoutMs }: Limits, withdraw: () => void): void {
    if (!signal && timeoutMs === Infinity) return;
    const end = (reason: unknown): void => {
      this.fail(() => abortError(reason, 'the call'));
      withdraw();
    };
    const forget = [
      onAbort(signal, () => end(signal!.reason)),
      after(timeoutMs, () => end(new DOMException('the call took longer than its timeout', 'TimeoutError'))),
    ];
    void Promise.allSettled(this.results).then(() => forget.forEach((each) => each()));
  }
}

/** The error of what was aborted for a reason; one that is a `TimeoutError` stays one. */
export function abortError(reason: unknown, what: string): PoolError {
  const options = { cause: reason };
  return read(reason, 'name') === 'TimeoutError' ? new TimedOutError(options, what) : new CancelledError(options, what);
}
