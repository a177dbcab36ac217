/** A worker of a browser, as its script sees it. */
import { isJavaScriptCore } from './engine.js';
import { type Child, type FailureListener, macrotask, type Scope } from './scope.js';
import { recentViolation } from './violations.web.js';

/** A terminated worker of Chromium was seen to run on for two seconds. */
const REST_MS = 5000;

/** How long a terminated worker may live on in secret, in milliseconds; -1: perhaps for ever, since JavaScriptCore does not
 * end a worker that is in a wasm loop at all. */
export const webRestMs = isJavaScriptCore() ? -1 : REST_MS;

interface WorkerGlobal {
  postMessage(message: unknown, options: StructuredSerializeOptions): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

const NOTHING_MOVES: StructuredSerializeOptions = {};

function moves(transfer: readonly (ArrayBuffer | MessagePort)[] = []): StructuredSerializeOptions {
  return transfer.length > 0 ? { transfer: [...transfer] } : NOTHING_MOVES;
}

/** The scope of a dedicated worker. */
export function webScope<Out, In>(): Scope<Out, In> {
  const self = globalThis as unknown as WorkerGlobal;
  return {
    post: (message, transfer) => self.postMessage(message, moves(transfer)),
    onMessage: (listener) => self.addEventListener('message', (event) => listener(event.data as In)),
  };
}

/** What ends a worker. WebKit never lets go of what was sent to a worker that is terminated while its script is still being
 * loaded, and a pool's memory is among that: there one that was sent something ends once it was heard of. */
function endOf(worker: Worker, wasSent: () => boolean): () => void {
  if (!isJavaScriptCore()) return () => worker.terminate();
  let isHeard = false;
  let isOver = false;
  const hear = (): void => {
    isHeard = true;
    if (isOver) worker.terminate();
  };
  for (const type of ['message', 'error']) worker.addEventListener(type, hear, { once: true });
  return () => {
    isOver = true;
    if (isHeard || !wasSent()) worker.terminate();
  };
}

/** A worker of this page. `hint` is the likeliest reason if its script cannot be loaded. */
export function webChild<Out, In>(worker: Worker, hint = UNLOADED): Child<Out, In> {
  let wasSent = false;
  return {
    post: (message, transfer) => {
      wasSent = true;
      worker.postMessage(message, moves(transfer));
    },
    onMessage: (listener) => worker.addEventListener('message', (event) => listener(event.data as In)),
    onFailure: (listener) => {
      worker.addEventListener('error', (event) => {
        if (event.message) listener(describe(event), (event.error as unknown) ?? new Error(describe(event)));
        else void macrotask().then(() => tell(listener, hint)); // by then its reason was told
      });
      worker.addEventListener('messageerror', () => listener('a message could not be read'));
    },
    terminate: endOf(worker, () => wasSent),
    keepAlive: () => undefined,
  };
}

function describe({ message, filename, lineno }: ErrorEvent): string {
  return `${message} (${filename}:${lineno})`;
}

/** A script that cannot be loaded gives an event without a message or a file name. */
function tell(listener: FailureListener, hint: string): void {
  const violation = recentViolation();
  if (violation) listener(violation, new DOMException(violation, 'SecurityError'), true);
  else listener(hint, new Error(hint), true);
}

const UNLOADED =
  'its script could not be loaded; the usual causes are a 404, a wrong MIME type, a Content-Security-Policy without ' +
  'worker-src, or a missing Cross-Origin-Embedder-Policy header on the script';

/** A worker that somebody else has started; `undefined`: it is none. */
export function adoptWorker<Out, In>(worker: unknown): Child<Out, In> | undefined {
  const members = ['postMessage', 'terminate', 'addEventListener'];
  const isWorker = members.every((name) => typeof (worker as Record<string, unknown> | null)?.[name] === 'function');
  return isWorker ? webChild(worker as Worker) : undefined;
}
