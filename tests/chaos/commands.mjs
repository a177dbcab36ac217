// Guests that are run to their end with pool.run: what each is given and what must come of it.
import { bytesFrom, textFrom } from './random.mjs';

const bytes = (string) => new TextEncoder().encode(string);

const PERIOD = 251;
const FLOOD_KEPT = 200_000;

/** What `bulk write` writes. */
function bulk(size) {
  return Uint8Array.from({ length: size }, (_, i) => i % PERIOD);
}

/** A stream of pieces of any size, none of which is there before it is asked for. */
function streamOf(data, piece) {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      if (at % 3 === 1) await new Promise((resolve) => setTimeout(resolve, 0));
      if (at >= data.length) return controller.close();
      controller.enqueue(data.slice(at, at + piece));
      at += piece;
    },
  });
}

const shapes = {
  bytes: (data) => data,
  buffer: (data) => data.slice().buffer,
  blob: (data) => new Blob([data]),
  'stream of blob': (data) => new Blob([data]).stream(),
  stream: (data) => streamOf(data, 1 + (data.length >>> 3)),
};

const primes = { 100: 25, 10_000: 1229, 1_000_000: 78_498 };

const traps = {
  trap: { kinds: ['unreachable'], stdout: bytes('before the trap\n') },
  divide: { kinds: ['divide-by-zero'] },
  outofbounds: { kinds: ['memory-out-of-bounds'] },
  indirect: { kinds: ['indirect-call', 'table-out-of-bounds', 'memory-out-of-bounds'] },
};

/** Handlers that answer at once, a little later unless nobody waits any more, or not at all. */
const served = {
  now: (data) => data,
  later: (data, { signal }) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve(data), data.length % 7);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
  fails: () => Promise.reject(new Error('no luck')),
};

/**
 * By kind: how often, what is decided, and what follows from that. `guest`: what is run; `options`: with what; `expect`:
 * what comes of it if nobody harms it.
 */
export const commands = {
  cat: {
    weight: 20,
    plan: (random) => ({
      size: random.size(400_000),
      shape: random.pick(Object.keys(shapes)),
      capacity: 1 << (10 + random.below(10)),
    }),
    job({ dice, size, shape, capacity }) {
      const data = bytesFrom(dice, size);
      const options = { stdin: shapes[shape](data), pipeCapacity: capacity };
      return { guest: 'cat', options, expect: { code: 0, stdout: data } };
    },
  },
  echo: {
    weight: 6,
    plan: (random) => ({ lengths: Array.from({ length: 1 + random.below(8) }, () => random.size(4000)) }),
    job({ dice, lengths }) {
      const args = lengths.map((length, i) => textFrom(dice + i, length));
      const stdout = bytes(`${[String(args.length + 1), 'guest', ...args].join('\n')}\n`);
      return { guest: 'misbehaving/echoargs', options: { args }, expect: { code: 0, stdout } };
    },
  },
  write: {
    weight: 6,
    plan: (random) => ({ size: random.size(1 << 20), chunk: 1 + random.size(100_000) }),
    job({ size, chunk }) {
      const options = { args: ['write', String(size), String(Math.max(chunk, size >>> 8))] };
      return { guest: 'bulk', options, expect: { code: 0, stdout: bulk(size) } };
    },
  },
  count: {
    weight: 4,
    plan: (random) => ({ size: random.size(1 << 20) }),
    job({ dice, size }) {
      const options = { args: ['read', '65536'], stdin: new Blob([bytesFrom(dice, size)]) };
      return { guest: 'bulk', options, expect: { code: 0, stdout: bytes(`${size}\n`) } };
    },
  },
  plain: {
    weight: 10,
    plan: (random) => ({ which: random.pick(['hello', 'noop', 'exit3', 'hostile']) }),
    job({ which }) {
      const guest = which === 'hello' ? which : `misbehaving/${which}`;
      const stdout = bytes(which === 'hello' ? 'Hello from WebAssembly text\n' : '');
      const options = which === 'hostile' ? { stdin: 'x'.repeat(24) } : {};
      return { guest, options, expect: { code: which === 'exit3' ? 3 : 0, stdout } };
    },
  },
  sieve: {
    weight: 4,
    plan: (random) => ({ limit: Number(random.pick(Object.keys(primes))), priority: random.pick(['low', 'high']) }),
    job({ limit, priority }) {
      const options = { args: [String(limit)], priority };
      return { guest: 'sieve', options, expect: { code: 0, stdout: bytes(`${primes[limit]}\n`) } };
    },
  },
  'host call': {
    weight: 5,
    plan: (random) => ({ n: random.below(60) }),
    job({ n }) {
      const args = n === 0 ? ['nobody', 'there'] : ['-n', String(n), 'nobody', 'there'];
      return { guest: 'hostcall', options: { args }, expect: { code: 1, stdout: bytes('error -2\n') } };
    },
  },
  'served call': {
    weight: 6,
    plan: (random) => ({
      n: 1 + random.below(60),
      size: random.size(4000),
      how: random.pick(['now', 'later', 'fails']),
    }),
    job({ dice, n, size, how }) {
      const data = textFrom(dice, size);
      const options = { args: ['-n', String(n), how, data], host: served };
      const fails = { code: 1, stdout: bytes('error -5: no luck\n') };
      const fine = { code: 0, stdout: bytes(`${n * bytes(data).length}\n`) };
      return { guest: 'hostcall', options, expect: how === 'fails' ? fails : fine };
    },
  },
  trap: {
    weight: 6,
    plan: (random) => ({ which: random.pick(Object.keys(traps)) }),
    job: ({ which }) => ({
      guest: `misbehaving/${which}`,
      options: {},
      expect: { error: 'TrapError', stdout: bytes(''), ...traps[which] },
    }),
  },
  overflow: {
    weight: 4,
    plan: () => ({}),
    job: () => ({
      guest: 'misbehaving/overflow',
      options: {},
      expect: { error: 'TrapError', kinds: ['stack-overflow'] },
    }),
  },
  refused: {
    weight: 3,
    plan: (random) => ({ which: random.pick(['unknown_import', 'nostart', 'nomemory']) }),
    job: ({ which }) => ({ guest: `misbehaving/${which}`, options: {}, expect: { error: 'NotStartedError' } }),
  },
  flood: {
    weight: 3,
    plan: (random) => ({ most: 1 + random.size(FLOOD_KEPT) }),
    job: ({ most }) => ({
      guest: 'misbehaving/flood',
      options: { maxOutput: most },
      expect: { error: 'OutputLimitError', stdout: new Uint8Array(most).fill(0x78) },
    }),
  },
  endless: {
    weight: 6,
    endless: true,
    plan: (random) => ({ which: random.pick(['sleeper', 'busycalls']) }),
    job: ({ which }) => ({ guest: `misbehaving/${which}`, options: {}, expect: { endless: true } }),
  },
  loop: {
    weight: 3,
    endless: true,
    loops: true,
    plan: (random) => ({ which: random.pick(['forever', 'startloop']) }),
    job: ({ which }) => ({ guest: `misbehaving/${which}`, options: {}, expect: { endless: true } }),
  },
};
