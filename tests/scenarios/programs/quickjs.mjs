// QuickJS as of WasmEdge, a Rust program: it imports sockets that only WasmEdge has, under the name of WASI.
import { assert, equal, rejects, stillGood, withPool } from '../harness.mjs';
import { runno } from './packages.mjs';

export const scenarios = [
  {
    name: 'QuickJS for WasmEdge is refused with the name of an import that is not in WASI preview 1',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const data = new env.millrace.Directory({ 'main.js': 'print(6 * 7)' });
        const options = { args: ['/data/main.js'], preopens: { '/data': data } };
        const error = await rejects(pool.run(env.file(runno('wasmedge_quickjs.wasm')), options), 'NotStartedError');
        equal(error.code, 'POOL_NOT_STARTED');
        assert(error.message.includes('wasi_snapshot_preview1.sock_open'), error.message);
        await stillGood(env, pool, 1);
      }),
  },
];
