// What a user's first program looks like.
import assert from 'node:assert/strict';
import { Pool, TrapError } from 'millrace';

const pool = await Pool.create({ workers: 1 });
const { code, stdout } = await pool.run('greet.wasm', { stdin: 'Ada\ngreen\n' });
assert.equal(code, 0);
assert.match(new TextDecoder().decode(stdout), /Hello, Ada!/);
assert.equal(typeof TrapError, 'function');
// No close: an idle pool must not keep the process alive.
