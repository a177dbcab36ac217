/** One function that ran when a guest trapped. */

/** Where a guest was, in one of its functions, when it trapped or called the next one. */
export interface TrapFrame {
  /** What the function is called in the module's name section; `undefined`: it has no name there. Names of C++ and Rust are
   * as their compilers write them. */
  readonly name: string | undefined;
  /** The function's number in the module, imports included. */
  readonly index: number;
  /** Of the instruction, in bytes from the beginning of the module; `undefined` in Safari, which does not tell. */
  readonly offset: number | undefined;
}

/** What the worker says of a frame; `undefined`: it is no frame. */
export function frameOf(line: string): TrapFrame | undefined {
  const [, index, offset, name] = /^\t(\d+) (-|0x[0-9a-f]+) (.*)$/.exec(line) ?? [];
  if (index === undefined) return undefined;
  return { name: name || undefined, index: Number(index), offset: offset === '-' ? undefined : Number(offset) };
}
