// The same in a program for Node, without the DOM's types; compiled only.
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Directory, Pool } from 'millrace';
import { openPlugin } from 'millrace/plugin';

export async function use(signal: AbortSignal): Promise<Buffer> {
  const pool = await Pool.create({ workers: 1 });
  const options = { env: process.env, signal };
  const { stdout } = await pool.run(await readFile('guest.wasm'), { ...options, stdin: process.stdin });
  await pool.run(new URL('file:///guest.wasm'), { stdin: createReadStream('input') });
  await pool.run(fetch('https://example.org/guest.wasm'), { stdin: Readable.from(['text']) });
  const directory = await Directory.fromPath('/tmp');
  await directory.writeFile('a', Buffer.from('a'));
  const job = await pool.spawn('guest.wasm', { stdout: 'null' });
  await job.stdin.getWriter().write(Buffer.from('text'));
  for await (const chunk of job.stdout) process.stdout.write(chunk);
  await job[Symbol.asyncDispose]();
  const plugin = await openPlugin(pool, 'guest.wasm', { env: process.env, signal });
  await plugin.call('a', { b: 1 }, { signal });
  await plugin[Symbol.asyncDispose]();
  await pool.close();
  return Buffer.from(stdout);
}
