import { serveWorker } from './worker.js';
import { nodeScope } from './scope.node.js';

serveWorker(nodeScope());
