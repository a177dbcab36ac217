// Runs any WASI command on a pool in Node, with this process's stdin, stdout and stderr.
// Usage: node examples/run.mjs guest.wasm [argument…] < input
import { Readable, Writable } from 'node:stream';
import { Pool } from '../npm/dist/index.node.js';

const [guest, ...args] = process.argv.slice(2);
if (!guest) {
  console.error('usage: node examples/run.mjs guest.wasm [argument…] < input');
  process.exit(2);
}

/** The guest may end before it has read all its input, and then nobody wants the rest. */
function pipeInput(job) {
  if (process.stdin.isTTY) process.stderr.write('(reading from the terminal; end with Ctrl-D)\n');
  const input = Readable.toWeb(process.stdin);
  input.pipeTo(job.stdin).catch(() => undefined);
}

async function run(pool) {
  const begin = performance.now();
  const job = await pool.spawn(guest, { args, name: guest });
  process.once('SIGINT', () => job.cancel(new Error('interrupted')));
  pipeInput(job);
  const open = { preventClose: true }; // they are this process's, and it has a line to say itself
  const outputs = [
    job.stdout.pipeTo(Writable.toWeb(process.stdout), open),
    job.stderr.pipeTo(Writable.toWeb(process.stderr), open),
  ];
  await Promise.all(outputs); // all that it wrote, however it ends
  const status = await job.status;
  const ms = Math.round(performance.now() - begin);
  const { workers } = pool.stats();
  process.stderr.write(
    `\n${guest} exited with ${status.code} after ${ms} ms ` +
      `(tier ${pool.tier}, ${workers} ${workers === 1 ? 'worker' : 'workers'}, ran for ${Math.round(status.runMs)} ms on worker ${status.worker})\n`,
  );
  return status.code;
}

const pool = await Pool.create();
try {
  process.exitCode = await run(pool);
} catch (error) {
  process.stderr.write(`\n${guest}: ${error.name}: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  await pool.close();
  process.stdin.destroy();
}
