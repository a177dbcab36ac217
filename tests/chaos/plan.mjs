// All that is decided, from the seed alone: the same seed and number give the same operation, whatever happened before.
import { commands } from './commands.mjs';
import { folders } from './folders.mjs';
import { planHarm } from './harm.mjs';
import { Random } from './random.mjs';
import { talks } from './talks.mjs';
import { upkeep } from './upkeep.mjs';

/** Pools that are open at the same time. */
export const SEATS = 3;

/** Every kind of operation, and how often each comes. */
export const kinds = { ...commands, ...talks, ...folders, ...upkeep };

/**
 * One operation, as plain data.
 *
 * @param {number} seed
 * @param {number} index
 * @param {{only?: string[], except?: string[], loops: boolean}} limits `loops`: whether guests may loop for ever
 */
export function planOf(seed, index, { only = [], except = [], loops }) {
  const random = new Random(seed, index);
  const allowed = (name) => (only.length === 0 || only.includes(name)) && !except.includes(name);
  const wanted = Object.entries(kinds).filter(([name, kind]) => allowed(name) && (loops || !kind.loops));
  const kind = random.weighted(Object.fromEntries(wanted.map(([name, { weight }]) => [name, weight])));
  const { plan, endless = false } = kinds[kind];
  const harm = planHarm(random, { endless, spawned: kind in talks });
  return { index, kind, seat: random.below(SEATS), dice: random.below(2 ** 31), harm, ...plan(random) };
}
