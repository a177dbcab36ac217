// The coordinator of way 5: passes every message on, one by one. It alone shares memory with the worker.

import { Ring } from '../lib/ring.mjs';
import { listen, post, spawn } from '../lib/scope.mjs';

const encoder = new TextEncoder();

/** @type {Ring} */
let input;

const worker = spawn(new URL('../lib/guest-worker.mjs', import.meta.url), (message) => {
  if (message.type === 'ready') listen(onMain);
  else post(message);
});

/** @param {any} message */
function onMain(message) {
  if (message.type === 'run') {
    input = new Ring();
    worker.post({ module: message.module, input: input.buffer });
  } else if (message.type === 'line') {
    input.write(encoder.encode(message.line));
  } else {
    input.close();
  }
}
