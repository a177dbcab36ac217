/** `millrace run`: a guest with this process's stdin, stdout and stderr, arguments and signals. */
import { fstatSync } from 'node:fs';
import { basename } from 'node:path';
import type { Pool } from '../client/pool.js';
import { type Arguments, argumentsOf, flagOf, millisecondsOf, textOf, textsOf, wholeNumberOf } from './arguments.js';
import { explain, type Outcome } from './endings.js';
import { exitCodes, Failure, messageOf, signalCodes, type SignalName, usageError } from './failure.js';
import { Folders } from './folders.js';
import { compiled, readBytes } from './module-file.js';
import type { Package } from './package.js';
import { print } from './print.js';

const options = {
  dir: { type: 'string', multiple: true },
  env: { type: 'string', multiple: true },
  cwd: { type: 'string' },
  timeout: { type: 'string' },
  workers: { type: 'string' },
  'max-memory': { type: 'string' },
  tty: { type: 'boolean' },
  'no-tty': { type: 'boolean' },
  verbose: { type: 'boolean', short: 'v' },
} as const;

export const runHelp = `Usage: millrace run [OPTION]… FILE.wasm [--] [ARGUMENT]…

Runs a WASI preview 1 command with this process's stdin, stdout and stderr.

  --dir HOST[:GUEST][:ro]  give the guest a folder, by default at the same path from its root on; ro: it can change
                           nothing. Copied in before it runs; what it has changed is written back when it has ended,
                           also by a signal. May be repeated
  --env NAME[=VALUE]       give it a variable of the environment; without a value, this process's own. May be repeated
  --cwd GUEST              begin relative paths at one of its folders; PWD tells it as well
  --timeout DURATION       end it after so long: 500ms, 10s, 2m; a number alone is seconds
  --workers N              threads that run guests; by default 1
  --max-memory MIB         memory for pipes and files, 32 to 4096; by default 256, of which files can have half
  --tty, --no-tty          whether it finds a terminal; by default if stdin and stdout are one
  -v, --verbose            say on stderr how it ended

The exit code is the guest's (255 for what is more than that), or 1: something failed, 2: a wrong command line, 124: it took
longer than its timeout, 126: it cannot be run, 127: there is no such file, 128 + N: signal N has ended it (130: SIGINT),
134: it trapped, 141: nobody reads its output.
`;

/** What is said on the command line, checked. */
interface Order {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folders: readonly string[];
  readonly cwd: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly workers: number;
  readonly maxMemory: number | undefined;
  readonly tty: boolean;
  readonly isVerbose: boolean;
}

const WORKERS_MAX = 127;
const [MEMORY_LEAST_MIB, MEMORY_MOST_MIB] = [32, 4096];
const MIB = 1 << 20;
const CODE_MAX = 255;

function orderOf(given: Arguments): Order {
  const [file, ...args] = given.words;
  if (file === undefined) throw usageError('run: which file? millrace run FILE.wasm [--] [ARGUMENT]…');
  const cwd = textOf(given, 'cwd');
  const mib = wholeNumberOf(given, 'max-memory', MEMORY_LEAST_MIB, MEMORY_MOST_MIB);
  return {
    file,
    args,
    env: { ...(cwd === undefined ? {} : { PWD: cwd }), ...environmentOf(textsOf(given, 'env')) },
    folders: textsOf(given, 'dir'),
    cwd,
    timeoutMs: millisecondsOf(given, 'timeout'),
    workers: wholeNumberOf(given, 'workers', 1, WORKERS_MAX) ?? 1,
    maxMemory: mib === undefined ? undefined : mib * MIB,
    tty: ttyOf(given),
    isVerbose: flagOf(given, 'verbose'),
  };
}

function environmentOf(texts: readonly string[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const text of texts) {
    const at = text.indexOf('=');
    const [name, value] = at < 0 ? [text, process.env[text]] : [text.slice(0, at), text.slice(at + 1)];
    if (name === '') throw usageError(`--env must be NAME=VALUE or NAME, and is ${JSON.stringify(text)}`);
    if (value === undefined) throw usageError(`--env ${name}: this process has no such variable`);
    env[name] = value;
  }
  return env;
}

function ttyOf(given: Arguments): boolean {
  const [yes, no] = [flagOf(given, 'tty'), flagOf(given, 'no-tty')];
  if (yes && no) throw usageError('--tty and --no-tty: which of the two?');
  return yes || (!no && process.stdin.isTTY && process.stdout.isTTY);
}

/** Aborts at the first signal, so that what the guest has changed can still be written. The second one ends the process. */
function onSignals(abort: AbortController): () => void {
  const names = Object.keys(signalCodes) as SignalName[];
  const listener = (name: NodeJS.Signals): void => {
    if (abort.signal.aborted) process.exit(signalCodes[name as SignalName]);
    abort.abort(name);
  };
  for (const name of names) process.on(name, listener);
  return () => {
    for (const name of names) process.off(name, listener);
  };
}

export async function run(args: readonly string[], millrace: Package): Promise<number> {
  const given = argumentsOf(args, options);
  if (flagOf(given, 'help')) {
    await print(runHelp);
    return 0;
  }
  const order = orderOf(given);
  const bytes = await readBytes(order.file);
  checkStdin();
  const folders = await Folders.open(millrace.Directory, order.folders, order.cwd);
  const abort = new AbortController();
  const forget = onSignals(abort);
  const { code, isAtOnce } = await runOn(bytes, order, folders, abort.signal, millrace);
  forget();
  if (isAtOnce) process.exit(code); // nobody may read what the guest has written last, and the process would wait for that
  return code;
}

/** Makes a pool for it. The guest has ended, and its files are written, when this returns. */
async function runOn(
  bytes: Uint8Array<ArrayBuffer>,
  order: Order,
  folders: Folders,
  signal: AbortSignal,
  millrace: Package,
): Promise<Outcome> {
  let pool: Pool | undefined;
  let outcome: Outcome;
  try {
    try {
      pool = await millrace.Pool.create({ workers: order.workers, maxMemory: order.maxMemory, signal });
      outcome = { code: await runIn(pool, bytes, order, folders, signal), isAtOnce: false };
    } catch (error) {
      outcome = explain(error, order.file, millrace);
      process.stderr.write(outcome.text ?? '');
    }
    return { ...outcome, code: await saved(folders, outcome.code) }; // while the pool has them
  } finally {
    await pool?.close();
    process.stdin.destroy();
  }
}

/** Node takes what it cannot read for nothing. */
function checkStdin(): void {
  if (fstatSync(0).isDirectory()) throw new Failure('stdin is a folder');
}

async function runIn(
  pool: Pool,
  bytes: Uint8Array<ArrayBuffer>,
  order: Order,
  { preopens }: Folders,
  signal: AbortSignal,
): Promise<number> {
  const begin = performance.now();
  const module = await compiled(order.file, bytes, (source) => pool.compile(source, { signal }));
  const { columns, rows } = process.stdout; // undefined if it is no terminal, 0 if that does not know its size
  const job = await pool.spawn(module, {
    args: order.args,
    name: basename(order.file),
    env: order.env,
    preopens,
    stdin: process.stdin,
    stdout: 'inherit',
    stderr: 'inherit',
    tty: order.tty && { columns: columns || undefined, rows: rows || undefined },
    timeoutMs: order.timeoutMs,
    signal,
  });
  const { code, runMs } = await job.status;
  if (order.isVerbose) {
    const ms = Math.round(performance.now() - begin);
    const how = `tier ${pool.tier}, ran for ${Math.round(runMs)} ms`;
    process.stderr.write(`\n${order.file} exited with ${code} after ${ms} ms (${how})\n`);
  }
  return Math.min(code, CODE_MAX);
}

/** Whatever became of the guest, its files are written; if that fails, this is no success. */
async function saved(folders: Folders, code: number): Promise<number> {
  try {
    await folders.save();
    return code;
  } catch (error) {
    process.stderr.write(`millrace: ${messageOf(error)}\n`);
    return code === 0 ? exitCodes.failed : code;
  }
}
