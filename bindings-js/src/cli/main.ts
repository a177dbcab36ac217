/** The command line: which command it is, and what is said if that fails. */
import { readFile } from 'node:fs/promises';
import { nearest } from '../shared/nearest.js';
import { c, cHelp } from './c.js';
import { codeOf, exitCodes, Failure, messageOf, usageError } from './failure.js';
import { inspect, inspectHelp } from './inspect.js';
import type { Package } from './package.js';
import { print } from './print.js';
import { run, runHelp } from './run.js';

const help = `Usage: millrace COMMAND …

  millrace run FILE.wasm       runs a WASI command, with this process's stdin, stdout and stderr
  millrace inspect FILE.wasm   says what a module imports and exports, and whether it would run
  millrace --cflags --libs     prints what emcc needs for programs that include pool.h
  millrace --files FOLDER      copies what such programs load
  millrace help COMMAND        has the options of each; of the last two: millrace help c
  millrace --version
`;

type Command = (args: readonly string[], millrace: Package) => Promise<number>;

const helps: Readonly<Record<string, string>> = { run: runHelp, inspect: inspectHelp, c: cHelp };

async function version(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function said(text: string): Promise<number> {
  await print(text);
  return 0;
}

const commands: Readonly<Record<string, Command>> = {
  run,
  inspect,
  help: ([name]) => said(name === undefined ? help : (helps[name] ?? help)),
  '--help': () => said(help),
  '-h': () => said(help),
  '--version': async () => said(`${await version()}\n`),
};

/** They stand beside each other, as those of pkg-config: the first one is no command. */
const C_OPTION = /^--(cflags|libs|files(=.*)?)$/;

function commandOf(name: string | undefined): Command {
  if (name !== undefined && C_OPTION.test(name)) return (args) => c([name, ...args]);
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) return command;
  if (name === undefined) throw usageError(`which command?\n\n${help.trimEnd()}`);
  const meant = nearest(name, Object.keys(commands));
  const isFile = /\.wasm$/.test(name);
  const hint = isFile ? `is it "millrace run ${name}"?` : meant ? `is ${meant} meant?` : 'see millrace --help';
  throw usageError(`there is no command ${JSON.stringify(name)}: ${hint}`);
}

/** Sets the process's exit code, and lets it end. */
export async function main([name, ...args]: readonly string[], millrace: Package): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined); // who writes hears of it
  try {
    process.exitCode = await commandOf(name)(args, millrace);
  } catch (error) {
    const isUnread = codeOf(error) === 'EPIPE'; // and that is nothing to complain of
    if (!isUnread) process.stderr.write(`millrace: ${messageOf(error)}\n`);
    if (isUnread) process.exitCode = exitCodes.brokenPipe;
    else process.exitCode = error instanceof Failure ? error.exitCode : exitCodes.failed;
  }
}
