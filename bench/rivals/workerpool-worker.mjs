// The worker of the rival `workerpool` in browsers.

import workerpool from '../../build/bench/packages/bundles/workerpool.js';

workerpool.worker({ noop: () => 0 });
