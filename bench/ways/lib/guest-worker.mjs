// The compute worker of the ways whose guest blocks in shared memory for its input. Its output goes into a ring, or,
// without one, as one message per line to whoever started this worker.

import { linePoster } from './lines.mjs';
import { Ring } from './ring.mjs';
import { listen, post } from './scope.mjs';
import { runCommand } from './wasi-shim.mjs';

/**
 * @param {SharedArrayBuffer | undefined} output
 * @returns {(bytes: Uint8Array) => void}
 */
function writerTo(output) {
  if (!output) return linePoster();
  const ring = new Ring(output);
  return (bytes) => ring.write(bytes);
}

listen(({ module, input, output }) => {
  const ring = new Ring(input);
  const code = runCommand(module, { read: (target) => ring.read(target), write: writerTo(output) });
  post({ type: 'exited', code });
});
