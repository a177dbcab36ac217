import { serveWorker } from './worker.js';
import { webScope } from './scope.web.js';

serveWorker(webScope());
