/** What threads need of the platform to talk to each other, so that the web's workers and Node's look alike. */

/** `text` says what is known, and `cause` is what the platform gave; `isUnloaded`: its script could not even be loaded. */
export type FailureListener = (text: string, cause?: unknown, isUnloaded?: boolean) => void;

/** A worker that this thread started. */
export interface Child<Out, In> {
  /** Sends a message; the buffers and ports in `transfer`, which it contains, move. */
  post(message: Out, transfer?: readonly (ArrayBuffer | MessagePort)[]): void;
  onMessage(listener: (message: In) => void): void;
  /** Called when the worker could not be loaded, threw, or ended by itself. */
  onFailure(listener: FailureListener): void;
  /** Ends the worker as soon as the platform can. Messages may still come. */
  terminate(): void;
  /** Whether the worker keeps the process alive; at first it does not. Means nothing on the web. */
  keepAlive(on: boolean): void;
}

/** A worker, seen from its own script. */
export interface Scope<Out, In> {
  /** Sends a message; the buffers and ports in `transfer`, which it contains, move. */
  post(message: Out, transfer?: readonly (ArrayBuffer | MessagePort)[]): void;
  onMessage(listener: (message: In) => void): void;
}

/** Node has it, and a message to oneself takes there many times as long. */
const immediate = (globalThis as { setImmediate?: (listener: () => void) => unknown }).setImmediate;

/** Whether messages that have come are all told of in one turn of the event loop, and not each in one of its own. */
export const messagesShareTurns = immediate !== undefined;

/** Those who wait for the next message to ourselves. */
const waiting: (() => void)[] = [];
let toOurselves: MessagePort | undefined;

/** Asks the engine to run what waits in the event loop first. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    if (immediate) return void immediate(resolve);
    waiting.push(resolve);
    (toOurselves ??= openPort()).postMessage(null);
  });
}

/** One port for all: making one takes as long as many messages. */
function openPort(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => waiting.shift()?.();
  return port2;
}
