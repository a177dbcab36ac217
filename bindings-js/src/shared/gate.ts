/** Checks what callers give, before anything is done with it. Each refusal is a POOL_EINVAL that says what was given and
 * what is taken. */
import { isPlain, read, tagOf } from './brand.js';
import { OptionError, PoolError } from './errors.js';
import { nearest } from './nearest.js';

const PREVIEW_CHARS = 60;

/** The names of an interface's properties; the compiler checks that none is missing. Of one that may be an object of
 * options itself there are their names, too. */
export type Names<T> = Readonly<Record<keyof T, true | Readonly<Record<string, true>>>>;

/** The properties of an interface, before they are checked. */
export type Unchecked<T> = Readonly<Partial<Record<keyof T, unknown>>>;

export function invalid(message: string, options?: ErrorOptions): PoolError {
  return new PoolError('POOL_EINVAL', message, options);
}

/** The error of a value that is not taken. `hint` says what to do instead. */
export function refusal(name: string, given: unknown, taken: string, hint = ''): PoolError {
  return invalid(`${name} must be ${taken}, and is ${show(given)}${hint && `: ${hint}`}`);
}

/** A text between quotes, cut where it is long. */
export function quote(text: string): string {
  return text.length > PREVIEW_CHARS ? `${JSON.stringify(text.slice(0, PREVIEW_CHARS))}…` : JSON.stringify(text);
}

/** The name of an entry: `env["HOME"]`. */
export function entryName(name: string, key: string): string {
  return `${name}[${quote(key)}]`;
}

/** A value in a few words, whatever it is. */
export function show(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return kindOf(value);
  const text = typeof value === 'bigint' ? `${value}n` : String(value);
  return text.length > PREVIEW_CHARS ? `${text.slice(0, PREVIEW_CHARS)}…` : text;
}

/** "a Date", "an object". */
function kindOf(value: object): string {
  const tag = tagOf(value);
  const own = tag === 'Object' ? read(read(value, 'constructor'), 'name') : tag;
  if (typeof own !== 'string' || own === '' || own === 'Object') return 'an object';
  return `${/^[AEIO]/i.test(own) ? 'an' : 'a'} ${own.slice(0, PREVIEW_CHARS)}`;
}

/** The options in an object, each read once; `undefined` counts as absent. Unknown ones are an `OptionError`. `prefix` is
 * what stands before their names. */
export function fields<T extends object>(name: string, given: unknown, names: Names<T>, prefix = ''): Unchecked<T> {
  if (given === undefined) return {} as Unchecked<T>;
  const known = Object.keys(names) as (keyof T & string)[];
  checkShape(name, given, known);
  for (const key of keysOf(name, given)) {
    if (!Object.hasOwn(names, key) && property(name, given, key) !== undefined) throw unknownOption(prefix, key, names);
  }
  const pairs = known.map((key) => [key, property(prefix + key, given, key)] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined)) as Unchecked<T>;
}

/** The entries of an object that serves as a dictionary. */
export function entriesOf(name: string, given: unknown, taken: string): [key: string, value: unknown][] {
  if (given === undefined) return [];
  if (!isDictionary(given)) throw refusal(name, given, taken);
  return keysOf(name, given).map((key) => [key, property(entryName(name, key), given, key)]);
}

/** An array's elements; a hole is `undefined`. */
export function elementsOf(name: string, given: readonly unknown[]): unknown[] {
  try {
    return Array.from(given);
  } catch (cause) {
    throw invalid(`${name} cannot be read`, { cause });
  }
}

/** A string that C and WASI can carry: they end it at a NUL and know no lone surrogates. */
export function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw refusal(name, value, 'a string');
  if (value.includes('\0')) throw invalid(`${name} must be without NUL, and is ${quote(value)}`);
  if (hasLoneSurrogate(value)) throw invalid(`${name} must be well-formed Unicode, and is ${quote(value)}`);
  return value;
}

export function flag(name: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  if (typeof value !== 'boolean') throw refusal(name, value, 'true or false');
  return value;
}

/** Half of a character: it has no UTF-8. */
export function hasLoneSurrogate(value: string): boolean {
  return /\p{Surrogate}/u.test(value);
}

/** Options may be an object of any class that has some of them; one that has none is a mistake. */
function checkShape(name: string, given: unknown, known: readonly string[]): asserts given is object {
  const object = typeof given === 'object' && given !== null && tagOf(given) === 'Object';
  if (object && (isPlain(given) || known.some((key) => read(given, key) !== undefined))) return;
  throw refusal(name, given, 'an object of options');
}

/** Plain, or as `process.env`, whose class has no name. */
function isDictionary(value: unknown): value is object {
  return isPlain(value) || (typeof value === 'object' && value !== null && kindOf(value) === 'an object');
}

function keysOf(name: string, given: object): string[] {
  try {
    return Object.keys(given);
  } catch (cause) {
    throw invalid(`${name} cannot be read`, { cause });
  }
}

function property(name: string, given: object, key: string): unknown {
  try {
    return Reflect.get(given, key);
  } catch (cause) {
    throw invalid(`${name} cannot be read`, { cause });
  }
}

function unknownOption(prefix: string, key: string, names: Readonly<Record<string, unknown>>): OptionError {
  const known = Object.keys(names);
  const meant = nearest(key, known) ?? nearestWithin(key, names);
  const hint = meant ? `did you mean ${prefix}${meant}?` : `there are ${known.join(', ')}`;
  return new OptionError(`${prefix}${quote(key).slice(1, -1)} is no option: ${hint}`);
}

/** "restart.retries", of what stands in one of the options. */
function nearestWithin(key: string, names: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, inner] of Object.entries(names)) {
    const meant = typeof inner === 'object' ? nearest(key, Object.keys(inner!)) : undefined;
    if (meant) return `${name}.${meant}`;
  }
  return undefined;
}
