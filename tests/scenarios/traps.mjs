// Where a guest was when it trapped: its functions by number, and by name where its module has names.
import { assert, bytes, equal, rejects, stillGood, withPool } from './harness.mjs';

/** An unsigned LEB128. */
const leb = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >>> 7)]);
const sized = (content) => [...leb(content.length), ...content];
const named = (name) => sized(typeof name === 'string' ? [...bytes(name)] : name);
const section = (id, content) => [id, ...sized(content)];
const vector = (parts) => [...leb(parts.length), ...parts.flat()];

/** The part of the name section that has the functions' names, from pairs of number and name. */
const functionNames = (pairs) => section(1, vector(pairs.map(([index, name]) => [...leb(index), ...named(name)])));

/** A command whose function 2, `_start`, calls 1, and that calls 0, which traps. Behind it its name sections. */
function trapping(...sections) {
  const body = (code) => sized([0, ...code, 0x0b]);
  const start = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const parts = [
    section(1, vector([[0x60, 0, 0]])),
    section(3, vector([0, 0, 0].map((type) => [type]))),
    section(5, vector([[0, 1]])),
    section(7, vector([[...named('memory'), 2, 0], [...named('_start'), 0, 2]])), // prettier-ignore
    section(10, vector([body([0]), body([0x10, 0]), body([0x10, 1])])),
  ];
  const custom = sections.map((content) => section(0, [...named('name'), ...content]));
  return Uint8Array.from([...start, ...parts.flat(), ...custom.flat()]);
}

async function framesOf(pool, module) {
  const { kind, frames } = await rejects(pool.run(module), 'TrapError');
  equal(kind, 'unreachable');
  return frames;
}

const numbers = (frames) => frames.map(({ index }) => index);
const names = (frames) => frames.map(({ name }) => name ?? null);

async function haveNames(env, pool) {
  const outer = 'main<int, char>::operator()(x@y) const';
  const before = section(0, named('module')); // its other parts stand around it
  const after = section(2, vector([[0, 0]]));
  const module = trapping([...before, ...functionNames([[0, 'deep.inner'], [2, outer]]), ...after]); // prettier-ignore
  const frames = await framesOf(pool, module);
  equal(numbers(frames), [0, 1, 2]);
  equal(names(frames), ['deep.inner', null, outer]);
  for (const { offset } of frames) assert(offset === undefined || (offset > 8 && offset < module.length), offset);
  const told = frames.filter(({ offset }) => offset !== undefined).length;
  assert(told === 0 || told === 3, 'some have an offset, and some not');
  equal(names(await framesOf(pool, trapping())), [null, null, null]);
  equal(numbers(await framesOf(pool, trapping())), [0, 1, 2]);
}

async function strangeNames(env, pool) {
  const strange = [
    'x'.repeat(3000),
    '日本語',
    ' at x (y:wasm-function[7]:0x12)',
    'a@b:wasm-function[9]',
    '1',
    '(null)',
    ' ',
  ];
  for (const name of strange) {
    const frames = await framesOf(pool, trapping(functionNames([[1, name]])));
    equal([numbers(frames), names(frames)], [[0, 1, 2], [null, name, null]]); // prettier-ignore
  }
  const huge = await framesOf(pool, trapping(functionNames([[0, 'y'.repeat(20_000)], [2, 'outer']]))); // prettier-ignore
  assert(huge.length <= 3, 'more than there are');
  const lines = await framesOf(pool, trapping(functionNames([[2, 'two\nlines']])));
  assert(lines.every(({ name }) => !name?.includes('\n')));
}

/** Numbers that are the same in each run. */
function* random(seed) {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state >>> 16;
  }
}

async function damagedNames(env, pool) {
  const whole = functionNames([[0, 'zero'], [1, 'one'], [2, 'two']]); // prettier-ignore
  const dice = random(42);
  const below = (n) => dice.next().value % n;
  const sections = whole.map((_, i) => whole.slice(0, i)); // cut off at any place
  for (let i = 0; i < 60; i++) sections.push(whole.map((byte) => (below(8) === 0 ? below(256) : byte)));
  for (let i = 0; i < 40; i++) sections.push(Array.from({ length: below(40) }, () => below(256)));
  const most = [0xff, 0xff, 0xff, 0xff];
  sections.push([1, ...most, 0x0f], [1, ...most, 0xff, 0xff], [1, 5, ...most, 0x0f], [1, 7, 1, 0, ...most, 0x0f]);
  sections.push(functionNames([[0, [0xff, 0xfe]], [1, []]]), functionNames([[0, 'a'], [0, 'b']])); // prettier-ignore
  for (const content of sections) {
    const frames = await framesOf(pool, trapping(content));
    const found = numbers(frames);
    assert(['0,1,2', '0,1', '0,2', '1,2', '0', '1', '2', ''].includes(String(found)), `${found} after ${content}`);
    for (const name of names(frames)) assert(name === null || (name !== '' && name.length < 50), name);
  }
  equal(names(await framesOf(pool, trapping(whole, whole))), ['zero', 'one', 'two']);
}

async function inEveryWay(env, pool) {
  const framed = async (promise) => {
    const { frames, message, wasmStack } = await rejects(promise, 'TrapError');
    assert(frames.length > 0 && frames.every(({ index }) => Number.isInteger(index)), JSON.stringify(frames));
    assert(!message.includes('\t') && !wasmStack.startsWith('\t'));
    return frames;
  };
  await framed(pool.call(env.guest('adder'), 'divide', 1, 0));
  const instance = await pool.instantiate(env.guest('counter'));
  await framed(instance.call('fail'));
  const job = await pool.spawn(env.guest('misbehaving/trap'));
  await framed(job.status);
  await framed(pool.pipeline([env.guest('cat')], [env.guest('misbehaving/trap')]));
  const deep = numbers(await framed(pool.run(env.guest('misbehaving/overflow'))));
  equal([...new Set(deep.slice(1, -2))].length, 1); // one function that calls itself
}

const scenario = (name, run) => ({
  name,
  run: (env) =>
    withPool(env, { workers: 1 }, async (pool) => {
      await run(env, pool);
      await stillGood(env, pool, 1);
    }),
});

export const scenarios = [
  scenario("a trap tells the guest's functions by number, and by name where there are names", haveNames),
  scenario('names can be anything', strangeNames),
  scenario('a name section that is damaged is read as far as it can be', damagedNames),
  scenario('so does a trap in a call, an instance, a job, a pipeline, and when the stack is used up', inEveryWay),
];
