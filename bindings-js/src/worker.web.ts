/** A compute worker's script, for browsers. */
import { serveWorker } from './worker/worker.js';
import { webScope } from './platform/scope.web.js';

serveWorker(webScope());
