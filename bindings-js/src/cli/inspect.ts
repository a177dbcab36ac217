/** `millrace inspect`: says what a module imports and exports, what is missing, and whether it would run. */
import { fileURLToPath } from 'node:url';
import { argumentsOf, flagOf } from './arguments.js';
import { exitCodes, usageError } from './failure.js';
import { type Findings, findingsOf, type Provider } from './findings.js';
import { readModule } from './module-file.js';
import { print } from './print.js';

export const inspectHelp = `Usage: millrace inspect [--json] FILE.wasm

Says what a module imports and exports, what of it nobody provides, and whether "millrace run" would start it.

  --json   as one JSON object: file, bytes, kind ("command" or "library"), runs, problems, hints,
           imports [{ module, name, kind, type, provider }], exports [{ name, kind, type }].
           provider is "wasi", "millrace", "refused" (each call fails with ENOSYS) or null

The exit code is 0 if it would run, 1 if not, 2: a wrong command line, 126: it is no module, 127: there is no such file.
`;

const providers: Readonly<Record<Exclude<Provider, null>, string>> = {
  wasi: 'WASI',
  millrace: 'Millrace',
  refused: 'ENOSYS',
};

/** Columns below each other. */
function tabled(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, cell.length)), []);
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd());
}

function described(file: string, bytes: number, findings: Findings): string {
  const { kind, runs, problems, hints, imports, exports } = findings;
  const lines = [
    `${file}: a ${kind === 'command' ? 'WASI command' : 'library'} of ${bytes} bytes`,
    `imports: ${imports.length || 'none'}`,
    ...tabled(
      imports.map(({ module, name, kind: what, type, provider }) => {
        const from = provider === null ? 'MISSING' : providers[provider];
        return [from, `${module}.${name}`, what === 'function' ? (type ?? '') : `${what} ${type ?? ''}`];
      }),
    ),
    `exports: ${exports.length || 'none'}`,
    ...tabled(
      exports.map(({ name, kind: what, type }) => [name, what === 'function' ? (type ?? '') : `${what} ${type ?? ''}`]),
    ),
    ...(runs ? ['it would run'] : ['it would not run:', ...problems.map((problem) => `  ${problem}`)]),
    ...hints.map((hint) => `hint: ${hint}`),
  ];
  return lines.map((line) => `${visible(line)}\n`).join('');
}

/** Names are the module's to choose, and a terminal obeys some characters. */
function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}

export async function inspect(args: readonly string[]): Promise<number> {
  const given = argumentsOf(args, { json: { type: 'boolean' } });
  if (flagOf(given, 'help')) {
    await print(inspectHelp);
    return 0;
  }
  const [file, ...others] = given.words;
  if (file === undefined || others.length > 0)
    throw usageError('inspect: one file: millrace inspect [--json] FILE.wasm');
  const module = await readModule(file);
  const coordinator = await readModule(fileURLToPath(new URL('./coordinator.wasm', import.meta.url)));
  const findings = findingsOf(module, coordinator);
  const bytes = module.bytes.length;
  const text = flagOf(given, 'json')
    ? `${JSON.stringify({ file, bytes, ...findings }, undefined, 2)}\n`
    : described(file, bytes, findings);
  await print(text);
  return findings.runs ? 0 : exitCodes.failed;
}
