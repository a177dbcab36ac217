/** Takes a command line apart. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { nearest } from '../shared/nearest.js';
import { messageOf, usageError } from './failure.js';

export type OptionTable = NonNullable<ParseArgsConfig['options']>;

/** Options by their names, and what is none of them. */
export interface Arguments {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly words: readonly string[];
}

const HELP: OptionTable = { help: { type: 'boolean', short: 'h' } };

export function argumentsOf(args: readonly string[], options: OptionTable): Arguments {
  const all = { ...options, ...HELP };
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: all, allowPositionals: true });
    return { values, words: positionals };
  } catch (error) {
    throw usageError(explain(messageOf(error), Object.keys(all)));
  }
}

/** Node's words, and the option that was perhaps meant. */
function explain(message: string, names: readonly string[]): string {
  const unknown = /^Unknown option '-{1,2}([^']+)'/.exec(message)?.[1];
  if (unknown === undefined) return message;
  const meant = nearest(unknown, names);
  const hint = meant === undefined ? "what is not millrace's own goes behind --" : `is --${meant} meant?`;
  return `there is no option ${unknown.length === 1 ? '-' : '--'}${unknown}: ${hint}`;
}

/** An option that is given once. */
export function textOf({ values }: Arguments, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** An option that may be given many times. */
export function textsOf({ values }: Arguments, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value.map(String) : [];
}

export function flagOf({ values }: Arguments, name: string): boolean {
  return values[name] === true;
}

export function wholeNumberOf(given: Arguments, name: string, least: number, most: number): number | undefined {
  const text = textOf(given, name);
  if (text === undefined) return undefined;
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw usageError(`--${name} must be a whole number, ${least} to ${most}, and is ${JSON.stringify(text)}`);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `500ms`, `10s`, `2m`; a plain number is of seconds. */
export function millisecondsOf(given: Arguments, name: string): number | undefined {
  const text = textOf(given, name);
  if (text === undefined) return undefined;
  const parts = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)?$/.exec(text);
  if (parts && Number(parts[1]) > 0) return Number(parts[1]) * UNITS[parts[2] ?? 's']!;
  throw usageError(`--${name} must be a duration such as 500ms, 10s or 2m, and is ${JSON.stringify(text)}`);
}
