// The worker of the rival `threads` in browsers.

import { expose } from '../../build/bench/packages/bundles/threads-worker.js';

expose(() => 0);
