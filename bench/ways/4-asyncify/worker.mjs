// The compute worker of way 4.

import { Inbox } from '../lib/inbox.mjs';
import { linePoster } from '../lib/lines.mjs';
import { listen, post } from '../lib/scope.mjs';
import { codeOf, linkCommand } from '../lib/wasi-shim.mjs';

const PAGE_BYTES = 65536;
const [UNWINDING, REWINDING] = [1, 2];

/** @type {Inbox} */
let inbox;

/** Browsers make a timeout that is set from a timeout, five deep, wait for 4 ms. */
async function poll() {
  while (!inbox.isReady) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** A page at the end of the guest's memory, where its stack goes while it is unwound. @param {any} exports */
function addStack({ memory }) {
  const at = memory.grow(1) * PAGE_BYTES;
  new Int32Array(memory.buffer, at, 2).set([at + 8, at + PAGE_BYTES]);
  return at;
}

/**
 * @param {WebAssembly.Module} module
 * @param {() => Promise<void>} wait
 */
async function run(module, wait) {
  const stdio = { read: (/** @type {Uint8Array} */ target) => inbox.read(target), write: linePoster() };
  let stack = 0; // made when it is needed first: at its start, the guest takes all memory that there is for its heap
  const exports = linkCommand(module, stdio, (fdRead) => (/** @type {[number, number, number, number]} */ ...args) => {
    if (exports.asyncify_get_state() === REWINDING) exports.asyncify_stop_rewind();
    if (inbox.isReady) return fdRead(...args);
    stack ||= addStack(exports);
    exports.asyncify_start_unwind(stack);
    return 0;
  });
  try {
    for (exports._start(); exports.asyncify_get_state() === UNWINDING; exports._start()) {
      exports.asyncify_stop_unwind();
      await wait();
      exports.asyncify_start_rewind(stack);
    }
    return 0;
  } catch (thrown) {
    return codeOf(thrown);
  }
}

listen(async (message) => {
  if (message.type === 'line') return inbox.push(message.line);
  if (message.type === 'end') return inbox.close();
  inbox = new Inbox();
  post({ type: 'exited', code: await run(message.module, message.isClamped ? poll : () => inbox.change()) });
});
