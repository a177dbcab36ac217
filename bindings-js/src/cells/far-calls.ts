/** The host calls of guests in cells, as the client's own are: each has a slot from its arrival to its reply. */
import type { JobHandle, TakenCall } from '../client/client.js';
import type { Reply } from '../client/reply.js';
import { macrotask, messagesShareTurns } from '../platform/scope.js';
import { Turn } from './turn.js';

/** One that is not answered. */
interface FarCall {
  readonly job: JobHandle;
  /** Taken once. */
  taken: TakenCall | undefined;
  isGone: boolean;
  readonly answer: (reply: Reply) => void;
}

export class FarCalls {
  /** Called with the slot of a call that has come, or whose caller has gone. */
  onCall: (slot: number) => void = () => undefined;
  readonly #calls = new Map<number, FarCall>();
  /** The slots of those that wait for the next turn: guests that call without end must not keep it from the page. */
  readonly #waiting: number[] = [];
  readonly #turn = new Turn();
  #last = 0;

  /** Whether a guest has called, and may wait for the reply. */
  has(job: JobHandle): boolean {
    return [...this.#calls.values()].some((call) => call.job === job && !call.isGone);
  }

  /** Whose calls are not answered, each as often. */
  get callers(): readonly JobHandle[] {
    return [...this.#calls.values()].map(({ job }) => job);
  }

  /** A call has come. It is answered once, unless its cell has ended. Its slot. */
  add(job: JobHandle, name: string, data: Uint8Array<ArrayBuffer>, answer: (reply: Reply) => void): number {
    const slot = ++this.#last;
    this.#calls.set(slot, { job, taken: { call: slot, job, name, data }, isGone: false, answer });
    if (!messagesShareTurns) this.onCall(slot);
    else if (this.#waiting.length === 0 && !this.#turn.isLong()) this.#tell(slot);
    else if (this.#waiting.push(slot) === 1) void macrotask().then(this.#serve);
    return slot;
  }

  #tell(slot: number): void {
    this.onCall(slot);
    this.#turn.done();
  }

  readonly #serve = (): void => {
    do this.#tell(this.#waiting.shift()!);
    while (this.#waiting.length > 0 && !this.#turn.isLong());
    if (this.#waiting.length > 0) void macrotask().then(this.#serve);
  };

  /** Who called has gone. */
  leave(slot: number): void {
    const call = this.#calls.get(slot);
    if (!call) return;
    call.isGone = true;
    this.onCall(slot);
  }

  /** A job has ended. */
  endJob(job: JobHandle): void {
    for (const [slot, call] of [...this.#calls]) if (call.job === job) this.leave(slot);
  }

  take(slot: number): TakenCall | undefined {
    const call = this.#calls.get(slot);
    const taken = call?.taken;
    if (call) call.taken = undefined;
    return taken;
  }

  isGone(slot: number): boolean {
    return this.#calls.get(slot)?.isGone ?? true;
  }

  reply(slot: number, reply: Reply): void {
    const call = this.#calls.get(slot);
    this.#calls.delete(slot);
    call?.answer(reply); // also to nobody: the cell has it under way until then
  }
}
