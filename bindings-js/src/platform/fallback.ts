/** A worker that is started in another way if the first does not bring it up. */
import type { Child, FailureListener } from './scope.js';

export class FallbackChild<Out, In> implements Child<Out, In> {
  #child: Child<Out, In>;
  /** The other way, until it is taken, or is no longer needed. */
  #second: (() => Child<Out, In>) | undefined;
  /** What the first was sent, as long as it has not been heard of. */
  readonly #sent: Out[] = [];
  readonly #onMessage: ((message: In) => void)[] = [];
  readonly #onFailure: FailureListener[] = [];
  #isKept = false;

  constructor(first: () => Child<Out, In>, second: () => Child<Out, In>) {
    this.#second = second;
    this.#child = this.#first(first);
    this.#listen();
  }

  #first(first: () => Child<Out, In>): Child<Out, In> {
    try {
      return first();
    } catch {
      const second = this.#second!;
      this.#second = undefined;
      return second();
    }
  }

  #listen(): void {
    this.#child.onMessage((message) => {
      this.#settle();
      this.#onMessage.forEach((listener) => listener(message));
    });
    this.#child.onFailure((text, cause, isUnloaded) => {
      const second = this.#second;
      if (!second || !isUnloaded) return this.#onFailure.forEach((listener) => listener(text, cause, isUnloaded));
      const sent = [...this.#sent];
      this.#settle();
      this.#child.terminate();
      this.#begin(second, sent);
    });
  }

  #begin(second: () => Child<Out, In>, sent: readonly Out[]): void {
    try {
      this.#child = second();
    } catch (error) {
      return this.#onFailure.forEach((listener) => listener(String(error), error, true));
    }
    this.#listen();
    this.#child.keepAlive(this.#isKept);
    for (const message of sent) this.#child.post(message);
  }

  /** It is as it is from now on. */
  #settle(): void {
    this.#second = undefined;
    this.#sent.length = 0;
  }

  post(message: Out, transfer: readonly ArrayBuffer[] = []): void {
    if (this.#second && transfer.length > 0) this.#settle(); // it could not be sent again
    if (this.#second) this.#sent.push(message);
    this.#child.post(message, transfer);
  }

  onMessage(listener: (message: In) => void): void {
    this.#onMessage.push(listener);
  }

  onFailure(listener: FailureListener): void {
    this.#onFailure.push(listener);
  }

  terminate(): void {
    this.#settle();
    this.#child.terminate();
  }

  keepAlive(on: boolean): void {
    this.#isKept = on;
    this.#child.keepAlive(on);
  }
}
