/** The main thread's end of one cell: what it was sent, which jobs run in it, and whether it is there. */
import { type CallMessage, type CellUses, type FromCell, isCall, type ToCell } from '../shared/cell-protocol.js';
import type { FilesReply, ImportsMessage, LogMessage, ModuleMessage } from '../shared/protocol.js';
import type { CellChild } from '../platform/platform.js';
import type { JobHandle } from '../client/client.js';
import type { Told } from './told.js';

/** Who runs a job in the cell. */
export interface CellUser {
  /** Something of its job. */
  onCell(message: FromCell): void;
  /** The cell has ended, and the job with it. */
  onCellEnd(text: string): void;
}

type Start = Extract<ToCell, { type: 'cell:start' }>;

export class CellLink {
  /** The numbers of volumes that live in it. */
  readonly volumes = new Set<number>();
  /** What was written for its guests in this turn, and not sent. */
  readonly gathering = new Set<{ flush(): void }>();
  /** Those who are told when it ends, since somebody elsewhere may wait for what it said last. */
  readonly partings = new Set<() => void>();
  /** Resolves when it has started, or rejects with why not. */
  readonly started: Promise<void>;
  /** Told of the answers about volumes. */
  onFiles: (reply: FilesReply) => void = () => undefined;
  /** Told of what its coordinator notices. */
  onLog: (message: LogMessage) => void = () => undefined;
  /** Called when it has ended, in whatever way. */
  onEnd: () => void = () => undefined;
  readonly #child: CellChild;
  readonly #users = new Map<JobHandle, CellUser>();
  readonly #modules = new Set<number>();
  readonly #imports = new Set<number>();
  #owner: CellUser | undefined;
  #uses: CellUses = { memory: 0, calls: 0 };
  readonly #told: Told;
  /** What it knows of that. */
  #toldNs = 0n;
  /** How many jobs it has been sent. */
  #runs = 0;
  #isOver = false;
  #fail: (error: Error) => void = () => undefined;

  constructor(child: CellChild, start: Start, told: Told) {
    this.#child = child;
    this.#told = told;
    let begin!: () => void;
    this.started = new Promise((resolve, reject) => {
      begin = resolve;
      this.#fail = reject;
    });
    this.started.catch(() => undefined); // the owner is told
    child.onFailure((text) => this.end(text));
    child.onMessage((message) => {
      if (this.#isOver) return;
      if (isCall(message)) this.#users.get(message[1])?.onCell(message);
      else if (message.type === 'cell:started') begin();
      else this.#onMessage(message);
    });
    child.post(start);
  }

  /** Whose own it is: he is told when it ends although none of his jobs runs in it. */
  set owner(owner: CellUser | undefined) {
    this.#owner = owner;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** As it said last, when it had the time. */
  get uses(): CellUses {
    return this.#uses;
  }

  #onMessage(message: Exclude<FromCell, CallMessage>): void {
    switch (message.type) {
      case 'cell:failed':
        return this.end(message.text);
      case 'cell:rests':
        if (message.uses) this.#uses = message.uses;
        if (message.rests && message.runs !== this.#runs) return; // it did not know yet of the job that was sent last
        return this.#users.forEach((user) => user.onCell(message));
      case 'cell:told':
        this.#toldNs = message.ns; // what it has said itself it knows
        return this.#told.raise(message.ns);
      case 'millrace:files':
        return this.onFiles(message);
      case 'millrace:log':
        return this.onLog(message);
      case 'cell:left':
      case 'cell:started':
        return this.#users.forEach((user) => user.onCell(message));
      default:
        return this.#users.get(message.job)?.onCell(message);
    }
  }

  post(message: ToCell, transfer: readonly (ArrayBuffer | MessagePort)[] = []): void {
    for (const gathered of this.gathering) gathered.flush(); // it was written before
    if (this.#isOver) return;
    if (this.#toldNs !== this.#told.ns) this.#tellTime();
    this.#child.post(message, transfer);
  }

  #tellTime(): void {
    this.#toldNs = this.#told.ns;
    this.#child.post({ type: 'cell:told', ns: this.#toldNs });
  }

  /** A job runs in it from now on, and is sent to it at once. */
  add(job: JobHandle, user: CellUser): void {
    this.#runs++;
    this.#users.set(job, user);
  }

  delete(job: JobHandle): void {
    this.#users.delete(job);
  }

  /** Sends what a job needs, once. */
  provide(module: ModuleMessage | undefined, imports: ImportsMessage | undefined): void {
    if (imports && !this.#imports.has(imports.id)) {
      this.#imports.add(imports.id);
      this.post(imports);
    }
    if (!module || this.#modules.has(module.id)) return;
    this.#modules.add(module.id);
    this.post(module);
  }

  /** No job will use a module any more. */
  unload(id: number): void {
    if (this.#modules.delete(id)) this.post({ type: 'millrace:unload', id });
  }

  keepAlive(on: boolean): void {
    this.#child.keepAlive(on);
  }

  /** Ends it, and all that runs in it. */
  end(text: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#child.terminate();
    if (this.#users.size > 0) this.#told.lose();
    this.#fail(new Error(text));
    const users = new Set(this.#users.values());
    if (this.#owner) users.add(this.#owner);
    this.#users.clear();
    for (const tell of this.partings) tell();
    for (const user of users) user.onCellEnd(text);
    this.onEnd();
  }
}
