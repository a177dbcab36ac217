/** What a guest is told about its terminal. */
import { fields, type Names, refusal } from '../shared/gate.js';
import { wholeNumber } from '../shared/whole-number.js';

/** A terminal's size. */
export interface TerminalSize {
  /** Characters in a line, 65,535 at most.
   * @default 80 */
  columns?: number | undefined;
  /** Lines, 65,535 at most.
   * @default 24 */
  rows?: number | undefined;
}

/** A checked size. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
}

export const sizeNames = { columns: true, rows: true } as const satisfies Names<TerminalSize>;
const SIZE_MAX = 0xffff;
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

/** `undefined`: there is none. */
export function terminalOf(given: unknown = false): Terminal | undefined {
  if (given === false) return undefined;
  if (given !== true && (typeof given !== 'object' || given === null)) {
    throw refusal('tty', given, 'true, false or { columns, rows }');
  }
  const { columns, rows } = fields<TerminalSize>('tty', given === true ? {} : given, sizeNames, 'tty.');
  return {
    columns: wholeNumber('tty.columns', columns, SIZE_MAX) || DEFAULT_COLUMNS,
    rows: wholeNumber('tty.rows', rows, SIZE_MAX) || DEFAULT_ROWS,
  };
}

/** The environment, with the terminal's size in it for C libraries and programs, unless it has a size already. */
export function withSize(env: readonly string[], terminal: Terminal | undefined): readonly string[] {
  if (!terminal) return env;
  const size = Object.entries({ COLUMNS: terminal.columns, LINES: terminal.rows });
  const missing = size.filter(([name]) => !env.some((variable) => variable.startsWith(`${name}=`)));
  return [...env, ...missing.map(([name, value]) => `${name}=${value}`)];
}
