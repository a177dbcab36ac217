// The worker of the rival `poolifier-web-worker`.

import './poolifier-window.mjs';
import { ThreadWorker } from '../../build/bench/packages/bundles/poolifier.js';

export default new ThreadWorker(() => 0);
