// The command line of the installed package: what it prints, its exit codes, files, signals and terminals.
// Usage, in a project that has the package: node cli.mjs GUESTS_FOLDER
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const guests = process.argv[2];
const millrace = resolve('node_modules/.bin/millrace');
const guest = (name) => join(guests, `${name}.gen.wasm`);
const HANG_MS = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'millrace-cli-'));

/** A process, what it has written, and its end. */
class Run {
  #stdout = '';
  #stderr = '';
  #seen = () => {};

  constructor(command, args, { cwd = folder, env = {} } = {}) {
    this.process = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      timeout: HANG_MS,
      killSignal: 'SIGKILL',
    });
    this.process.stdin.on('error', () => undefined); // it may have ended
    this.process.stdout.on('data', (bytes) => this.#note((this.#stdout += bytes)));
    this.process.stderr.on('data', (bytes) => this.#note((this.#stderr += bytes)));
    this.closed = once(this.process, 'close');
  }

  #note() {
    this.#seen();
  }

  /** Waits until it has written something. */
  async until(text) {
    const closed = this.closed.then(() => 'closed');
    while (!this.#stdout.includes(text)) {
      const next = new Promise((seen) => (this.#seen = seen));
      const what = await Promise.race([next, closed]);
      assert(what !== 'closed' || this.#stdout.includes(text), `no ${text} in ${this.#stdout}${this.#stderr}`);
    }
  }

  async end(input) {
    this.process.stdin.end(input);
    return this.result();
  }

  async result() {
    const [code, signal] = await this.closed;
    return { code: code ?? signal, stdout: this.#stdout, stderr: this.#stderr };
  }
}

const start = (args, options) => new Run(millrace, args, options);
const call = (args, input = '', options = undefined) => start(args, options).end(input);
const shell = (script) => new Run('bash', ['-c', script, 'bash', millrace]).end('');

async function refused(args, code, pattern) {
  const result = await call(args);
  assert.deepEqual([result.code, result.stdout], [code, ''], result.stderr);
  assert.match(result.stderr, pattern);
  assert.equal(result.stderr.includes('    at '), false, result.stderr); // a sentence, and no stack
}

/** The library needs a compiler. */
async function refusedWithout(emcc, pattern) {
  const { code, stdout, stderr } = await call(['--cflags', '--libs'], '', { env: { EMCC: emcc } });
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, pattern);
}

const read = (path) => readFileSync(join(folder, path), 'utf8');

/** A fresh folder in ours. */
function fresh(name, files = {}) {
  rmSync(join(folder, name), { recursive: true, force: true });
  mkdirSync(join(folder, name));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, name, path), text);
}

const tests = {
  'stdin, arguments and environment reach the guest': async () => {
    const counted = await call(['run', guest('wordcount'), '--', '-n', '1'], 'to be or not to be');
    assert.equal(counted.code, 0, counted.stderr);
    assert.match(counted.stdout, /6 {2}words/);
    const args = ['run', '--env', 'A', '--env=B=2=3', guest('misbehaving/echoargs'), 'x', '--', '--y', '-h'];
    const echoed = await call(args, '', { env: { A: 'inherited' } });
    assert.equal(echoed.stdout, '4\nechoargs.gen.wasm\nx\n--y\n-h\nA=inherited\nB=2=3\n');
    const dashes = await call(['run', guest('misbehaving/echoargs'), '--', '--', '-']);
    assert.equal(dashes.stdout, '3\nechoargs.gen.wasm\n--\n-\n');
  },
  'it converses: the guest answers before its stdin ends': async () => {
    const run = start(['run', guest('greet')]);
    await run.until('What is your name?');
    run.process.stdin.write('Ada\n');
    await run.until('Ada');
    assert.equal((await run.end('green\n')).code, 0);
  },
  'a guest that does not read its stdin ends all the same': async () => {
    const run = start(['run', guest('hello')]); // its stdin stays open
    assert.deepEqual(await run.result(), { code: 0, stdout: 'Hello from WebAssembly text\n', stderr: '' });
  },
  "the guest's exit code is passed on, and none becomes 0": async () => {
    assert.equal((await call(['run', guest('misbehaving/exit3')])).code, 3);
    for (const [given, code] of Object.entries({ 0: 0, 255: 255, 256: 255, 4294967295: 255 })) {
      assert.equal((await call(['run', guest('misbehaving/exits'), given])).code, code, given);
    }
  },
  'a trap has its stack, a code, and all that was written before': async () => {
    const { code, stdout, stderr } = await call(['run', guest('misbehaving/trap')]);
    assert.deepEqual([code, stdout], [134, 'before the trap\n']);
    assert.match(
      stderr,
      /^millrace: .*trap\.gen\.wasm: trapped: unreachable\n {4}at .*\(wasm-function\[\d+\]:0x[0-9a-f]+\)\n$/,
    );
  },
  'what cannot be run is told in a sentence': async () => {
    fresh('bad', {
      'text.wasm': 'some text',
      'page.wasm': '<!doctype html>',
      'empty.wasm': '',
      'cut.wasm': '\0asm\x01\0',
    });
    writeFileSync(join(folder, 'bad/component.wasm'), Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0));
    for (const command of ['run', 'inspect']) {
      await refused([command, 'none.wasm'], 127, /none\.wasm: there is no such file/);
      await refused([command, 'bad'], 126, /bad: it is a folder/);
      await refused([command, 'bad/text.wasm'], 126, /not a WebAssembly module: got text, "some text"/);
      await refused([command, 'bad/page.wasm'], 126, /got HTML/);
      await refused([command, 'bad/empty.wasm'], 126, /it is empty/);
      await refused([command, 'bad/cut.wasm'], 126, /not a WebAssembly module that the engine takes/);
      await refused([command, 'bad/component.wasm'], 126, /a component \(WASI preview 2\)/);
    }
    await refused(['run', guest('logger')], 126, /imports env\.log \(i32, i32\) -> \(\), which nobody provides/);
    await refused(['run', guest('adder')], 126, /no function _start/);
  },
  'a command line that is wrong is told in a sentence': async () => {
    const hello = guest('hello');
    const wrong = [
      [[], /which command\?/],
      [['rum'], /is run meant\?/],
      [['hello.wasm'], /millrace run hello\.wasm/],
      [['constructor'], /there is no command/],
      [['run'], /which file\?/],
      [['inspect'], /one file/],
      [['inspect', hello, hello], /one file/],
      [['run', '--tiemout', '3', hello], /--timeout meant\?/],
      [['run', hello, '-n', '5'], /behind --/],
      [['run', '--timeout=-1', hello], /--timeout must be a duration/],
      [['run', '--timeout=0', hello], /--timeout must be a duration/],
      [['run', '--timeout', '3d', hello], /--timeout must be a duration/],
      [['run', '--workers', '0', hello], /1 to 127/],
      [['run', '--workers', '1.5', hello], /whole number/],
      [['run', '--max-memory', '5000', hello], /32 to 4096/],
      [['run', '--env', '=1', hello], /NAME=VALUE/],
      [['run', '--env', 'MILLRACE_NOBODY_HAS_THIS', hello], /no such variable/],
      [['run', '--tty', '--no-tty', hello], /which of the two/],
      [['run', '--dir', 'none', hello], /--dir none: /],
      [['run', '--dir', hello, hello], /no folder/],
      [['run', '--dir', '', hello], /HOST:GUEST/],
      [['run', '--dir', '.::ro', hello], /HOST:GUEST/],
      [['run', '--dir', '.', '--dir', 'bad', hello], /overlap/],
      [['run', '--dir', '.:/a', '--dir', './bad:/a', hello], /two folders are \/a/],
      [['run', '--dir', '.', '--cwd', '/none', hello], /--cwd must be/],
      [['run', '--verbose=yes', hello], /verbose/],
      [['--cflags', 'x'], /behind --/],
      [['--cflags', '-flto'], /behind --/],
      [['--libs', '--files'], /--files/],
      [['--files='], /which folder/],
    ];
    for (const [args, pattern] of wrong) await refused(args, 2, pattern);
  },
  'help and version are on stdout': async () => {
    for (const args of [['--help'], ['-h'], ['help'], ['help', 'run'], ['run', '--help'], ['inspect', '-h']]) {
      const { code, stdout, stderr } = await call(args);
      assert.deepEqual([code, stderr], [0, ''], args.join(' '));
      assert.match(stdout, /^Usage: millrace/);
    }
    const { version } = JSON.parse(readFileSync('node_modules/millrace/package.json', 'utf8'));
    assert.deepEqual(await call(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
  },
  'files are read from a folder and written to it, and what the guest has not changed is left alone': async () => {
    fresh('data', { 'in.txt': 'some text', 'other.txt': 'first' });
    const job = start(['run', '--dir', 'data', guest('files'), 'hold', 'data/new.txt', 'held']);
    await job.until('ready');
    writeFileSync(join(folder, 'data/other.txt'), 'second'); // by somebody else, meanwhile
    writeFileSync(join(folder, 'data/later.txt'), 'later');
    assert.equal((await job.end('\n')).code, 0);
    assert.deepEqual(readdirSync(join(folder, 'data')).sort(), ['in.txt', 'later.txt', 'new.txt', 'other.txt']);
    assert.deepEqual([read('data/new.txt'), read('data/other.txt')], ['held', 'second']);
    assert.equal((await call(['run', '--dir', 'data', guest('files'), 'cat', 'data/in.txt'])).stdout, 'some text');
    assert.equal(
      (await call(['run', '--dir', 'data:/else/where', guest('files'), 'cat', '/else/where/in.txt'])).stdout,
      'some text',
    );
  },
  'what the guest makes, renames, removes and replaces is so in the folder': async () => {
    fresh('data', { 'in.txt': 'in', old: 'old', gone: 'gone' });
    fresh('data/deep', { leaf: 'leaf' });
    fresh('data/empty');
    const files = async (...args) => {
      const { code, stderr } = await call(['run', '--dir', 'data:/d', guest('files'), ...args]);
      assert.deepEqual([code, stderr], [0, ''], args.join(' '));
    };
    await files('demo', '/d');
    assert.deepEqual(readdirSync(join(folder, 'data/made')), ['second']);
    await files('remove', '/d/gone');
    await files('remove', '/d/empty');
    await files('move', '/d/deep', '/d/deeper');
    await files('move', '/d/in.txt', '/d/old');
    await files('move', '/d/made', '/d/in.txt'); // a directory where a file was
    await files('link', 'deeper/leaf', '/d/link');
    const names = ['deeper', 'in.txt', 'link', 'old', 'out.txt'];
    assert.deepEqual(readdirSync(join(folder, 'data')).sort(), names);
    assert.deepEqual([read('data/old'), read('data/link'), read('data/in.txt/second')], ['in', 'leaf', 'first']);
  },
  'a read-only folder is read-only, and one at two paths is one': async () => {
    fresh('data', { 'in.txt': 'some text' });
    const refusedWrite = await call(['run', '--dir', 'data:/d:ro', guest('files'), 'put', '/d/out.txt', 'x']);
    assert.match(refusedWrite.stderr, /Read-only file system/);
    assert.deepEqual(readdirSync(join(folder, 'data')), ['in.txt']);
    const args = ['run', '--dir', 'data:/r:ro', '--dir', 'data:/w', guest('files'), 'put', '/w/out.txt', 'x'];
    assert.equal((await call(args)).code, 0);
    assert.equal(read('data/out.txt'), 'x');
  },
  'relative paths begin at --cwd': async () => {
    fresh('data', { 'in.txt': 'some text' });
    const args = ['run', '--dir', 'data:/d', '--cwd', '/d'];
    assert.equal((await call([...args, guest('files'), 'cat', 'in.txt'])).stdout, 'some text');
    assert.match((await call([...args, guest('misbehaving/echoargs')])).stdout, /\nPWD=\/d\n$/);
  },
  'a symlink of the guest leads nobody out of the folder, and that is no success': async () => {
    fresh('data');
    fresh('outside', { 'secret.txt': 'secret' });
    const link = ['run', '--dir', 'data:/d', guest('files'), 'link', '../outside', '/d/way'];
    const { code, stderr } = await call(link);
    assert.equal(code, 1);
    assert.match(stderr, /not everything was written back/);
    assert.deepEqual(readdirSync(join(folder, 'data')), []);
    symlinkSync('../outside', join(folder, 'data/way'));
    const through = await call(['run', '--dir', 'data:/d', guest('files'), 'cat', '/d/way/secret.txt']);
    assert.notEqual(through.code, 0);
    assert.equal(through.stdout, '');
  },
  'a signal ends the guest wherever it is, and its files are written': async () => {
    const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
    for (const [signal, expected] of Object.entries(codes)) {
      for (const what of ['hold', 'spin']) {
        fresh('data');
        const run = start(['run', '--dir', 'data:/d', guest('files'), what, '/d/out.txt', 'until then']);
        await run.until('\n');
        run.process.kill(signal);
        const { code, stderr } = await run.result();
        assert.deepEqual([code, stderr], [expected, '']);
        assert.equal(read('data/out.txt'), 'until then', `${signal} ${what}`);
      }
    }
  },
  'a guest that takes too long is ended': async () => {
    const { code, stderr } = await call(['run', '--timeout', '200ms', guest('misbehaving/forever')]);
    assert.equal(code, 124);
    assert.match(stderr, /took longer than its timeout/);
  },
  'who reads no more ends the guest without a word': async () => {
    const flood = guest('misbehaving/flood');
    const { stdout, stderr } = await shell(
      `set -o pipefail; "$1" run '${flood}' | head -c 3 | wc -c; echo "\${PIPESTATUS[0]}"`,
    );
    assert.equal(stderr, '');
    assert.deepEqual(stdout.trim().split(/\s+/), ['3', '141']);
    const inspected = await shell(`"$1" inspect '${guest('adder')}' | true; echo "\${PIPESTATUS[0]}"`);
    assert.equal(inspected.stderr, '');
  },
  'what cannot be written is no success': async () => {
    for (const args of [`run '${guest('hello')}'`, `inspect '${guest('hello')}'`, '--help', '--cflags']) {
      const { stdout, stderr } = await shell(`"$1" ${args} > /dev/full; echo $?`);
      assert.equal(stdout, '1\n', args);
      assert.match(stderr, /^millrace: .*ENOSPC: no space left on device.*\n$/);
    }
  },
  'a folder that is too large is told before the guest runs': async () => {
    fresh('data', { large: 'x'.repeat(20 << 20) });
    const args = ['run', '--dir', 'data:/d', '--max-memory', '32', guest('files'), 'list', '/d'];
    await refused(args, 1, /directory is full, .*: see --max-memory/);
    assert.equal((await call(args.with(4, '64'))).code, 0);
  },
  'a signal ends a guest whose reader has stopped reading': async () => {
    const run = start(['run', guest('misbehaving/flood')]);
    run.process.stdout.pause();
    await once(run.process.stdout, 'readable');
    run.process.kill('SIGINT');
    const [code] = await once(run.process, 'exit');
    assert.equal(code, 130);
    run.process.stdout.destroy();
  },
  'a terminal is one to the guest, and its size is told': async () => {
    const command = `stty cols 100 rows 30; '${millrace}' run '${guest('terminal')}'`;
    const run = new Run('script', ['-qec', command, '/dev/null']);
    await run.until('100');
    run.process.stdin.write('one line\n');
    await run.until('one line');
    run.process.stdin.write('\x04');
    const { code, stdout } = await run.result();
    assert.equal(code, 0, stdout);
    const piped = await call(['run', guest('terminal')]);
    const forced = await call(['run', '--tty', guest('terminal')]);
    assert.notEqual(piped.stdout, forced.stdout);
  },
  'Ctrl-C at a terminal is SIGINT': async () => {
    const run = new Run('script', ['-qec', `'${millrace}' run '${guest('misbehaving/spin')}'`, '/dev/null']);
    await run.until('.');
    run.process.stdin.write('\x03');
    assert.equal((await run.result()).code, 130);
  },
  'a folder as stdin is refused': async () => {
    const { stdout, stderr } = await shell(`"$1" run '${guest('cat')}' < /tmp; echo $?`);
    assert.deepEqual([stdout, stderr], ['1\n', 'millrace: stdin is a folder\n']);
  },
  'npx finds it': async () => {
    const { code, stdout } = await new Run('npx', ['--no-install', 'millrace', 'run', guest('hello')], {
      cwd: process.cwd(),
    }).end('');
    assert.deepEqual([code, stdout], [0, 'Hello from WebAssembly text\n']);
  },
  'what C programs need is where --cflags and --files say': async () => {
    const { code, stdout, stderr } = await call(['--cflags']);
    assert.equal(code, 0, stderr);
    const include = /^-I(\S+)\n$/.exec(stdout)[1];
    assert.equal(readdirSync(resolve(folder, include)).includes('pool.h'), true);
    assert.equal((await call(['--files', 'served/millrace'])).code, 0);
    const served = readdirSync(join(folder, 'served/millrace'));
    for (const name of ['thin.js', 'coordinator.wasm', 'coordinator.js', 'worker.js'])
      assert(served.includes(name), name);
    await refusedWithout('/nowhere/emcc', /there is no \/nowhere\/emcc/);
    await refusedWithout('false', /Command failed/);
  },
  'inspect says who provides what, and whether it would run': async () => {
    const fine = await call(['inspect', guest('hello')]);
    assert.equal(fine.code, 0);
    assert.match(fine.stdout, /WASI +wasi_snapshot_preview1\.fd_write +\(i32, i32, i32, i32\) -> \(i32\)/);
    assert.match(fine.stdout, /\nit would run\n$/);
    const lacking = await call(['inspect', guest('logger')]);
    assert.equal(lacking.code, 1);
    assert.match(lacking.stdout, /MISSING +env\.log +\(i32, i32\) -> \(\)/);
    assert.match((await call(['inspect', guest('hostcall')])).stdout, /Millrace +millrace\.call /);
    assert.match((await call(['inspect', guest('adder')])).stdout, /half +\(f32\) -> \(f32\)/);
  },
  'inspect and run agree about every guest': async () => {
    const all = readdirSync(guests, { recursive: true }).filter((name) => name.endsWith('.gen.wasm'));
    const found = [];
    for (const name of all) {
      const { code, stdout } = await call(['inspect', '--json', join(guests, name)]);
      const { runs, problems } = JSON.parse(stdout);
      assert.equal(code, runs ? 0 : 1);
      assert.equal(runs, problems.length === 0, name);
      found.push({ name, runs });
    }
    const refusals = found.filter(({ runs }) => !runs);
    assert(refusals.length >= 8 && found.length > 40, `${refusals.length} of ${found.length}`);
    for (const { name, runs } of [...refusals, ...found.filter(({ runs }) => runs).slice(0, 8)]) {
      const limit = runs ? ['--timeout', '50ms'] : []; // some never end
      const { code, stderr } = await call(['run', ...limit, join(guests, name)]);
      assert.equal(code === 126, !runs, `${name}: ${code} ${stderr}`);
    }
  },
};

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
  } catch (error) {
    failed++;
    console.log(`FAILED cli: ${name}: ${error.stack}`);
  }
}
rmSync(folder, { recursive: true });
console.log(`cli: ${Object.keys(tests).length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
