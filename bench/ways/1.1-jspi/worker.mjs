// The compute worker of way 1.1.

import { Inbox } from '../lib/inbox.mjs';
import { linePoster } from '../lib/lines.mjs';
import { listen, post } from '../lib/scope.mjs';
import { codeOf, linkCommand } from '../lib/wasi-shim.mjs';

const { Suspending, promising } = /** @type {any} */ (WebAssembly);

/** @type {Inbox} */
let inbox;

/** @param {WebAssembly.Module} module */
async function run(module) {
  const stdio = { read: (/** @type {Uint8Array} */ target) => inbox.read(target), write: linePoster() };
  // Only a promise suspends: what is there already costs no more than any other call.
  const exports = linkCommand(
    module,
    stdio,
    (fdRead) =>
      new Suspending((/** @type {[number, number, number, number]} */ ...args) =>
        inbox.isReady ? fdRead(...args) : inbox.change().then(() => fdRead(...args)),
      ),
  );
  return promising(exports._start)().then(() => 0, codeOf);
}

listen(async (message) => {
  if (message.type === 'line') return inbox.push(message.line);
  if (message.type === 'end') return inbox.close();
  inbox = new Inbox();
  post({ type: 'exited', code: await run(message.module) });
});
