// Chaos in Node and in browsers.
// Usage: node tests/chaos/run.mjs [--tier jspi] [--loops N] [--seed N] [--rounds N | --seconds N] [--operations N] [--only kind,… | --except kind,…] [engine…]
import { parseArgs } from 'node:util';
import { BROWSER_NAMES } from '../browser/launch.mjs';
import { growthOf } from './growth.mjs';
import { openSession } from './sessions.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    rounds: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '0' },
    operations: { type: 'string', default: '100' },
    only: { type: 'string', default: '' },
    except: { type: 'string', default: '' },
    loops: { type: 'string' },
    tier: { type: 'string', default: 'shared' },
  },
});
const seed = Number(values.seed || Math.floor(Math.random() * 2 ** 31));
const [rounds, seconds, operations] = [values.rounds, values.seconds, values.operations].map(Number);
const [only, except] = [values.only, values.except].map((list) => list.split(',').filter((kind) => kind !== ''));
const loops = values.loops === undefined ? {} : { loopsMax: Number(values.loops) };
const engines = positionals.length > 0 ? positionals : ['node', ...BROWSER_NAMES];

const FAILURES_SHOWN = 5;

/** Throws what went wrong. */
function check({ failures }) {
  if (failures.length === 0) return;
  const more = failures.length > FAILURES_SHOWN ? `\nand ${failures.length - FAILURES_SHOWN} more` : '';
  throw new Error(failures.slice(0, FAILURES_SHOWN).join('\n\n') + more);
}

/** Round after round, until there were as many, or for as long, as was asked for. */
async function carryOut(session, log) {
  const series = [];
  const begun = performance.now();
  const goesOn = (n) => (seconds > 0 ? performance.now() - begun < seconds * 1000 : n < rounds);
  let counts = {};
  for (let n = 0; goesOn(n); n++) {
    const round = await session.call('round', operations);
    check(round);
    const rest = await session.call('rest');
    check(rest);
    counts = round.counts;
    const footprint = await session.footprint();
    series.push(footprint);
    log(`${round.done} operations: ${JSON.stringify(footprint)} ${JSON.stringify(rest.figures)}`);
  }
  return { series, counts };
}

async function runIn(engine) {
  const log = (text) => console.log(`${engine}: ${text}`);
  const session = await openSession(engine, values.tier);
  try {
    await session.call('open', { seed, only, except, ...loops });
    const { series, counts } = await carryOut(session, log);
    await session.call('close');
    log(JSON.stringify(counts));
    const grown = seconds > 0 ? growthOf(series) : []; // an engine needs minutes to come to its usual size
    if (grown.length > 0) throw new Error(grown.join('\n'));
  } catch (error) {
    throw new Error(`${error.message}\n${session.heard()}`, { cause: error });
  } finally {
    await session.end();
  }
}

console.log(`chaos: seed ${seed}`);
for (const engine of engines) {
  try {
    await runIn(engine);
    console.log(`${engine}: ok`);
  } catch (error) {
    console.log(`${engine}: FAILED with seed ${seed}: ${error.message}`);
    process.exitCode = 1;
  }
}
