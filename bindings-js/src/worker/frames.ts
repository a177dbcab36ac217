/** Where a guest was when it trapped: its functions, by number and name, out of the stack that the engine prints. */
import { layout } from '../shared/layout.gen.js';
import { Ending } from './ending.js';
import { functionNames } from './name-section.js';

/** A line of the stack that is of WebAssembly. */
interface Line {
  /** What stands before the function's number. */
  readonly head: string;
  readonly index: number;
  /** Of the instruction in the module, as the engine writes it. */
  readonly offset: string | undefined;
}

/** All frames together, or little of the engine's stack would be left. */
const FRAMES_CHARS = 8192;

/** "wasm://wasm/2f99cd12:wasm-function[0]:0x37" in V8; after "name@" in SpiderMonkey, and without the offset in
 * JavaScriptCore. */
const pattern = /^(.*):wasm-function\[(\d+)\](?::0x([0-9a-f]+))?/;

/** Puts a line for each function that ran between the engine's message and its stack, the innermost first. */
export function withFrames(ending: Ending, module: WebAssembly.Module): Ending {
  const { outcome, code, text } = ending;
  if (outcome !== layout.POOL_TRAPPED || text === undefined) return ending;
  const [message, ...stack] = text.split('\n');
  return new Ending(outcome, code, [message, ...framesOf(stack, module), ...stack].join('\n'));
}

function framesOf(stack: readonly string[], module: WebAssembly.Module): string[] {
  const lines = stack.flatMap(lineOf);
  const names = namesOf(module, new Set(lines.map(({ index }) => index)));
  const url = moduleUrlOf(lines.at(-1)?.head ?? '');
  const own = lines.filter((line) => moduleUrlOf(line.head) === url && !contradicts(line, names.get(line.index)));
  let room = FRAMES_CHARS;
  return own.map((line) => frameText(line, names.get(line.index))).filter(({ length }) => (room -= length + 1) >= 0);
}

/** As `frameOf` of shared/frame.ts reads it: one line, whatever is in the name. */
function frameText({ index, offset }: Line, name = ''): string {
  return `\t${index} ${offset === undefined ? '-' : `0x${offset}`} ${name.replace(/[\0-\x1f]/g, '\ufffd')}`;
}

function lineOf(text: string): Line[] {
  const [, head, index, offset] = pattern.exec(text) ?? [];
  return head === undefined ? [] : [{ head, index: Number(index), offset }];
}

/** What the engine calls the module that a line is of. The outermost is the guest's; one of ours can be inside, if the guest's stack was used up in a
 * call of ours. */
function moduleUrlOf(head: string): string {
  return /wasm:\/\/wasm\/\S*$/.exec(head)?.[0] ?? head.slice(head.lastIndexOf('@') + 1);
}

/** JavaScriptCore does not tell modules apart, but by the names that it has for their functions. */
function contradicts({ head }: Line, name: string | undefined): boolean {
  return name !== undefined && head.endsWith('@<?>') && head !== `${name}@<?>`;
}

function namesOf(module: WebAssembly.Module, wanted: ReadonlySet<number>): Map<number, string> {
  try {
    const [section] = WebAssembly.Module.customSections(module, 'name');
    return section ? functionNames(new Uint8Array(section), wanted) : new Map<number, string>();
  } catch {
    return new Map(); // no memory for a copy of it
  }
}
