/** A compute worker's script, for Node. */
import { serveWorker } from './worker/worker.js';
import { nodeScope } from './platform/scope.node.js';

serveWorker(nodeScope());
