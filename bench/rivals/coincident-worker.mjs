// The worker of the rival `coincident`: calls its host so many times, each after the answer to the one before.

import coincident from '../../build/bench/packages/bundles/coincident-worker.js';

const { proxy } = await coincident();

proxy.run = (/** @type {number} */ calls) => {
  let right = 0;
  for (let i = 0; i < calls; i++) if (proxy.host_ping(i) === i) right++;
  return right;
};
