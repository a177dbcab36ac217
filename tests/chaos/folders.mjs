// Jobs with files: in directories of their own, and in one that all jobs of a pool share.
import { fail, judge, sameBytes, wasTaken } from './judge.mjs';
import { bytesFrom, textFrom } from './random.mjs';
import { outcomeOf } from './talks.mjs';

const bytes = (string) => new TextEncoder().encode(string);
const text = (data) => new TextDecoder().decode(data);

const LINE = 'line\n';

/** Runs `files` and judges how it went. True: nobody cut it. */
async function runFiles(attempt, args, preopens, expect, guest = 'files') {
  const { env, home, harm, log } = attempt;
  // Where directories live in threads, who must be ended while it computes takes all that are in its own with it.
  if (env.tier === 'jspi' && harm.how !== 'none') home.isHurt = true;
  log(`run ${args.map((arg) => arg.slice(0, 30)).join(' ')}`);
  const outcome = await outcomeOf(home.pool.run(await attempt.module(guest), harm.options({ args, preopens })));
  log('it is settled');
  judge(outcome, expect, attempt);
  return outcome.error === undefined || expect.error === outcome.error.name;
}

/** Awaits what the page does with a directory. Undefined: the pool was closed meanwhile, or the directory lost. */
async function ask({ home, log }, what, promise) {
  log(what);
  const { value, error } = await outcomeOf(promise);
  log(`${what}: done`);
  if (!error) return { value };
  if (wasTaken(error, home)) return undefined;
  throw error;
}

/** Uses a directory that is closed afterwards, whatever happens. */
async function withOwn(attempt, tree, use) {
  const directory = new attempt.home.Directory(tree, { maxBytes: 4 << 20 });
  try {
    await use(directory);
  } finally {
    attempt.log('close the directory');
    await directory.close();
    attempt.log('the directory is closed');
  }
}

async function checkFile(attempt, directory, path, expected) {
  const read = await ask(attempt, `read ${path}`, directory.readFile(path));
  if (read) sameBytes(read.value, expected, path);
}

export const folders = {
  demo: {
    weight: 6,
    plan: (random) => ({ size: random.size(4000) }),
    run(attempt) {
      const input = bytes(textFrom(attempt.op.dice, attempt.op.size));
      return withOwn(attempt, { 'in.txt': input }, async (directory) => {
        const stdout = bytes('made/second has 5 bytes\nsecond\n');
        const done = await runFiles(attempt, ['demo', '/d'], { '/d': directory }, { code: 0, stdout });
        if (done) await checkFile(attempt, directory, 'out.txt', bytes(`read ${input.length} bytes: ${text(input)}`));
        await checkFile(attempt, directory, 'in.txt', input);
      });
    },
  },
  fill: {
    weight: 5,
    plan: (random) => ({ size: random.size(1 << 20) }),
    run: (attempt) =>
      withOwn(attempt, {}, async (directory) => {
        const args = ['fill', '/d/sub', String(attempt.op.size)];
        if (!(await runFiles(attempt, args, { '/d': directory }, { code: 0 }))) return;
        await checkFile(attempt, directory, 'sub', new Uint8Array(attempt.op.size).fill(0x78));
      }),
  },
  'own tree': {
    weight: 5,
    plan: (random) => ({ sizes: Array.from({ length: 1 + random.below(20) }, () => random.size(50_000)) }),
    run(attempt) {
      const { sizes, dice } = attempt.op;
      const tree = Object.fromEntries(sizes.map((size, i) => [`some/f${i}`, bytesFrom(dice + i, size)]));
      return withOwn(attempt, tree, async (directory) => {
        const stdout = tree['some/f0'];
        await runFiles(attempt, ['cat', '/d/some/f0'], { '/d': directory }, { code: 0, stdout });
        for (const [path, data] of Object.entries(tree)) await checkFile(attempt, directory, path, data);
      });
    },
  },
  'put and cat': {
    weight: 8,
    plan: (random) => ({ size: random.size(20_000) }),
    async run(attempt) {
      const { home, op } = attempt;
      const [name, content] = [`put${op.index}`, textFrom(op.dice, op.size)];
      const preopens = { '/s': home.shared };
      if (await runFiles(attempt, ['put', `/s/${name}`, content], preopens, { code: 0 })) {
        await runFiles(attempt, ['cat', `/s/${name}`], preopens, { code: 0, stdout: bytes(content) });
        await checkFile(attempt, home.shared, name, bytes(content));
      }
      const { error } = await outcomeOf(home.shared.remove(name));
      if (error && error.code !== 'POOL_ENOENT' && !wasTaken(error, home)) throw error;
    },
  },
  append: {
    weight: 6,
    plan: (random) => ({ lines: 1 + random.size(50) }),
    async run(attempt) {
      const { home, op } = attempt;
      home.lines.most += op.lines;
      const args = ['count', '/s/log', String(op.lines)];
      if (await runFiles(attempt, args, { '/s': home.shared }, { code: 0 })) home.lines.least += op.lines;
    },
  },
  page: {
    weight: 6,
    plan: (random) => ({ size: random.size(100_000) }),
    async run(attempt) {
      const { home, op } = attempt;
      const folder = home.shared;
      const [name, data] = [`page${op.index}`, bytesFrom(op.dice, op.size)];
      if (!(await ask(attempt, 'write', folder.writeFile(`${name}/a`, data)))) return;
      if (!(await ask(attempt, 'rename', folder.rename(`${name}/a`, `${name}/b`)))) return;
      const listed = await ask(attempt, 'list', folder.list(name));
      if (listed && JSON.stringify(listed.value.map((entry) => entry.name)) !== '["b"]') fail('the list is wrong');
      await checkFile(attempt, folder, `${name}/b`, data);
      await ask(attempt, 'remove', folder.remove(name));
    },
  },
  deep: {
    weight: 3,
    plan: (random) => ({ levels: random.below(20) }),
    run: (attempt) =>
      withOwn(attempt, { kept: 'kept' }, async (directory) => {
        const args = Array.from({ length: attempt.op.levels }, () => 'x');
        const expect = { error: 'TrapError', kinds: ['stack-overflow'] };
        await runFiles(attempt, args, { '/d': directory }, expect, 'misbehaving/deep');
        await checkFile(attempt, directory, 'kept', bytes('kept'));
      }),
  },
  spin: {
    weight: 2,
    endless: true,
    loops: true,
    plan: () => ({}),
    run: (attempt) =>
      withOwn(attempt, { kept: 'kept' }, async (directory) => {
        await runFiles(attempt, ['spin', '/d/held', 'text'], { '/d': directory }, { endless: true });
        await checkFile(attempt, directory, 'kept', bytes('kept'));
      }),
  },
};

/** Takes away what all jobs of a pool have written, having checked that it is neither more nor less. */
export async function emptyShared(home) {
  if (home.isHurt) return; // perhaps it is lost
  const names = (await home.shared.list()).map(({ name }) => name);
  if (names.some((name) => name !== 'log')) fail(`files are left in the shared directory: ${names}`);
  const lines = names.length === 0 ? 0 : linesIn(text(await home.shared.readFile('log')));
  const { least, most } = home.lines;
  if (lines < least || lines > most) fail(`the shared log has ${lines} lines instead of ${least} to ${most}`);
  if (names.length > 0) await home.shared.remove('log');
  home.lines = { least: 0, most: 0 };
}

function linesIn(content) {
  const lines = content.length / LINE.length;
  if (content !== LINE.repeat(Math.floor(lines))) fail('the shared log has other lines than were written');
  return lines;
}
