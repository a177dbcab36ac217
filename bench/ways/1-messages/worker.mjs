// The compute worker of way 1: a guest whose input is what came with the message that started it. `patience`: how long its
// `fd_read` looks for more at the end of that, in a worker whose event loop cannot turn meanwhile.

import { Inbox } from '../lib/inbox.mjs';
import { linePoster } from '../lib/lines.mjs';
import { listen, post } from '../lib/scope.mjs';
import { runCommand } from '../lib/wasi-shim.mjs';

const inbox = new Inbox();
let ended = 0;

/** @param {number} patience in ms */
function readerOf(patience) {
  let looks = 0;
  const read = (/** @type {Uint8Array} */ target) => {
    const size = inbox.read(target);
    if (size > 0) return size;
    for (const end = performance.now() + patience; performance.now() < end && !inbox.isReady;) looks++;
    return inbox.read(target);
  };
  return { read, looks: () => looks };
}

listen((message) => {
  if (message.type === 'line') {
    inbox.push(message.line);
    post({ type: 'late', ms: performance.now() - ended });
    return;
  }
  inbox.push(message.line);
  const { read, looks } = readerOf(message.patience);
  const code = runCommand(message.module, { read, write: linePoster() });
  ended = performance.now();
  post({ type: 'exited', code, looks: looks() });
});
