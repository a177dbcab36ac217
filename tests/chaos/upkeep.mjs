// What is done to pools while they work.
import { describe, fail, saysClosed, wasCut } from './judge.mjs';
import { outcomeOf } from './talks.mjs';

const WORKERS_MAX = 4;
const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

export const upkeep = {
  resize: {
    weight: 3,
    plan: (random) => ({ workers: 1 + random.below(WORKERS_MAX) }),
    async run({ home, op }) {
      if (home.closing) return;
      home.pool.resize(op.workers);
      home.workers = op.workers;
    },
  },
  unload: {
    weight: 4,
    plan: (random) => ({ which: random.pick(['cat', 'hello', 'greet', 'files', 'misbehaving/noop']) }),
    async run(attempt) {
      attempt.home.pool.unload(await attempt.module(attempt.op.which));
      attempt.forget(attempt.op.which); // the next one is compiled anew
    },
  },
  reopen: {
    weight: 1,
    plan: () => ({}),
    run: (attempt) => attempt.reopen(),
  },
  brief: {
    weight: 1,
    plan: (random) => ({ jobs: random.below(8), waits: random.once(2) }),
    async run(attempt) {
      const { op, log, harm } = attempt;
      const pool = await attempt.createPool({ workers: 1, maxWorkers: 2, maxMemory: 32 << 20 });
      log('opened');
      const home = { pool, closing: false };
      const module = await attempt.module('hello');
      const runs = Array.from({ length: op.jobs }, () => outcomeOf(pool.run(module)));
      if (op.waits) await runs[0];
      home.closing = true;
      await pool.close();
      log('closed');
      for (const { value, error } of await Promise.all(runs)) {
        if (value ? value.code !== 0 : !wasCut(error, { harm, home })) fail(describe(error));
      }
    },
  },
  missing: {
    weight: 4,
    plan: (random) => ({ which: random.pick(['no such file', 'text', 'cut short', 'empty']) }),
    async run({ home, op, env, file }) {
      const sources = {
        'no such file': () => env.guest('no-such-guest'),
        text: () => new TextEncoder().encode('<!doctype html><title>404</title>'),
        'cut short': async () => (await file('examples/guests/cat.gen.wasm')).slice(0, 100),
        empty: () => new Uint8Array(HEADER),
      };
      const { error } = await outcomeOf(home.pool.run(await sources[op.which]()));
      const expected = op.which === 'empty' ? 'NotStartedError' : 'CompileError';
      if (error?.name !== expected && !(home.closing && saysClosed(error))) fail(describe(error ?? 'it ran'));
    },
  },
};
