// The worker of the rival `threads` in Node.

import { expose } from '../../build/bench/packages/node_modules/threads/worker.mjs';

expose(() => 0);
