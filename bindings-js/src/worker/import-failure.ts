/** How a job ends that an import has ended. */
import { errorMessages, errorCodes, layout } from '../shared/layout.gen.js';
import type { Thread } from '../shared/thread.js';
import { THROWN_CHARS, thrownLine } from '../shared/thrown.js';
import { Ending } from './ending.js';
import { oneLine } from './linker.js';
import { textOf, trapOf } from './trap.js';

type Descriptor = WebAssembly.ModuleImportDescriptor;

const decoder = new TextDecoder();

/** A job begins: no import has failed. */
export function clearFailure({ c, heap }: Thread): void {
  heap.setU32((c.import_buffer() >>> 0) + layout.import_buffer_failure + layout.import_failure_kind, 0);
}

/** `undefined`: it was no import. `last` is the import of a script that was called last. */
export function failureOf(
  thread: Thread,
  imports: readonly Descriptor[],
  thrown: unknown,
  last: Descriptor | undefined,
): Ending | undefined {
  const { heap } = thread;
  const failure = (thread.c.import_buffer() >>> 0) + layout.import_buffer_failure;
  const kind = heap.u32(failure + layout.import_failure_kind);
  const [, ...stack] = textOf(thrown).split('\n');
  if (kind !== 0) {
    const number = heap.u32(failure + layout.import_failure_number);
    return trapped(imports[number]!, reasonOf(thread, failure, kind), stack.join('\n'));
  }
  if (!last || trapOf(thrown) !== undefined) return undefined; // the engine's own, as every trap
  const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return trapped(last, `failed: ${what.slice(0, THROWN_CHARS)}`, [thrownLine(thrown), ...stack].join('\n'));
}

function reasonOf({ c, heap }: Thread, failure: number, kind: number): string {
  if (kind === layout.IMPORT_MISSING) return 'was called, which nobody provides';
  if (kind === layout.IMPORT_FAILED) {
    const text = (c.import_buffer() >>> 0) + layout.import_buffer_text;
    const end = text + heap.u32(failure + layout.import_failure_text_bytes);
    return `failed: ${decoder.decode(heap.u8(end).slice(text, end))}`;
  }
  const status = heap.u32(failure + layout.import_failure_status) | 0;
  const code = Object.entries(errorCodes).find(([, value]) => value === status)?.[0] as keyof typeof errorMessages;
  return `could not be called: ${code}, ${errorMessages[code]}`;
}

function trapped({ module, name }: Descriptor, what: string, stack: string): Ending {
  const text = oneLine(`the import ${JSON.stringify(`${module}.${name}`)} ${what}`);
  return new Ending(layout.POOL_TRAPPED, layout.POOL_TRAP_IMPORT, `${text}\n${stack}`);
}
