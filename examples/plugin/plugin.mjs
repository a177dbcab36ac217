// A plugin in Node: a WebAssembly program that answers JSON-RPC, and calls this program back while it does.
// Usage: make js && node examples/plugin/plugin.mjs
import { Pool } from '../../npm/dist/index.node.js';
import { openPlugin, RpcError } from '../../npm/dist/plugin.node.js';

const born = new Map([
  ['Ada', 1815],
  ['Grace', 1906],
]);

const methods = {
  year: ({ name }) => born.get(name) ?? Promise.reject(new RpcError(404, `nobody knows ${name}`)),
  primes: ({ limit }, { plugin }) => void plugin.call('prime_sieve', { limit }).then((n) => console.log(n, 'primes')),
};

const pool = await Pool.create({ workers: 2 });
const plugin = await openPlugin(pool, new URL('../guests/rpc.gen.wasm', import.meta.url), { methods, restart: true });

console.log(await plugin.call('ping'));
console.log(await plugin.call('call', { method: 'year', params: { name: 'Ada' } }, { timeoutMs: 10_000 }));
console.log(await plugin.call('call', { method: 'year', params: { name: 'Eve' } }).catch(String));
await plugin.call('call', { method: 'primes', params: { limit: 1000 } });
const answers = await plugin.batch([{ method: 'ping' }, { method: 'sing' }]);
console.log(answers.map(({ value, reason }) => value ?? `${reason.code} ${reason.message}`).join(', '));

await plugin.close();
await pool.close();
