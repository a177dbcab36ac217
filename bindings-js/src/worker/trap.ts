/** Tells why a guest's code threw. */
import { layout } from '../shared/layout.gen.js';

/** What the engines say, V8 first, then SpiderMonkey, then JavaScriptCore. The first match counts. */
const patterns: readonly (readonly [RegExp, number])[] = [
  [/call stack|too much recursion/i, layout.POOL_TRAP_STACK_OVERFLOW],
  [/unreachable/i, layout.POOL_TRAP_UNREACHABLE],
  [/divide by zero|remainder by zero|division by zero/i, layout.POOL_TRAP_DIVIDE_BY_ZERO],
  [/unrepresentable|integer overflow|out of bounds trunc/i, layout.POOL_TRAP_INTEGER_OVERFLOW],
  [/signature|indirect call|call_indirect|null function/i, layout.POOL_TRAP_INDIRECT_CALL],
  [/table index is out of bounds|out of bounds table|table.*out of bounds/i, layout.POOL_TRAP_TABLE_OUT_OF_BOUNDS],
  [/out of bounds/i, layout.POOL_TRAP_MEMORY_OUT_OF_BOUNDS],
];

/** The enum pool_trap of something that came out of a guest; `undefined`: it did not come from the guest's code. */
export function trapOf(thrown: unknown): number | undefined {
  const { Exception } = WebAssembly as unknown as { Exception?: new () => object };
  if (Exception && thrown instanceof Exception) return layout.POOL_TRAP_EXCEPTION;
  if (!(thrown instanceof Error)) return undefined;
  const found = patterns.find(([pattern]) => pattern.test(thrown.message))?.[1];
  if (thrown instanceof WebAssembly.RuntimeError) return found ?? layout.POOL_TRAP_UNKNOWN;
  return found === layout.POOL_TRAP_STACK_OVERFLOW ? found : undefined; // a RangeError, or an InternalError
}

/** A message and stack, of whatever was thrown: Firefox throws strings too. */
export function textOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.message}\n${thrown.stack ?? ''}` : `${String(thrown)}\n`;
}
