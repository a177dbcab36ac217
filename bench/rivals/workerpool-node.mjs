// The worker of the rival `workerpool` in Node.

import workerpool from '../../build/bench/packages/node_modules/workerpool/src/index.js';

workerpool.worker({ noop: () => 0 });
