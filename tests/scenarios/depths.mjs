// Guests whose stack runs out in the middle of a call: of each kind of call, in many places.
import { equal, isEmpty, rejects, scenariosOf, text } from './harness.mjs';

const LINKED = 'export default ({ call }) => ({ env: { linked: () => call("name").length } });';

/** In the order of the guest's table. */
const KINDS = [
  'call_begin',
  'call',
  'fd_write',
  'fd_read',
  'poll_oneoff',
  'path_open',
  'path_rename',
  'fd_readdir',
  'an import that the host serves',
  'an import of a module that calls the host',
];

async function overflow(env, pool, kind) {
  const directory = new env.millrace.Directory({ name: 'kept' });
  const module = await pool.compile(env.guest('misbehaving/depths'));
  const options = {
    host: { name: () => 'a reply' },
    imports: { env: { served: (_, value) => value } },
    importsFrom: `data:text/javascript,${encodeURIComponent(LINKED)}`,
    preopens: { '/data': directory },
    stdin: 'x'.repeat(100_000),
  };
  for (let deeper = 0; deeper < 6; deeper++) {
    const args = [...Array(deeper).fill('deeper'), String(kind)];
    equal((await rejects(pool.run(module, { ...options, args }), 'TrapError')).kind, 'stack-overflow');
  }
  equal(text(await directory.readFile('name')), 'kept');
  await directory.close();
  await isEmpty(pool);
}

const scenario = scenariosOf('depths', {});

export const scenarios = KINDS.map((name, kind) => ({
  ...scenario(`a stack that runs out in ${name} leaves nothing half-done`, { workers: 1 }, (env, pool) =>
    overflow(env, pool, kind),
  ),
  // Such a module cannot wait for the host in a cell.
  ...(name.endsWith('calls the host') && { tiers: ['shared'] }),
}));
