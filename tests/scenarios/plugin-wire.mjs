// JSON-RPC as a plugin speaks it, message by message, with guests that the scenario plays.
import { assert, bytes, equal, rejects, sleep, until } from './harness.mjs';
import { play, stateOf } from './wire.mjs';

const answer = (id, result) => ({ jsonrpc: '2.0', id, result });
const failure = (id, code, message, data) => ({ jsonrpc: '2.0', id, error: { code, message, data } });
const ask = (id, method, params) => ({ jsonrpc: '2.0', id, method, params });
const tell = (method, params) => ({ jsonrpc: '2.0', method, params });

const parseError = failure(null, -32700, 'Parse error');
const invalidRequest = (id = null) => failure(id, -32600, 'Invalid Request');

/** Ends a played plugin, whatever state it is in. */
const end = (plugin) => plugin.close({ timeoutMs: 0 });

async function callsAndAnswers(env) {
  const { plugin, guest, errors } = await play(env, {});
  const calls = [plugin.call('none'), plugin.call('byPosition', [1, 'ü']), plugin.call('byName', { a: null })];
  equal(await guest.messages(3), [
    { jsonrpc: '2.0', id: 1, method: 'none' },
    { jsonrpc: '2.0', id: 2, method: 'byPosition', params: [1, 'ü'] },
    { jsonrpc: '2.0', id: 3, method: 'byName', params: { a: null } },
  ]);
  guest.says(answer(3, { deep: [1, 2] }));
  guest.says(answer(1, null));
  guest.says(failure(2, 17, 'wrong', { why: 'so' }));
  equal(await calls[2], { deep: [1, 2] });
  equal(await calls[0], null);
  const error = await rejects(calls[1], 'RpcError');
  assert(error instanceof env.plugin.RpcError && !(error instanceof env.millrace.PoolError));
  equal([error.code, error.message, error.data], [17, 'wrong', { why: 'so' }]);
  await plugin.notify('told', { n: 1 });
  equal((await guest.messages(4))[3], { jsonrpc: '2.0', method: 'told', params: { n: 1 } });
  equal(errors, []);
  await end(plugin);
}

/** What a guest can write that is no message: what is reported, and what goes back. */
const wrongLines = [
  ['hello\n', /no JSON/, parseError],
  ['{"jsonrpc": "2.0", "method"\n', /no JSON/, parseError],
  [Uint8Array.of(0x22, 0xff, 0x22, 0x0a), /not UTF-8/, parseError],
  ['[]\n', /nothing in it/, invalidRequest()],
  ['1\n', /no object/, invalidRequest()],
  ['null\n', /no object/, invalidRequest()],
  ['{"foo": "boo"}\n', /jsonrpc/, invalidRequest()],
  [{ method: 'a', id: 4 }, /jsonrpc/, invalidRequest(4)],
  [{ jsonrpc: '1.0', method: 'a', id: 'x' }, /jsonrpc/, invalidRequest('x')],
  [ask(1, 1), /"method" is no string/, invalidRequest(1)],
  [ask(1, 'a', 'bar'), /"params" are neither/, invalidRequest(1)],
  [tell('a', 5), /"params" are neither/, invalidRequest()],
  [ask({}, 'a'), /"id" is no string/, invalidRequest()],
  ['{"jsonrpc":"2.0","method":"a","id":9007199254740993}\n', /"id" is no string/, invalidRequest()],
];

async function wrongLinesAreTold(env) {
  const { plugin, guest, errors } = await play(env, {});
  for (const [i, [line, pattern, expected]] of wrongLines.entries()) {
    guest.says(line);
    const heard = await guest.messages(i + 1);
    equal(heard[i], expected, `after ${JSON.stringify(line)}:`);
    equal(errors.length, i + 1);
    const { name, code, message, line: told } = errors[i];
    equal([name, code], ['ProtocolError', 'POOL_EPROTO']);
    assert(pattern.test(message), message);
    assert(typeof line !== 'string' || line.startsWith(told), told);
  }
  assert(errors.every((error) => error instanceof env.millrace.PoolError && error instanceof env.plugin.ProtocolError));
  guest.says('\n \r\n\t\n'); // blank lines are nothing
  const call = plugin.call('still');
  await guest.messages(wrongLines.length + 1);
  guest.says(answer(1, 'well'));
  equal(await call, 'well');
  equal(errors.length, wrongLines.length);
  await end(plugin);
}

async function withoutOnError(env) {
  const logged = [];
  const { plugin, guest } = await play(env, { onError: undefined, onLog: (line) => logged.push(line) });
  guest.says('printed to the wrong stream\n');
  await until(() => logged.length > 0);
  assert(/no JSON/.test(logged[0]), logged[0]);
  await end(plugin);
}

const wrongAnswers = [
  [{ id: 1, result: 1 }, /jsonrpc/],
  [{ jsonrpc: '2.0', id: 1, result: 1, error: { code: 1, message: 'x' } }, /both/],
  [{ jsonrpc: '2.0', id: 1, error: { code: 1.5, message: 'x' } }, /whole number/],
  [{ jsonrpc: '2.0', id: 1, error: { code: 1 } }, /"message"/],
  [{ jsonrpc: '2.0', id: 1, error: 'x' }, /whole number/],
];

async function wrongAnswersReject(env) {
  for (const [line, pattern] of wrongAnswers) {
    const { plugin, guest, errors } = await play(env, {});
    const call = plugin.call('a');
    guest.says(line);
    const error = await rejects(call, 'ProtocolError');
    assert(pattern.test(error.message), error.message);
    equal(error.line, JSON.stringify(line));
    equal(errors, []); // its caller was told
    await end(plugin);
  }
}

async function strayAnswers(env) {
  const { plugin, guest, errors } = await play(env, {});
  const call = plugin.call('a');
  await guest.messages(1);
  for (const id of [2, '1', null, {}]) guest.says(answer(id, 'stray'));
  guest.says(failure(null, -32700, 'Parse error'));
  guest.says({ jsonrpc: '2.0', result: 'no id' });
  guest.says(answer(1, 'first'));
  guest.says(answer(1, 'second'));
  equal(await call, 'first');
  await until(() => errors.length === 7);
  assert(errors.every(({ name }) => name === 'ProtocolError'));
  equal(errors[4].cause.code, -32700);
  assert(/did not take/.test(errors[4].message), errors[4].message);
  assert(/nobody waits for: 1/.test(errors[6].message), errors[6].message);
  equal(guest.heard.length, 1); // answers are not answered
  await end(plugin);
}

async function methodsAnswer(env) {
  const { RpcError } = env.plugin;
  const circle = {};
  circle.self = circle;
  const methods = {
    echo: (params) => params,
    nothing: () => undefined,
    later: async () => 'later',
    throws: () => {
      throw new TypeError('no such thing');
    },
    rejects: () => Promise.reject('a string'),
    coded: async () => {
      throw new RpcError(42, 'the answer', { to: 'all' });
    },
    circle: () => circle,
    map: () => new Map(),
    bigint: () => 1n,
    badData: () => Promise.reject(new RpcError(1, 'bad data', 1n)),
    hostile: () => Object.defineProperty({}, 'then', { get: () => JSON.parse('no') }),
  };
  const { plugin, guest, errors } = await play(env, { methods });
  const expected = [
    ['echo', { result: { a: [1, 'ü\u2028'] } }],
    ['nothing', { result: null }],
    ['later', { result: 'later' }],
    ['throws', { error: { code: -32603, message: 'no such thing' } }],
    ['rejects', { error: { code: -32603, message: 'a string' } }],
    ['coded', { error: { code: 42, message: 'the answer', data: { to: 'all' } } }],
    ['circle', { error: { code: -32603 } }],
    ['map', { error: { code: -32603 } }],
    ['bigint', { error: { code: -32603 } }],
    ['badData', { error: { code: -32603, message: 'bad data (its data has no JSON)' } }],
    ['hostile', { result: {} }],
    ['none', { error: { code: -32601, message: 'Method not found: none' } }],
    ['toString', { error: { code: -32601, message: 'Method not found: toString' } }],
    ['__proto__', { error: { code: -32601, message: 'Method not found: __proto__' } }],
  ];
  for (const [i, [method, { result, error }]] of expected.entries()) {
    const id = [i, `id ${i}`, null, i + 0.5][i % 4];
    guest.says(ask(id, method, { a: [1, 'ü\u2028'] }));
    const heard = (await guest.messages(i + 1))[i];
    equal([heard.jsonrpc, heard.id, heard.result], ['2.0', id, result], `${method}:`);
    for (const key of Object.keys(error ?? {})) equal(heard.error[key], error[key], `${method}:`);
  }
  equal(errors, []);
  await end(plugin);
}

async function notificationsAreNotAnswered(env) {
  const seen = [];
  const methods = {
    fine: (params, { method, signal }) => seen.push([method, params ?? null, signal.aborted]),
    throws: () => JSON.parse('no'),
    later: async () => Promise.reject(new env.plugin.RpcError(5, 'five')),
    unsayable: () => 1n,
  };
  const { plugin, guest, errors } = await play(env, { methods });
  for (const method of ['fine', 'throws', 'none', 'unsayable', '$/cancelRequest', 'later', 'fine'])
    guest.says(tell(method));
  guest.says({ ...tell('fine'), params: null }); // as good as none
  guest.says(ask(1, 'fine', []));
  await until(() => errors.length === 3);
  equal((await guest.messages(1)).length, 1);
  equal(
    seen,
    [null, null, null, []].map((params) => ['fine', params, false]),
  );
  equal(errors.map(({ name, code }) => [name, code]).sort(), [
    ['RpcError', -32601],
    ['RpcError', -32603],
    ['RpcError', 5],
  ]);
  assert(errors.find(({ code }) => code === -32603).cause instanceof SyntaxError);
  await end(plugin);
}

async function batchesFromTheGuest(env) {
  const methods = { sum: (n) => n.reduce((a, b) => a + b), slow: () => sleep(5).then(() => 'slow'), note: () => {} };
  const { plugin, guest, errors } = await play(env, { methods });
  const call = plugin.call('a');
  await guest.messages(1);
  const batch = [
    ask('1', 'sum', [1, 2, 4]),
    tell('note', [7]),
    ask('2', 'slow'),
    { foo: 'boo' },
    ask('5', 'foo.get', { name: 'myself' }),
    answer(1, 'answered in a batch'),
    ask('9', 'sum', [42]),
  ];
  guest.says(batch);
  equal(await call, 'answered in a batch');
  const [, answers] = await guest.messages(2);
  equal(
    answers.map(({ id }) => id),
    ['1', null, '5', '9', '2'],
  );
  equal([answers[0].result, answers[3].result, answers[4].result], [7, 42, 'slow']);
  guest.says([1, 2, 3]);
  equal((await guest.messages(3))[2], Array(3).fill(invalidRequest()));
  guest.says([tell('note'), tell('note')]);
  guest.says(ask(8, 'sum', [8]));
  equal((await guest.messages(4))[3], answer(8, 8));
  equal(errors.length, 4);
  await end(plugin);
}

async function batchesToTheGuest(env) {
  const { plugin, guest } = await play(env, {});
  const batch = plugin.batch([
    { method: 'a', params: [1] },
    { method: 'told', notify: true },
    { method: 'b' },
    { method: 'c', params: {} },
  ]);
  equal(await guest.messages(1), [[ask(1, 'a', [1]), tell('told'), ask(2, 'b'), ask(3, 'c', {})]]);
  guest.says([answer(3, 'c'), failure(1, -5, 'no')]);
  guest.says(answer(2, 'b'));
  const [a, told, b, c] = await batch;
  equal([a.status, a.reason.code, told, b.value, c.value], ['rejected', -5, { status: 'fulfilled' }, 'b', 'c']);
  equal(await plugin.batch([{ method: 'x', notify: true }]), [{ status: 'fulfilled' }]);
  const aborted = plugin.batch([{ method: 'd' }, { method: 'e' }], { signal: AbortSignal.abort('late') });
  for (const { reason } of await aborted) equal([reason.name, reason.cause], ['AbortError', 'late']);
  const cut = plugin.batch([{ method: 'f' }, { method: 'g' }]);
  await guest.messages(3);
  guest.says(answer(7, 'g'));
  guest.exit(3);
  const [f, g] = await cut;
  equal([f.reason.name, f.reason.cause.exitCode, g.value], ['PluginEndedError', 3, 'g']);
}

async function abortedCalls(env) {
  const { plugin, guest, errors } = await play(env, {});
  const controller = new AbortController();
  await rejects(plugin.call('never', [], { signal: AbortSignal.abort() }), 'AbortError');
  const call = plugin.call('slow', [], { signal: controller.signal });
  await guest.messages(1);
  controller.abort('enough');
  const error = await rejects(call, 'AbortError');
  equal([error.code, error.cause, error instanceof env.millrace.CancelledError], ['POOL_CANCELLED', 'enough', true]);
  const { id } = JSON.parse(guest.heard[0]);
  equal((await guest.messages(2))[1], tell('$/cancelRequest', { id }));
  guest.says(answer(id, 'too late'));
  const late = await rejects(plugin.call('slow', [], { timeoutMs: 5 }), 'TimeoutError');
  assert(late instanceof env.millrace.TimedOutError);
  guest.says(answer(id, 'twice'));
  await until(() => errors.length === 1);
  assert(/nobody waits/.test(errors[0].message));
  controller.abort();
  await end(plugin);
}

async function takenBack(env) {
  const { plugin, guest } = await play(env, {}, { deaf: true });
  const first = plugin.call('first');
  await sleep(0); // on its way
  const controller = new AbortController();
  const cut = [1, 2, 3].map(() => plugin.call('cut', [], { signal: controller.signal }));
  const last = plugin.call('last');
  const note = plugin.notify('note');
  controller.abort();
  for (const call of cut) await rejects(call, 'AbortError');
  equal(await stateOf(note), 'pending'); // not written yet
  guest.hear();
  await note;
  const heard = await guest.messages(3);
  equal(
    heard.map(({ method }) => method),
    ['first', 'last', 'note'],
  );
  heard.slice(0, 2).forEach(({ id }) => guest.says(answer(id, id)));
  await Promise.all([first, last]);
  await end(plugin);
}

async function guestTakesBack(env) {
  const seen = [];
  const wait = (params, { signal }) =>
    new Promise((resolve) => {
      seen.push(signal);
      signal.addEventListener('abort', () => resolve('aborted'));
    });
  const { plugin, guest } = await play(env, { methods: { wait } });
  for (const id of [1, 'x', null]) guest.says(ask(id, 'wait'));
  await until(() => seen.length === 3);
  guest.says(tell('$/cancelRequest', { id: 'x' }));
  for (const params of [{ id: 7 }, {}, undefined, []]) guest.says(tell('$/cancelRequest', params));
  equal(await guest.messages(1), [answer('x', 'aborted')]);
  equal(
    seen.map(({ aborted }) => aborted),
    [false, true, false],
  );
  guest.exit();
  await until(() => seen.every(({ aborted }) => aborted));
  await rejects(plugin.closed, 'PluginEndedError');
}

async function bytesInPieces(env) {
  const { plugin, guest, errors } = await play(env, { methods: { echo: ({ text }) => text } });
  const line = bytes(`${JSON.stringify(ask(1, 'echo', { text: 'ü€😀\u2028é' }))}\r\n`);
  for (const byte of line) guest.says(Uint8Array.of(byte));
  equal((await guest.messages(1))[0].result, 'ü€😀\u2028é');
  const two = new Uint8Array([...line, ...line.subarray(0, 60)]);
  guest.says(two);
  guest.says(line.subarray(60));
  await guest.messages(3);
  guest.says(line.subarray(0, line.length - 2)); // the last line may lack its end
  guest.exit();
  await rejects(plugin.closed, 'PluginEndedError');
  equal(errors, []);
}

async function linesTooLong(env) {
  const max = 1000;
  const large = `{"jsonrpc":"2.0","method":"${'x'.repeat(max)}"}`;
  for (const pieces of [[`${large}\n`], ['x'.repeat(600), 'x'.repeat(600)], [`{}\n${large}\n{}\n`]]) {
    const { plugin, guest, errors } = await play(env, { maxMessageBytes: max });
    const call = plugin.call('a');
    pieces.forEach((piece) => guest.says(piece));
    const error = await rejects(call, 'PluginEndedError');
    equal([error.cause.name, error.cause.code], ['ProtocolError', 'POOL_EPROTO']);
    assert(/more than 1000 bytes/.test(error.cause.message), error.cause.message);
    equal([errors.at(-1) === error.cause, guest.cancelled.reason === error.cause], [true, true]);
  }
  const { plugin, guest, errors } = await play(env, { maxMessageBytes: max });
  guest.says(`${'{}\n'.repeat(max)}`); // many short ones are more than one may be
  await until(() => errors.length === max);
  await end(plugin);
}

async function floodsWait(env) {
  let served = 0;
  const large = 'y'.repeat(4000);
  const methods = { get: () => (served++, large) };
  const { plugin, guest } = await play(env, { methods, maxMessageBytes: 10_000 }, { deaf: true });
  for (let i = 0; i < 200; i++) guest.says(ask(i, 'get'));
  await until(() => served > 5);
  await sleep(20);
  assert(served < 30, `${served} answers wait`); // 40,000 bytes, and what was on its way
  assert(guest.unread > 150, `${guest.unread} are unread`);
  guest.hear();
  equal((await guest.messages(200)).length, 200);
  await end(plugin);
}

async function diesWhileItWaits(env) {
  const methods = { get: () => 'y'.repeat(4000) };
  const { plugin, guest } = await play(env, { methods, maxMessageBytes: 10_000 }, { deaf: true });
  const call = plugin.call('a');
  for (let i = 0; i < 100; i++) guest.says(ask(i, 'get'));
  guest.says(answer(1, 'its last words'));
  await sleep(20);
  assert(guest.unread > 50, `${guest.unread} are unread`);
  guest.exit(1);
  equal(await call, 'its last words'); // what it has written is read to the end
  await rejects(plugin.closed, 'PluginEndedError');
}

async function slowMethodsHoldTheGuest(env) {
  const open = [];
  const methods = { slow: () => new Promise((resolve) => open.push(resolve)) };
  const { plugin, guest } = await play(env, { methods, maxMessageBytes: 10_000 });
  for (let i = 0; i < 200; i++) guest.says(tell('slow'));
  await until(() => open.length > 5);
  await sleep(20);
  assert(open.length < 60, `${open.length} run`);
  await until(() => (open.splice(0).forEach((resolve) => resolve()), guest.unread <= 1));
  await end(plugin);
}

async function logsByLine(env) {
  const logged = [];
  const { guest, plugin } = await play(env, { onLog: (line) => logged.push(line) });
  equal(guest.options.stderr, 'pipe');
  for (const byte of bytes('ünö\r\n\nlast')) guest.logs(Uint8Array.of(byte));
  guest.logs('x'.repeat(200_000));
  await until(() => logged.length > 2);
  guest.exit();
  await rejects(plugin.closed, 'PluginEndedError');
  equal(logged.slice(0, 2), ['ünö', '']);
  equal(logged.slice(2).join(''), `last${'x'.repeat(200_000)}`);
  assert(logged.every((line) => line.length <= 65_536));
}

async function endsOfGuests(env) {
  const left = await play(env, {});
  const unanswered = left.plugin.call('a');
  left.guest.exit(7);
  equal((await rejects(unanswered, 'PluginEndedError')).cause.exitCode, 7);
  const { plugin, guest } = await play(env, {});
  const call = plugin.call('a');
  guest.closeStdout();
  const { cause } = await rejects(call, 'PluginEndedError');
  equal([cause.name, /closed its stdout/.test(cause.message)], ['ProtocolError', true]);
  equal(guest.cancelled.reason === cause, true);
}

/** The id of an answer can be anything; what cannot be told of it is no harm. */
async function hugeAndDeepIds(env) {
  const { plugin, guest, errors } = await play(env, {});
  const call = plugin.call('a');
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  guest.says(`{"jsonrpc":"2.0","id":${deep},"result":1}\n`);
  guest.says(`{"jsonrpc":"2.0","id":${deep},"method":"b"}\n`);
  guest.says(`${deep}\n`);
  guest.says(answer('x'.repeat(1_000_000), 1));
  guest.says(answer(1, 'well'));
  equal(await call, 'well');
  equal(
    errors.map(({ name, message }) => [name, message.length < 200]),
    errors.map(() => ['ProtocolError', true]),
  );
  equal(errors.length, 4);
  await end(plugin);
}

/** Each is reported, and answered with more than it was. */
async function batchesOfNothing(env) {
  const { plugin, guest, errors } = await play(env, {});
  guest.says(`[${'1,'.repeat(999)}1]\n`);
  equal((await guest.messages(1))[0].length, 1000);
  const call = plugin.call('a');
  guest.says(`[${'1,'.repeat(1_000_000)}1]\n`);
  const { cause } = await rejects(call, 'PluginEndedError');
  equal([cause.name, errors.length], ['ProtocolError', 2001]);
  assert(/batch with more than 1000/.test(cause.message), cause.message);
  await rejects(plugin.closed, 'PluginEndedError');
}

async function hugeBatchesLeaveTurns(env) {
  const total = 200_000;
  let served = 0;
  const { plugin, guest } = await play(env, { methods: { same: () => served++ } });
  guest.says(`[${`${JSON.stringify(ask(1, 'same'))},`.repeat(total - 1)}${JSON.stringify(ask(1, 'same'))}]\n`);
  let between = 0;
  while (served < total) {
    await sleep(0);
    if (served > 0 && served < total) between++;
  }
  assert(between > 0, 'nobody had a turn');
  equal((await guest.messages(1))[0].length, total);
  await end(plugin);
}

const scenario = (name, run) => ({ name, run });

export const scenarios = [
  scenario('calls are answered in any order, by position, by name, with errors by code', callsAndAnswers),
  scenario('what is no message is reported and answered as JSON-RPC says, and the talk goes on', wrongLinesAreTold),
  scenario('without an onError, onLog is told', withoutOnError),
  scenario('a call whose answer is none rejects', wrongAnswersReject),
  scenario('answers to calls that nobody made are reported, and answered once only', strayAnswers),
  scenario('methods answer with what they give or throw, to ids of every kind', methodsAnswer),
  scenario('notifications are not answered, and reported if they fail', notificationsAreNotAnswered),
  scenario('batches of the guest are answered as batches', batchesFromTheGuest),
  scenario('batches to the guest settle each by itself', batchesToTheGuest),
  scenario('a call that is aborted rejects at once, the guest is told, and a late answer is nothing', abortedCalls),
  scenario('what was not sent yet is taken back without a trace', takenBack),
  scenario('the guest can take its calls back, and does so by ending', guestTakesBack),
  scenario('bytes may come in any pieces', bytesInPieces),
  scenario('a line that is too long ends the guest, and says so', linesTooLong),
  scenario('what is huge or deep in a message harms nobody', hugeAndDeepIds),
  scenario('a batch of what is no message is answered, and a huge one ends the guest', batchesOfNothing),
  scenario('a huge batch leaves others their turns', hugeBatchesLeaveTurns),
  scenario('a guest that asks and does not read is read no more until it does', floodsWait),
  scenario('a guest that dies while it is not read is read to its end', diesWhileItWaits),
  scenario('a guest that asks faster than methods answer waits for them', slowMethodsHoldTheGuest),
  scenario('stderr comes line by line', logsByLine),
  scenario('a guest that closes its stdout has ended, and one that exits tells its code', endsOfGuests),
];
