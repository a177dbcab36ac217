// What a user's first program looks like.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { Pool, PoolError, run, TrapError } from 'millrace';
import { openPlugin, PluginEndedError } from 'millrace/plugin';

const pool = await Pool.create({ workers: 1 });
const { code, stdout } = await pool.run('greet.wasm', { stdin: 'Ada\ngreen\n' });
assert.equal(code, 0);
assert.match(new TextDecoder().decode(stdout), /Hello, Ada!/);
assert.equal(typeof TrapError, 'function');
const missing = await pool.run('not-there.wasm').catch((error) => error);
assert.match(inspect(missing), /^CompileError: /); // as Node prints one that nobody has caught
const lines = [];
const plugin = await openPlugin(pool, 'greet.wasm', { onError: ({ line }) => lines.push(line) });
await plugin.close();
const error = await plugin.call('hello').catch((error) => error);
assert.ok(error instanceof PluginEndedError && error instanceof PoolError);
assert.equal(lines[0], 'What is your name?');
const greeted = await run('greet.wasm', { stdin: 'Grace\nblue\n' });
assert.match(greeted.stdoutText, /Hello, Grace!/);
// No close: an idle pool must not keep the process alive.
