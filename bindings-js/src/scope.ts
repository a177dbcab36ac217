/** What a worker script needs of the thread it runs on, so that the web's workers and Node's look alike. */

/** A worker that this thread started. */
export interface Child<Out, In> {
  post(message: Out): void;
  onMessage(listener: (message: In) => void): void;
  /** Called when the worker could not be loaded, threw, or ended by itself; the text says what is known. */
  onFailure(listener: (text: string) => void): void;
  /** Ends the worker as soon as the platform can. */
  terminate(): void;
  /** Whether the worker keeps the process alive. Does nothing on the web. */
  keepAlive(on: boolean): void;
}

/** The thread itself, seen from its script. */
export interface Scope<Out, In> {
  post(message: Out): void;
  onMessage(listener: (message: In) => void): void;
  spawn<ChildOut, ChildIn>(url: string, name: string): Child<ChildOut, ChildIn>;
  /** How long a terminated worker may live on in secret, in milliseconds; -1: perhaps for ever. */
  readonly restMs: number;
}

/** Asks the engine to run what waits in the event loop first. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
